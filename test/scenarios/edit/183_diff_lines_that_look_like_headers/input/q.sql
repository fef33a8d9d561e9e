SELECT 1;
-- old note
SELECT 2;
++ odd
SELECT 3;
