"""How well a model does: metrics, slices, thresholds, and the board held against the PC, picture by picture."""
