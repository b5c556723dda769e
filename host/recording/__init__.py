"""Recordings: the raw bytes of a link with their times, written while a tool runs and played back as a port."""
