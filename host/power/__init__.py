"""Meters of current, what they measured of a board, and how long a battery lasts.

Meters stream blocks of samples (`meter.py`); `trace.py` and `marker.py` make energies of them; `virtual_meter.py` and
`counter_rig.py` price what a board did by the currents of datasheets (`currents.py`) instead of measuring any, and say
so wherever their figures go.
"""
