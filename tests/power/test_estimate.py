"""`--meter estimate` on the virtual board: its own cycles priced by datasheets, and labelled so wherever they go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from host.bench.__main__ import main
from host.link.messages import PowerState, Setting
from host.power.counter_rig import mean_current
from host.power.currents import CPU_DCDC, CPU_LDO, LABEL
from host.power.figures import inference_window, state_figure
from host.power.method import Method
from host.power.rig import HeldTrace
from host.power.virtual_rig import VirtualRig
from host.recording.reader import Reader
from host.runs.read import read_run
from host.virtual.scene import open_scene

VOLTS, SECONDS = 3.3, 0.4
METHOD = Method(windows=1, seconds=SECONDS, inferences=2)


@pytest.fixture(scope="module")
def rig() -> VirtualRig:
    """One board for all."""
    return VirtualRig(open_scene("noise:1"), VOLTS, core_load=False)


@pytest.fixture(scope="module")
def holds(rig: VirtualRig) -> dict[PowerState, HeldTrace]:
    """Each state once; the capture comes before the inference, which needs a picture."""
    return {
        state: rig.hold(state, SECONDS, 2 if state is PowerState.INFERENCE else 0, lambda _: None)
        for state in PowerState
    }


def test_two_ways_to_the_same_current(rig: VirtualRig, holds: dict[PowerState, HeldTrace]) -> None:
    """Cycle by cycle, and from nothing but what the board counted."""
    for state, held in holds.items():
        by_samples = held.trace.part(*held.inside).mean_current_a
        by_counters, _ = mean_current(held.held, rig.hello)
        if state is not PowerState.SEND:  # the counters see it wait for the port at the end, too
            assert by_samples == pytest.approx(by_counters, rel=0.03), state.name


def test_states_come_in_the_order_of_physics(
    rig: VirtualRig, holds: dict[PowerState, HeldTrace]
) -> None:
    currents = {
        state: state_figure(held, METHOD, rig.hello.clock_hz).mean_current_a
        for state, held in holds.items()
    }
    rising = (PowerState.SLEEP, PowerState.IDLE, PowerState.INFERENCE, PowerState.CAMERA_ON)
    values = [currents[state] for state in (*rising, PowerState.CAPTURE)]
    assert values == sorted(values)


def test_the_boards_marker_makes_the_window(
    rig: VirtualRig, holds: dict[PowerState, HeldTrace]
) -> None:
    held = holds[PowerState.INFERENCE]
    window = inference_window(1, held, rig.info, METHOD, rig.hello.clock_hz)
    assert window.refused == "" and window.inferences == held.held.repetitions >= 2
    marked_s = held.held.marked_cycles / rig.hello.clock_hz
    assert window.seconds_each.sum() == pytest.approx(marked_s, abs=2e-5 * window.inferences)
    for state in (PowerState.SLEEP, PowerState.CAPTURE, PowerState.SEND):
        assert not holds[state].trace.bits.any()


def test_the_converter_saves_what_the_datasheet_says(
    rig: VirtualRig, holds: dict[PowerState, HeldTrace]
) -> None:
    before = holds[PowerState.INFERENCE].trace.part(*holds[PowerState.INFERENCE].inside)
    rig.set(Setting.DCDC, 1)
    assert rig.hello.dcdc == 1
    held = rig.hold(PowerState.INFERENCE, SECONDS, 2, lambda _: None)
    rig.set(Setting.DCDC, 0)
    saved = before.mean_current_a - held.trace.part(*held.inside).mean_current_a
    assert saved == pytest.approx(CPU_LDO.amperes - CPU_DCDC.amperes, rel=0.01)


def test_every_trace_of_the_estimate_says_that_it_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = ["--seconds", "0.4", "--windows", "1", "--short"]
    arguments = ["power", "--meter", "estimate", "--port", "virtual", "--scene", "noise:1", *short]
    assert main([*arguments, "--output", str(tmp_path / "run")]) == 0
    shown = capsys.readouterr().out
    assert shown.count(LABEL) >= 2 and "not a figure to quote" in shown
    run = read_run(tmp_path / "run")
    summary = run.summary
    assert summary["figures"] == "estimated" and "SHORT" in summary["short"]
    assert _keys(summary, lambda key: key.startswith("measured_")) == []
    energy = summary["estimated_gross_energy_per_inference_j"]
    assert 0 < summary["estimated_net_energy_per_inference_j"] < energy < 0.02
    assert len(summary["battery"]["lives"]) == 4
    assert run.conditions.estimated and LABEL in run.conditions.details.values()
    assert "SHORT" in run.conditions.details["caution"]
    columns = [column for layout in run.layouts.values() for column in layout.columns]
    meanings = [c.meaning for c in columns if c.name.endswith(("_a", "_j", "_w"))]
    assert meanings and all("ESTIMATED" in meaning for meaning in meanings)


def test_a_virtual_boards_link_can_be_recorded(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    method = ["--short", "--seconds", "0.5", "--windows", "1", "--output", str(tmp_path / "run")]
    command = ["power", "--meter", "estimate", "--port", "virtual", "--record", str(path)]
    assert main([*command, *method]) == 0
    with Reader(path) as reader:
        assert reader.is_ended and sum(len(chunk.records) for chunk in reader.chunks()) > 10
    assert read_run(tmp_path / "run").summary["figures"] == "estimated"


def _keys(value: object, fits: Callable[[str], bool]) -> list[str]:
    """Of all objects in a JSON value."""
    if isinstance(value, dict):
        return [k for k in value if fits(k)] + [k for v in value.values() for k in _keys(v, fits)]
    return [k for v in value for k in _keys(v, fits)] if isinstance(value, list) else []
