"""Shows what a board sees: a window, a terminal, or one JSON object a frame."""
