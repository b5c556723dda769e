"""`bench watch`: the always-on mode, on a virtual board in this process or on any board behind a port.

virtual | live -> figures (what was heard) -> kept (the run's tables) -> table, host/report/pages
"""
