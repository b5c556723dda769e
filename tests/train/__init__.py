"""Tests of host.train."""
