"""One measurement on an open device: warms up, measures, profiles, and keeps all of it in a run directory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from host.base.errors import EndOfRecordingError, HostError
from host.base.json_out import as_object
from host.bench.latency.figures import CAMERA, INJECTED, Setup, Summary, lost_between, summarise
from host.bench.latency.inferences import (
    Board,
    LayerCycles,
    Listener,
    camera_inferences,
    injected_inferences,
    profiled_inferences,
)
from host.bench.latency.layers import Layer, find_model, layers_of
from host.bench.latency.pictures import Picture
from host.bench.latency.progress import Progress
from host.bench.latency.tables import INFERENCES, KIND, LAYERS, LAYOUTS, Inference
from host.compiler.pack import PackedModel
from host.link.messages import Mode
from host.link.sequence import Losses
from host.runs.conditions import Conditions, gather
from host.runs.write import COMPLETE, INTERRUPTED, RunWriter, reason_of

MOST_PROFILED = 50  # a layer's cycles hardly vary, and the pass takes as long as so many inferences
WAKING = 2  # results of a sensor that has just woken: they waited for it


@dataclass(frozen=True)
class Plan:
    """What is measured. pictures: to inject; none: camera frames in `mode`. details: of the conditions."""

    directory: Path
    command: str
    count: int
    warm_up: int
    pictures: tuple[Picture, ...]
    mode: Mode
    layers: bool
    model: Path | None
    details: dict[str, str]


@dataclass(frozen=True)
class Done:
    """stopped_by: what ended it early; None when it was measured to its end."""

    conditions: Conditions
    summary: Summary
    stopped_by: BaseException | None

    @property
    def reason(self) -> str:
        """Why it ended early, empty when it did not."""
        return reason_of(self.stopped_by) if self.stopped_by else ""


class Session:
    """Runs a Plan. Ctrl-C and what the device does wrong end it; the run then says so and keeps what there is.

    Where that is nothing, no run is left behind.
    """

    def __init__(
        self,
        device: Board,
        plan: Plan,
        clock: Callable[[], float],
        progress: Progress,
        recorded: Callable[[], float] | None = None,
    ) -> None:
        """recorded: the time of a recording that is played, by which its results then arrive."""
        self._device, self._plan, self._clock, self._progress = device, plan, clock, progress
        self._arrivals = recorded or clock
        self._listener = Listener(device, clock)
        self._inferences: list[Inference] = []
        self._profiles: list[LayerCycles] = []
        self._layers: list[Layer] = []

    def run(self, now: datetime) -> Done:
        """Raises HostError when there is nothing to keep yet, or it cannot be written."""
        try:
            return self._run(now)
        except EndOfRecordingError as end:
            raise HostError(f"{end}: too early to measure one inference") from end

    def _run(self, now: datetime) -> Done:
        device, plan = self._device, self._plan
        if device.hello.model_hash == 0:
            raise HostError("the board runs no model", "send it one with python -m host.deploy")
        model = find_model(device.hello.model_hash, plan.model)
        self._warm_up()
        conditions = gather(
            KIND, plan.command, now, device.hello, device.name, details=plan.details
        )
        before = device.losses
        stopped: BaseException | None = None
        with RunWriter(plan.directory, KIND, conditions, LAYOUTS, self._clock) as run:
            try:
                self._measure(run)
                self._profile(model, run)
            except (HostError, KeyboardInterrupt) as error:
                stopped = error
            if stopped is not None and not self._inferences:
                raise stopped
            run.conditions = conditions = self._final(conditions)
            summary = self._summary(conditions, before)
            run.summary = as_object(summary)
            try:
                run.close(INTERRUPTED, reason_of(stopped)) if stopped else run.close(COMPLETE)
            except HostError as error:  # a full disk: the figures are still shown
                stopped = stopped or error
        return Done(conditions, summary, stopped)

    def _source(self) -> Iterator[Inference]:
        if self._plan.pictures:
            return injected_inferences(self._device, self._arrivals, self._plan.pictures)
        return camera_inferences(self._device, self._arrivals, self._plan.mode, self._listener)

    def _warm_up(self) -> None:
        """The sensor's clock settles (camera/pace.c), caches fill; then the board is asked who it is by now."""
        self._progress.begin("warming up", self._plan.warm_up)
        for inference in islice(self._source(), self._plan.warm_up):
            self._progress.advance(inference)
        self._ask_who()

    def _ask_who(self) -> None:
        """In Mode.IDLE, where a board answers at once. What it said before is of the past."""
        self._device.set_mode(Mode.IDLE)
        self._device.greet()
        while self._device.receive(0.0) is not None:
            pass

    def _measure(self, run: RunWriter) -> None:
        source = self._source()
        if not self._plan.pictures:
            for _ in islice(source, WAKING):
                pass
        self._progress.begin("measuring", self._plan.count)
        start = 0.0
        for inference in islice(source, self._plan.count):
            start = start if self._inferences else inference.arrived_s
            relative = replace(inference, arrived_s=inference.arrived_s - start)
            self._inferences.append(relative)
            run.append(INFERENCES.name, *(getattr(relative, name) for name in INFERENCES.names))
            self._progress.advance(relative)

    def _profile(self, model: PackedModel | None, run: RunWriter) -> None:
        if not self._plan.layers:
            return
        count = min(self._plan.count, MOST_PROFILED)
        self._progress.begin("layers", count)
        plan = self._plan
        found = profiled_inferences(self._device, count, plan.pictures, self._listener, plan.mode)
        with contextlib.closing(found):  # profiling ends at once, not when Python collects it
            for number, profile in enumerate(found):
                self._layers = self._layers or layers_of(model, len(profile.cycles))
                if len(profile.cycles) != len(self._layers):
                    raise HostError("the board changed its model while it was measured")
                self._profiles.append(profile)
                for layer, cycles in enumerate(profile.cycles):
                    run.append(LAYERS.name, number, layer, self._layers[layer].name, cycles)
                self._progress.advance()

    def _final(self, conditions: Conditions) -> Conditions:
        """The sensor's clock follows the load: what it was at the end belongs to the conditions, too."""
        with contextlib.suppress(HostError):
            self._ask_who()
            divider = self._device.hello.clock_divider
            if conditions.board and divider != conditions.board.clock_divider:
                words = {"camera clock divider at the end": str(divider)}
                return replace(conditions, details=conditions.details | words)
        return conditions

    def _summary(self, conditions: Conditions, before: Losses) -> Summary:
        return summarise(
            Setup(
                source=INJECTED if self._plan.pictures else CAMERA,
                warm_up=self._plan.warm_up,
                clock_hz=self._device.hello.clock_hz,
                estimated=conditions.estimated,
            ),
            self._inferences,
            self._profiles,
            self._layers,
            lost_between(before, self._device.losses, self._inferences),
            self._listener.faults,
        )
