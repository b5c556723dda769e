"""Latency runs whose figures are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from host.base.json_out import as_object
from host.bench.latency.figures import CAMERA, INJECTED, Lost, Setup, Summary, summarise
from host.bench.latency.inferences import LayerCycles
from host.bench.latency.layers import Layer
from host.bench.latency.tables import INFERENCES, KIND, LAYERS, LAYOUTS, Inference
from host.runs.conditions import gather
from host.runs.layout import Layout
from host.runs.read import Run, read_run
from host.runs.write import RunWriter
from tests.link.fake_board import HELLO
from tests.runs.made import NOON

CLOCK_HZ = 64_000_000
LAYER_NAMES = ("CONV 0 48x48x8", "SOFTMAX 1 1x1x2")


def inferences(count: int, scale: float = 1.0, seed: int = 1) -> list[Inference]:
    """Normal noise of 1 % around round cycles, times `scale`."""
    random = np.random.default_rng(seed)

    def cycles(middle: float) -> list[int]:
        return [round(v) for v in scale * middle * random.normal(1, 0.01, count)]

    capture, preprocess, inference, send, period, overlapped, age = (
        cycles(middle) for middle in (9.1e6, 1.5e6, 9.9e6, 0.33e6, 20.8e6, 8.0e6, 12.8e6)
    )
    host_ms = (scale * 325 * random.normal(1, 0.05, count)).tolist()
    arrived = np.cumsum(host_ms) / 1000
    return [
        Inference(
            frame=100 + k,
            arrived_s=float(arrived[k] - arrived[0]),
            capture_cycles=capture[k],
            preprocess_cycles=preprocess[k],
            inference_cycles=inference[k],
            send_cycles=send[k],
            period_cycles=period[k],
            host_ms=host_ms[k],
            image="",
            overlapped_cycles=overlapped[k],
            age_cycles=age[k],
        )
        for k in range(count)
    ]


def profiles(count: int) -> list[LayerCycles]:
    """Two layers, 3 to 1."""
    return [LayerCycles(k, (3_000_000 + k, 1_000_000)) for k in range(count)]


def summary(rows: list[Inference], estimated: bool = True, source: str = CAMERA) -> Summary:
    """With two layers, when there are rows enough."""
    layers = [Layer(name, 1000) for name in LAYER_NAMES]
    setup = Setup(source, 5, CLOCK_HZ, estimated)
    return summarise(setup, rows, profiles(5), layers, Lost(wire=1))


def written(
    directory: Path,
    rows: list[Inference],
    board: str = "virtual",
    injected: bool = False,
    layouts: tuple[Layout, ...] = LAYOUTS,
    **hello: int,
) -> Run:
    """A complete run of these rows."""
    says = replace(HELLO, board=board, **hello)  # type: ignore[arg-type]  # fields of Hello
    conditions = gather(KIND, "python -m host.bench latency --count 40", NOON, says, "memory")
    source = INJECTED if injected else CAMERA
    with RunWriter(directory, KIND, conditions, layouts) as run:
        for row in rows:
            run.append(INFERENCES.name, *(getattr(row, name) for name in layouts[0].names))
        for number, profile in enumerate(profiles(5)):
            for layer, cycles in enumerate(profile.cycles):
                run.append(LAYERS.name, number, layer, LAYER_NAMES[layer], cycles)
        run.summary = as_object(summary(rows, board == "virtual", source))
    return read_run(directory)
