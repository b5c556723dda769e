"""The desk-side half: everything that runs on the PC."""
