"""Latency of a board, stage by stage and layer by layer, with its spread; and whether two runs differ.

    pictures -> inferences -> measure -> tables -> figures -> show, compare, page

Cycles are the board's own; what the host sees is by the host's clock.
"""
