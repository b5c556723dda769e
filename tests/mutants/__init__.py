"""How much the tests notice: small changes of the product, one at a time, each against the tests of its folder.

A measurement, not a test: `python -m tests.mutants --help`. CONTRIBUTING.md says when to run it.
"""
