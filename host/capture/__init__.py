"""Captures labelled pictures from a board: exactly what its model saw, with a row of what is known of each."""
