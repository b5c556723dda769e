"""Set-up of a checkout, generated files, checks, and what made the pictures."""
