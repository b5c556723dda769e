"""Measurements with their conditions: python -m host.bench engine."""
