"""Simulated instruments: each speaks as the real one does, of a current that the test knows."""
