"""What an operator's terms cost, in cycles: fitted, and printed, by `python -m tests.engine.layer_cycles`."""

from __future__ import annotations

COEFFICIENTS: dict[str, tuple[float, ...]] = {
    "ADD FAST": (79.067, 19.027, 0.0, 0.0),  # error 24.1%
    "ADD GENERAL": (91.0, 70.0, 900.0),
    "AVERAGE_POOL": (16.53, 95.258, 192.798, 477.583),
    "CONCATENATION": (2.0, 60.0, 600.0),
    "DEPTHWISE any 1": (33.608, 16.804, 0.0, 299.656, 13.621, 5075.502),
    "DEPTHWISE general 1": (50.054, 25.027, 66.202, 138.217, 5.708, 657.578),
    "DEPTHWISE general 2": (60.0, 30.0, 70.0, 138.0, 6.0, 1500.0),
    "DEPTHWISE any 2": (24.739, 12.37, 183.481, 20.422, 78.455, 13080.728),
    "FULLY_CONNECTED": (18.657, 170.649, 60.005, 355.064),  # error 5.5%
    "LOAD": (48.96, 0.979, 0.007),  # error 1.0%
    "MAX_POOL": (16.437, 70.667, 94.952, 917.367),
    "MAX_POOL 2x2": (3.114, 1.557, 136.764, 354.912),
    "MAXIMUM": (14.0, 70.0, 600.0),
    "MEAN": (16.293, 189.36, 372.191, 372.191),
    "MINIMUM": (14.0, 70.0, 600.0),
    "MULTIPLY": (71.0, 178.0, 600.0),
    "PAD": (14.018, 104.983, 0.0),
    "RESIZE": (45.0, 80.0, 600.0),
    "TABLE": (14.7, 1.0, 600.0),
    "WINDOW image": (
        18.432,
        34.255,
        32.734,
        0.0,
        0.0,
        3351.035,
        187.854,
        35.762,
        1589.672,
    ),  # error 1.9%
    "CONV plain": (11.917, 803.581, 62.867),  # error 0.0%
    "DEPTHWISE 1": (19.888, 66.143, 6.77, 86.34, 589.877, 50.13, 33.693),  # error 3.4%
    "DEPTHWISE 2": (0.0, 131.701, 27.34, 50.541, 441.989, 61.203, 22.679),  # error 2.0%
    "DEPTHWISE plain": (52.129, 5.792, 9482.243),  # error 0.8%
    "FIRST 1": (119.422, 84.762, 873.263, 1418.634, 0.0),  # error 0.8%
    "FIRST 3": (302.705, 205.445, 906.226, 3896.857, 0.0),  # error 0.7%
    "POINTWISE plain": (9.746, 0.0, 107370.967),  # error 5.7%
    "POINTWISE 3 16": (12.296, 47.783, 15.589, 11.669, 778.534, 5.657),  # error 1.4%
    "POINTWISE 3 flash": (12.162, 48.755, 22.508, 5.422, 167.7, 0.974),  # error 0.0%
    "POINTWISE 4 16": (16.516, 27.707, 38.658, 0.0, 1609.316, 0.0),  # error 2.9%
    "POINTWISE 4 4": (26.782, 6.695, 10.885, 374.325, 93.581, 359.796),  # error 2.2%
    "POINTWISE 4 4n": (16.803, 68.139, 23.197, 21.717, 633.267, 0.0),  # error 1.7%
    "POINTWISE 4 8": (21.239, 2.655, 26.488, 153.863, 19.233, 0.0),  # error 1.2%
    "POINTWISE 4 flash": (10.521, 186.351, 110.966, 13.912, 23.688, 2156.242),  # error 0.2%
    "WINDOW 16": (20.213, 0.0, 0.0, 0.0, 0.0, 1855.44, 436.388, 251.503, 0.0),  # error 1.0%
    "WINDOW 4n": (
        18.092,
        18.598,
        18.622,
        35.362,
        34.269,
        1116.886,
        181.802,
        91.861,
        888.049,
    ),  # error 0.9%
    "WINDOW 8": (30.266, 3.783, 0.0, 1.892, 0.473, 0.059, 0.059, 0.0, 0.007),  # error 0.0%
    "WINDOW flash": (16.447, 0.0, 23.642, 48.535, 4.879, 499.064, 0.0, 0.0, 0.0),  # error 0.3%
    "WINDOW 4": (34.0, 18.6, 18.6, 35.4, 34.3, 1117.0, 182.0, 92.0, 888.0),
    "SOFTMAX": (528.8, 0.0, 218.467),  # error 5.9%
}
ESTIMATED = frozenset(  # set by hand from a few layers that were measured, not fitted
    {
        *("ADD FAST", "ADD GENERAL", "CONCATENATION", "DEPTHWISE general 2", "LOAD", "MAXIMUM"),
        *("MINIMUM", "MULTIPLY", "RESIZE", "TABLE", "WINDOW 4", "WINDOW 8"),
    }
)
UNMEASURED = 40.0  # cycles for each of an operator's terms
WORST_ERROR = 0.08  # of the networks that the constants were fitted to and that take LEAST_CYCLES (docs/MODELS.md)
LEAST_CYCLES = 1_000_000  # in smaller ones what starts an operator counts too much
