"""Tests of host/web: the page in a real browser, the server that feeds it."""
