"""Meters of current, what they measured of a board, and how long a battery lasts.

Meters stream blocks of samples (`meter.py`); `trace.py` and `marker.py` make energies of them; `estimate.py` is a meter
that knows the currents of datasheets instead of measuring any, and says so wherever its figures go.
"""
