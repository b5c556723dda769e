"""Runs of any kind -> one HTML page."""
