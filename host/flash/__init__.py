"""Uploads a firmware that somebody built: one build serves many boards."""
