SELECT 1;
-- new note
SELECT 2;
++ even
SELECT 3;
