"""The tables of a latency run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from host.runs.layout import Column, Layout
from host.runs.read import Columns, Run

KIND = "latency"


@dataclass(frozen=True)
class Inference:
    """One row of INFERENCES: what the board and the host measured of one inference. Runs of before frames were read
    while the model runs have no `overlapped_cycles` and no `age_cycles`."""

    frame: int
    arrived_s: float
    capture_cycles: int
    preprocess_cycles: int
    inference_cycles: int
    send_cycles: int
    period_cycles: int
    host_ms: float
    image: str
    overlapped_cycles: int = 0
    age_cycles: int = 0


INFERENCES = Layout(
    "inferences",
    (
        Column("frame", "int64", "number of the frame, by the board"),
        Column("arrived_s", "float64", "when its result arrived, by the host, since the first one"),
        Column("capture_cycles", "int64", "waiting for the sensor and reading it; 0 when injected"),
        Column("preprocess_cycles", "int64", "averaging lines into the input; 0 when injected"),
        Column("inference_cycles", "int64", "the engine"),
        Column("send_cycles", "int64", "queueing the previous frame and result; 0 when injected"),
        Column("period_cycles", "int64", "since the previous result, by the board; 0: not known"),
        Column("host_ms", "float64", "camera: since the previous result; injected: round trip"),
        Column("image", "text", "the injected picture; empty from the camera"),
        Column("overlapped_cycles", "int64", "of reading it, while the one before was inferred"),
        Column("age_cycles", "int64", "from the end of its exposure to its result; 0: not known"),
    ),
)
ADDED = ("overlapped_cycles", "age_cycles")
LAYERS = Layout(
    "layers",
    (
        Column("inference", "int64", "number within the profiled pass, from 0"),
        Column("layer", "int64", "number in the packed model, from 0"),
        Column("name", "text", "operator, index in the .tflite and output, where they are known"),
        Column("cycles", "int64", "of that layer alone"),
    ),
)
LAYOUTS = (INFERENCES, LAYERS)


def columns_of(run: Run, names: Sequence[str]) -> Columns:
    """Columns of INFERENCES, "frame" among them; zeros for ADDED ones that a run of an earlier version lacks."""
    known = run.layouts[INFERENCES.name].names if INFERENCES.name in run.layouts else ADDED
    held = [name for name in names if name in known or name not in ADDED]
    found = run.columns(INFERENCES.name, held)
    zeros = np.zeros(len(found["frame"]), np.int64)
    return found | {name: zeros for name in names if name not in held}
