"""Tests, folder by folder as in host/ and firmware/src/."""
