"""`python -m host.bench power`: what it refuses before it touches anything, and recordings from end to end."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import EXIT_USER, HostError, run_main
from host.bench.__main__ import main
from host.power.method import Method
from host.runs.read import read_run
from tests.goldens import printed_json
from tests.power.instruments.signal import Signal, inferences

RATE_HZ = 1000
VOLTS = 3.3


def write_csv(path: Path, signal: Signal) -> Path:
    """In our own form."""
    columns = (np.arange(len(signal)) / signal.rate_hz, signal.amperes, signal.bits)
    table = np.column_stack(columns)
    np.savetxt(
        path, table, ("%.4f", "%.8f", "%d"), ",", header="time_s,current_a,marker", comments=""
    )
    return path


def long_signal(windows: int) -> Signal:
    """Rest of 11 s, then so many windows of 10.3 s, so fine that a thousand samples a second show it."""
    return inferences(windows * 66, RATE_HZ, rest_s=11.0, low_s=0.003)


def test_a_recording_gives_the_figure_of_its_signal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signal = long_signal(5)
    path, run_at = write_csv(tmp_path / "a.csv", signal), tmp_path / "run"
    arguments = [
        "power",
        "--meter",
        f"csv:{path}",
        "--voltage",
        "3.3",
        "--output",
        str(run_at),
        "--json",
    ]
    assert main(arguments) == 0
    summary = printed_json(capsys.readouterr().out)
    rises, falls = signal.edges
    truth = signal.energy_j(VOLTS, rises[0], falls[-1]) / len(rises)
    gross = summary["measured_gross_energy_per_inference_j"]
    net = summary["measured_net_energy_per_inference_j"]
    idle_w = signal.energy_j(VOLTS, 0, 11 * RATE_HZ) / 11
    assert gross == pytest.approx(truth, rel=0.005)
    assert net == pytest.approx(
        gross - idle_w * summary["measured_seconds_per_inference"], rel=0.005
    )
    assert (summary["windows"], summary["refused"], summary["short"]) == (5, [], "")
    run = read_run(run_at)
    assert run.summary == summary and "csv:" in run.conditions.command
    assert (run.columns("windows")["seconds"] >= 10).all()


def test_a_recording_that_is_too_short_is_refused_and_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, run_at = write_csv(tmp_path / "a.csv", long_signal(2)), tmp_path / "run"
    arguments = ["power", "--meter", f"csv:{path}", "--voltage", "3.3", "--output", str(run_at)]
    assert run_main(lambda: main(arguments)) == EXIT_USER
    received = capsys.readouterr()
    assert "No figure" in received.out and received.err.strip().splitlines()[-1].startswith(
        "error: no figure"
    )
    assert read_run(run_at).summary["measured_gross_energy_per_inference_j"] is None


def test_a_recording_with_the_marker_elsewhere_says_where(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [f"{n},100,0,{n // 50 % 2}" for n in range(1000)]
    path.write_text("\n".join(["Timestamp(ms),Current(uA),D0,D5", *lines]) + "\n")
    arguments = [
        "power",
        "--meter",
        f"csv:{path}",
        "--voltage",
        "3.3",
        "--output",
        str(tmp_path / "r"),
    ]
    with pytest.raises(HostError, match="--channel 5"):
        main(arguments)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--meter", "ppk2"], "--voltage is missing"),
        (["--meter", "ppk2", "--voltage", "50"], "not 50 V"),
        (["--meter", "estimate", "--seconds", "1"], "--short"),
        (["--meter", "estimate", "--windows", "2"], "--short"),
        (["--meter", "csv:/nothing/here.csv"], "cannot read"),
        (["--meter", "ppk2:/dev/nothing-here", "--voltage", "3.3"], "1915:c00a"),
        (["--meter", "serial:/dev/nothing-here", "--voltage", "3.3"], "cannot be opened"),
        (["--meter", "lpm01a:/dev/nothing-here", "--voltage", "3.3"], "cannot be opened"),
        (["--meter", "joulescope", "--voltage", "3.3"], "no Joulescope is plugged in"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_line(arguments: list[str], why: str) -> None:
    with pytest.raises(HostError, match=why) as reported:
        main(["power", *arguments])
    assert "\n" not in str(reported.value)


@pytest.mark.parametrize("command", [["power", "--meter", "estimate"], ["latency"]])
def test_a_taken_place_is_refused_before_a_board_is_looked_for(
    command: list[str], tmp_path: Path
) -> None:
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(HostError, match="holds a run already"):
        main([*command, "--port", "/dev/nothing-here", "--output", str(tmp_path)])


@pytest.mark.parametrize(
    "wrong",
    [
        ["--battery-mah", "0"],
        ["--battery-volts", "nan"],
        ["--looks-per-minute", "6", "-1"],
        ["--seconds", "-1"],
    ],
)
def test_wrong_numbers_are_refused_before_minutes_are_spent(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["power", "--meter", "estimate", "--port", "/dev/nothing-here", *wrong])
    assert ended.value.code == EXIT_USER


@pytest.mark.parametrize("meter", ["multimeter", "serial", "csv", "estimate:5"])
def test_unknown_meters_are_refused_by_the_command_line(meter: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["power", "--meter", meter])
    assert ended.value.code == EXIT_USER


def test_a_missing_library_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ppk2lab", None)
    words = ["power", "--meter", "ppk2", "--voltage", "3.3"]
    assert run_main(lambda: main(words)) == EXIT_USER
    printed = capsys.readouterr().err
    assert "ppk2lab is not installed" in printed and printed.rstrip().endswith("run.py setup power")


def test_the_method_is_mlperfs() -> None:
    assert (Method().windows, Method().seconds, Method().inferences) == (5, 10.0, 10)
