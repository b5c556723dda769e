"""Holds a board in each state, then in the inference windows, and keeps what comes as it comes."""

from __future__ import annotations

from collections.abc import Callable

from host.bench.power.figures import PowerResult
from host.bench.power.tables import Rows
from host.link.messages import PowerState
from host.power.figures import inference_window, state_figure
from host.power.method import Method
from host.power.rig import HeldTrace, Rig

BEFORE = (PowerState.SLEEP, PowerState.IDLE, PowerState.CAMERA_ON, PowerState.CAPTURE)
BEHIND = (PowerState.SEND,)
Steps = Callable[[str, float], None]  # what is measured now, and the share of the run that is over


class Measurement:
    """One run. `result` is right at every moment, also when run() was interrupted.

    keep: is called whenever `result` and the rows know more.
    """

    def __init__(
        self,
        rig: Rig,
        method: Method,
        supply_volt: float,
        rows: Rows,
        steps: Steps,
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        self.result = PowerResult(rig.info, method, supply_volt)
        self._rig, self._method, self._rows, self._steps = rig, method, rows, steps
        self._keep = keep
        self._holds = len(BEFORE) + method.windows + len(BEHIND)
        self._done = 0

    def run(self) -> PowerResult:
        """States first: the capture leaves a picture to infer."""
        for state in BEFORE:
            self._state(state)
        for number in range(1, self._method.windows + 1):
            self._window(number)
        for state in BEHIND:
            self._state(state)
        return self.result

    def _state(self, state: PowerState) -> None:
        held = self._hold(state, state.name.lower().replace("_", " "), 0)
        self._rows.add_trace(state.name.lower(), held.trace)
        self._add_state(held)
        self._keep()

    def _window(self, number: int) -> None:
        label = f"inference {number}"
        held = self._hold(PowerState.INFERENCE, label, self._method.inferences)
        start_s = self._rows.add_trace(label, held.trace)
        clock_hz = self._rig.hello.clock_hz
        window = inference_window(number, held, self._rig.info, self._method, clock_hz)
        self._rows.add_window(window, start_s, held.trace, self.result.idle_w)
        self.result.windows.append(window)
        if number == 1:
            self._add_state(held)
        self._keep()

    def _add_state(self, held: HeldTrace) -> None:
        figure = state_figure(held, self._method, self._rig.hello.clock_hz)
        self.result.states.append(figure)
        self._rows.add_state(figure)

    def _hold(self, state: PowerState, label: str, repetitions: int) -> HeldTrace:
        seconds = self._method.seconds

        def progress(over_s: float) -> None:
            share = min(1.0, over_s / seconds)
            self._steps(label, (self._done + share) / self._holds)

        progress(0.0)
        held = self._rig.hold(state, seconds, repetitions, progress)
        self._done += 1
        progress(0.0)
        return held
