"""What arrives from outside is hostile: boards that lie, and whatever else a port, a file or a cable may bring.

`python -m tests.attack --full` runs all of it; the tests run a sample.
"""
