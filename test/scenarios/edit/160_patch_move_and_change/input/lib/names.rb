NAMES = %w[a b]
SIZE = 2
