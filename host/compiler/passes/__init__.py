"""Network in, network out: each pass makes the program smaller or simpler and changes no score."""
