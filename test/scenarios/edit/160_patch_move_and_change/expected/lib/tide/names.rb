NAMES = %w[a b c]
SIZE = 3
