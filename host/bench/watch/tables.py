"""One watch, kept in a run directory while it goes on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from host.base.errors import EndOfRecordingError, HostError
from host.base.records import Message
from host.bench.watch.figures import Listener, Progress, Supply, WatchPlan, WatchReport
from host.bench.watch.show import as_json
from host.link.messages import Heartbeat, Hello, Verdict
from host.runs.conditions import Conditions, gather
from host.runs.layout import Column, Layout
from host.runs.write import COMPLETE, INTERRUPTED, SECONDS_AT_ONCE, RunWriter, reason_of

KIND = "watch"
HEARTBEATS = Layout(
    "heartbeats",
    (
        Column("elapsed_s", "float64", "since the watch began, by the clock that runs in sleep"),
        Column("looks", "int64", "since the watch began"),
        Column("blind_looks", "int64", "of them, looks that the camera spoiled"),
        Column("verdict", "bool", "the watched label is there"),
        Column("score", "float64", "of the watched label at the last look, 0..1"),
        Column("awake_cycles", "int64", "since the watch began"),
        Column("wake_cycles", "int64", "of the last look: the sensor woken and settled"),
        Column("capture_cycles", "int64", "of the last look"),
        Column("preprocess_cycles", "int64", "of the last look"),
        Column("inference_cycles", "int64", "of the last look"),
    ),
)
VERDICTS = Layout(
    "verdicts",
    (
        Column("elapsed_s", "float64", "since the watch began"),
        Column("look", "int64", "which of them changed the verdict"),
        Column("verdict", "bool", "the watched label is there"),
        Column("score", "float64", "of that look, 0..1"),
    ),
)


class Watch(Protocol):
    """A board that can watch."""

    port: str

    @property
    def hello(self) -> Hello:
        """What it says of itself."""

    def watch(self, plan: WatchPlan, listener: Listener, progress: Progress) -> None:
        """Lets it watch; the listener gets all."""

    def supply(self, volts: float) -> Supply | None:
        """What it drew, estimated; None where a meter must say."""


@dataclass(frozen=True)
class Request:
    """A watch that is wanted, and where it goes. command: to repeat it."""

    plan: WatchPlan
    volts: float
    directory: Path
    command: str
    now: datetime
    details: dict[str, str]


@dataclass(frozen=True)
class Done:
    """stopped_by: what ended it early; None when it watched to its end."""

    report: WatchReport
    conditions: Conditions
    stopped_by: BaseException | None

    @property
    def reason(self) -> str:
        """Why it ended early, empty when it did not."""
        return reason_of(self.stopped_by) if self.stopped_by else ""


def keep_watch(
    board: Watch,
    request: Request,
    progress: Progress,
    clock: Callable[[], float] = time.monotonic,
) -> Done:
    """Ctrl-C and a lost board end it; what was received by then counts. Raises what ended it when that is nothing."""
    conditions = gather(
        KIND, request.command, request.now, board.hello, board.port, details=request.details
    )
    stopped: BaseException | None = None
    with RunWriter(request.directory, KIND, conditions, (HEARTBEATS, VERDICTS)) as run:
        listener = Listener(lambda message: append(message, run.append))
        saved_at = -math.inf

        def passed(seconds: float) -> None:
            nonlocal saved_at
            progress(seconds)
            if listener.heartbeat is not None and clock() - saved_at >= SECONDS_AT_ONCE:
                run.summary = as_json(_report(board, request, listener))
                run.save()
                saved_at = clock()

        try:
            board.watch(request.plan, listener, passed)
        except (HostError, KeyboardInterrupt) as error:
            stopped = error
        if isinstance(stopped, EndOfRecordingError) and listener.heartbeat is None:
            raise HostError(f"{stopped}: no heartbeat of a watching board in it") from stopped
        if stopped is not None and listener.heartbeat is None:
            raise stopped
        report = _report(board, request, listener)
        run.summary = as_json(report)
        try:
            run.close(INTERRUPTED, reason_of(stopped)) if stopped else run.close(COMPLETE)
        except HostError as error:  # a full disk: the figures are still shown
            stopped = stopped or error
    return Done(report, conditions, stopped)


def _report(board: Watch, request: Request, listener: Listener) -> WatchReport:
    return listener.report(board.hello, request.plan, board.supply(request.volts))


def append(message: Message, row: Callable[..., None]) -> None:
    """A message's row, if it has one."""
    if isinstance(message, Heartbeat):
        m = message
        row(
            HEARTBEATS.name, m.elapsed_us / 1e6, m.looks, m.blind_looks, bool(m.verdict), m.percent / 100,
            m.awake_cycles, m.wake_cycles, m.capture_cycles, m.preprocess_cycles, m.inference_cycles,
        )  # fmt: skip
    elif isinstance(message, Verdict):
        row(
            VERDICTS.name, message.elapsed_us / 1e6, message.looks, bool(message.verdict),
            message.percent / 100,
        )  # fmt: skip
