"""Latency of a board, stage by stage and layer by layer, with its spread; and whether two runs differ.

    pictures -> measure -> layouts (the run's tables) -> summary -> table, compare, host/report/pages

Cycles are the board's own; what the host sees is by the host's clock.
"""
