"""Tests, room by room as in host/ and firmware/src/."""
