"""MLPerf Tiny's device API as a runner speaks it: text over a board's serial port, and the modes built on it."""
