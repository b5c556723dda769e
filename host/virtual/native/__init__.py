"""What runs inside Unicorn, compiled: no Python on the hot path.

callbacks.py has what Unicorn calls; the other files what that is made of. Python calls some of it, too, so that
nothing is written twice.
"""
