"""`bench watch`: the always-on mode, on a virtual board in this process or on any board behind a port.

virtual | live -> figures (of what the board said) -> tables -> show, page
"""
