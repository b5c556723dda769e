"""A recording without its board: windows cut from the marker's pulses, and the longest pause as idle power."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import pytest

from host.base.errors import HostError
from host.bench.power.figures import PowerResult
from host.bench.power.recorded import _idle, analyse_recording, cut
from host.bench.power.tables import Rows
from host.power.marker import Pulses
from host.power.meter import MarkerInput, MeterInfo
from host.power.method import Method
from host.power.recording import Recording
from host.power.trace import Gap, Trace

RATE_HZ = 100.0
INFO = MeterInfo("file.csv", "", RATE_HZ, MarkerInput.LEVEL)


def pulses(*starts: float, length: float = 0.2) -> Pulses:
    """seconds of their rises."""
    rises = np.array([round(at * RATE_HZ) for at in starts], np.int64)
    return Pulses(rises, rises + round(length * RATE_HZ))


def train(count: int, begin: float = 1.0, step: float = 1.0) -> list[float]:
    return [begin + step * number for number in range(count)]


def spans(found: list[Pulses]) -> list[tuple[float, float, int]]:
    """First rise, last fall, pulses."""
    return [(w.rises[0] / RATE_HZ, w.falls[-1] / RATE_HZ, len(w)) for w in found]


def recording(
    of: Pulses, seconds: float, gaps: tuple[Gap, ...] = (), channel: int = 0
) -> Recording:
    """2 A while a pulse is high, 1 A else, at 3 V."""
    bits = np.zeros(round(seconds * RATE_HZ), np.uint8)
    for rise, fall in zip(of.rises, of.falls, strict=True):
        bits[rise:fall] = 1 << channel
    amperes = (1 + (bits > 0)).astype(np.float32)
    return Recording(INFO, Trace(RATE_HZ, amperes, bits, 3.0, gaps))


def test_a_window_is_as_short_as_the_method_allows() -> None:
    """Pulses of 0.2 s each second: the fourth falls 3.2 s after the first rose, the third 2.2 s."""
    found = cut(pulses(*train(12)), Method(9, 3.0, 3), RATE_HZ)
    assert spans(found) == [(1, 4.2, 4), (5, 8.2, 4), (9, 12.2, 4)]
    found = cut(pulses(*train(12)), Method(9, 2.2, 3), RATE_HZ)
    assert spans(found)[:2] == [(1, 3.2, 3), (4, 6.2, 3)], "2.2 s are enough"
    found = cut(pulses(*train(12)), Method(9, 1.0, 5), RATE_HZ)
    assert spans(found) == [(1, 5.2, 5), (6, 10.2, 5)], "five inferences are enough"
    assert len(cut(pulses(*train(12)), Method(2, 1.0, 2), RATE_HZ)) == 2


def test_a_long_pause_ends_a_window() -> None:
    """0.8 s between pulses: eight are a pause of the same stretch, more are none."""
    near = pulses(*train(3), *train(3, 3.2 + 8.0))
    assert spans(cut(near, Method(9, 10.0, 4), RATE_HZ)) == [(1, 11.4, 4)]
    far = pulses(*train(3), *train(3, 3.2 + 8.1))
    assert spans(cut(far, Method(9, 10.0, 4), RATE_HZ)) == [(1, 3.2, 3)], "the first of the longest"
    assert spans(cut(far, Method(9, 2.0, 2), RATE_HZ)) == [(1, 3.2, 3), (11.3, 13.5, 3)]
    two_and_five = pulses(*train(2), *train(5, 30))
    assert spans(cut(two_and_five, Method(9, 99, 99), RATE_HZ)) == [(30, 34.2, 5)]


def test_a_pause_as_long_as_an_inference_is_none() -> None:
    """Pulses of 1 s with 0.01 s between them: a pause of 1 s belongs to the stretch, of 1.01 s not."""
    for pause, windows in ((1.0, 3), (1.01, 2)):
        starts = [*train(3, 0, 1.01), *train(3, 3.02 + pause, 1.01)]
        found = cut(pulses(*starts, length=1.0), Method(9, 1.5, 2), RATE_HZ)
        assert len(found) == windows
    assert spans(cut(pulses(7), Method(9, 1, 1), RATE_HZ)) == [(7, 7.2, 1)]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_idle_is_the_longest_stretch_without_an_inference(at: int) -> None:
    """Before, between and behind two pulses; its power is 1 A at 3 V."""
    waits = [2.0, 2.0, 2.0]
    waits[at] = 5.0
    first, second = waits[0], waits[0] + 0.2 + waits[1]
    found = _idle(
        recording(pulses(first, second), second + 0.2 + waits[2]),
        pulses(first, second),
        Method(1, 5),
    )
    assert found is not None
    assert (
        found.seconds,
        found.hold_s,
        found.mean_current_a,
        found.mean_power_w,
        found.mean_voltage_v,
    ) == (5, 5, 1, 3, 3)
    assert (found.lost, found.refused, found.repetitions, found.uncertainty) == (0, "", 0, 0)
    assert _idle(recording(pulses(first, second), second + 0.2 + waits[2]),
                 pulses(first, second), Method(1, 5.01)) is None  # fmt: skip


def test_idle_with_missing_samples_is_refused() -> None:
    of = pulses(6.0)
    found = _idle(recording(of, 6.5, (Gap(100, 7),)), of, Method(1, 5))
    assert found is not None and found.refused == "7 samples are missing" and found.lost == 7


class Kept:
    """Rows of a run, as they were given."""

    def __init__(self) -> None:
        self.rows: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *values: self.rows.append((name, *values))


def analysed(of: Recording, method: Method, rows: Kept | None = None) -> PowerResult:
    return analyse_recording(of, method, cast(Rows, rows or Kept()))


def test_a_whole_recording() -> None:
    of = pulses(*train(6), 20.0)
    found = analysed(recording(of, 22.0), Method(3, 2.0, 3))
    assert [window.number for window in found.windows] == [1, 2]
    assert found.windows[0].seconds == pytest.approx(2.2)
    assert [state.seconds for state in found.states] == [pytest.approx(13.8)]
    assert found.notes == [
        "idle: the longest stretch of the recording without an inference",
        "the recording holds 2 windows of 2 s and 3 inferences; the method asks for 3: record longer",
    ]
    assert len(analysed(recording(of, 22.0), Method(2, 2.0, 3)).notes) == 1, "as many as requested"


def test_a_run_of_a_recording_has_the_same_tables_as_a_measured_one() -> None:
    """Its windows' inferences lie in the one trace that there is, which begins at 0 s."""
    of, kept = recording(pulses(*train(6), 20.0), 22.0), Kept()
    found = analysed(of, Method(2, 2.0, 3), kept)
    first, second = found.windows
    assert kept.rows == [
        ("add_trace", "recording", of.trace),
        ("add_state", *found.states),
        ("add_window", first, 0.0, of.trace, 3.0),
        ("add_window", second, 0.0, of.trace, 3.0),
    ]


def test_a_marker_that_is_not_there_says_where_it_is() -> None:
    of = pulses(*train(3))
    with pytest.raises(
        HostError, match=r"the marker was not seen on D0 of file.csv; D5 changes: --channel 5"
    ):
        analysed(recording(of, 9.0, channel=5), Method(1, 1, 1))
    with pytest.raises(HostError, match=r"not seen on D0 of file.csv$"):
        analysed(recording(pulses(), 9.0), Method(1, 1, 1))
    blind = recording(of, 9.0)
    none = Recording(MeterInfo("a.csv", "", RATE_HZ, MarkerInput.NONE), blind.trace)
    with pytest.raises(HostError, match=r"a.csv has no digital column, .*record the marker pin"):
        analysed(none, Method(1, 1, 1))
