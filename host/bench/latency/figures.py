"""The rows of a latency run -> the figures that are quoted: what `run.json` keeps and every view shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from host.bench.latency.inferences import LayerCycles
from host.bench.latency.layers import Layer
from host.bench.latency.spread import Spread, spread_of
from host.bench.latency.tables import Inference
from host.link.sequence import Losses

CAMERA, INJECTED = "camera", "injected"
ON_BOARD = {
    "capture": "waiting for the sensor and reading it",
    "preprocess": "averaging lines into the input",
    "inference": "the engine",
    "send": "queueing frame and result",
    "period": "from one result to the next",
    "overlapped": "of capture and preprocess, while the frame before was inferred and sent",
    "age": "of the picture, from the end of its exposure to its result",
}
UNKNOWN_AT_0 = ("period", "overlapped", "age")  # the first result; firmware that does not say
HOST_CAMERA = "between two results' arrivals, by this computer's clock"
HOST_INJECTED = "from sending an image to its result's arrival, by this computer's clock"
HOST_VIRTUAL = "; the emulator's speed, NOT a board's"


@dataclass(frozen=True)
class Stage:
    """cycles: None for what the host's clock measured."""

    name: str
    meaning: str
    ms: Spread
    cycles: Spread | None = None


@dataclass(frozen=True)
class LayerStage:
    """One layer. share: of the sum of all layers' medians."""

    name: str
    macs: int
    share: float
    cycles: Spread
    ms: Spread


@dataclass(frozen=True)
class Lost:
    """Messages lost while it was measured, and frames without a result. known: messages were counted."""

    wire: int = 0
    by_board: int = 0
    by_host: int = 0
    damaged: int = 0
    frames: int = 0
    known: bool = True

    @property
    def total(self) -> int:
        """Messages lost anywhere."""
        return self.wire + self.by_board + self.by_host


@dataclass(frozen=True)
class Summary:
    """source: camera or injected. frames_per_second: by the board's clock, 0.0 when it cannot be known."""

    source: str
    count: int
    warm_up: int
    clock_hz: int
    estimated: bool
    stages: tuple[Stage, ...]
    frames_per_second: float
    results_per_second_host: float
    lost: Lost
    layers: tuple[LayerStage, ...] = ()
    profiled: int = 0  # inferences of the separate pass that the layers come from
    faults: tuple[str, ...] = field(default_factory=tuple)

    def stage(self, name: str) -> Stage | None:
        """By its name."""
        return next((stage for stage in self.stages if stage.name == name), None)


@dataclass(frozen=True)
class Setup:
    """What the rows do not say themselves."""

    source: str
    warm_up: int
    clock_hz: int
    estimated: bool


def summarise(
    setup: Setup,
    inferences: Sequence[Inference],
    profiles: Sequence[LayerCycles] = (),
    layers: Sequence[Layer] = (),
    lost: Lost | None = None,
    faults: Sequence[str] = (),
) -> Summary:
    """Every figure, of at least one inference."""
    stages = [*_board_stages(setup, inferences), *_host_stage(setup, inferences)]
    period = next((stage for stage in stages if stage.name == "period"), None)
    span = inferences[-1].arrived_s - inferences[0].arrived_s
    return Summary(
        source=setup.source,
        count=len(inferences),
        warm_up=setup.warm_up,
        clock_hz=setup.clock_hz,
        estimated=setup.estimated,
        stages=tuple(stages),
        frames_per_second=1000 / period.ms.mean if period else 0.0,
        results_per_second_host=(len(inferences) - 1) / span if span > 0 else 0.0,
        lost=lost or Lost(),
        layers=_layer_stages(setup, profiles, layers),
        profiled=len(profiles),
        faults=tuple(faults),
    )


def _board_stages(setup: Setup, inferences: Sequence[Inference]) -> list[Stage]:
    """Of an injected image there is nothing but the inference: its period is the link's."""
    to_ms = 1000 / setup.clock_hz
    names = ["inference"] if setup.source == INJECTED else list(ON_BOARD)
    stages = []
    for name in names:
        values = [getattr(inference, f"{name}_cycles") for inference in inferences]
        if name in UNKNOWN_AT_0:
            values = [value for value in values if value]
        if values:
            cycles = spread_of(values)
            stages.append(Stage(name, ON_BOARD[name], cycles.scaled(to_ms), cycles))
    return stages


def _host_stage(setup: Setup, inferences: Sequence[Inference]) -> list[Stage]:
    injected = setup.source == INJECTED
    values = [inference.host_ms for inference in inferences if inference.host_ms > 0]
    if not values:
        return []
    meaning = HOST_INJECTED if injected else HOST_CAMERA
    name = "end to end (host)"
    return [Stage(name, meaning + (HOST_VIRTUAL if setup.estimated else ""), spread_of(values))]


def _layer_stages(
    setup: Setup, profiles: Sequence[LayerCycles], layers: Sequence[Layer]
) -> tuple[LayerStage, ...]:
    if not profiles:
        return ()
    cycles = np.array([profile.cycles for profile in profiles], np.float64)
    spreads = [spread_of(column) for column in cycles.T]
    total = sum(spread.p50 for spread in spreads) or 1.0
    return tuple(
        LayerStage(of.name, of.macs, s.p50 / total, s, s.scaled(1000 / setup.clock_hz))
        for of, s in zip(layers, spreads, strict=True)
    )


def lost_between(before: Losses, after: Losses, inferences: Sequence[Inference]) -> Lost:
    """Frames: numbers that are missing between the first inference and the last."""
    frames = [inference.frame for inference in inferences]
    missing = frames[-1] - frames[0] + 1 - len(frames) if frames else 0
    return Lost(
        wire=after.wire_lost - before.wire_lost,
        by_board=after.device_dropped - before.device_dropped,
        by_host=after.host_dropped - before.host_dropped,
        damaged=after.bad_packets - before.bad_packets,
        frames=max(0, missing),
    )
