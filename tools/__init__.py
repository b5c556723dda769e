"""What keeps the house: set-up, generation, checks."""
