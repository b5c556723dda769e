"""Small files that must stay readable, and the commands that made them."""
