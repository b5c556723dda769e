"""One board: what it says of itself, its settings, its model slots."""
