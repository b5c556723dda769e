"""Is this board all right? Evidence from the board, checks that are pure functions, a table with remedies."""
