"""The page: what a board sees, in a browser; and the small server that carries the link's bytes to it."""
