"""The link to a board: bytes in, messages out."""
