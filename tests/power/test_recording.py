"""CSV files of other programs: the same trace of each, gaps found, damage reported."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.power.columns import is_header, parse_header
from host.power.marker import find_pulses
from host.power.meter import MarkerInput
from host.power.meter_csv import Layout
from host.power.recording import _why, read_recording
from tests.power.instruments.signal import Signal, inferences

VOLTS = 3.3
RATE_HZ = 10_000


def rows(signal: Signal, kind: str) -> str:
    """The signal as a program of this kind exports it."""
    lines = {
        "nordic": ["Timestamp(ms),Current(uA),D0-D7"],
        "nordic columns": ["Timestamp(ms),Current(uA),D0,D1,D2,D3,D4,D5,D6,D7"],
        "joulescope": ["# exported", "time,current,voltage,gpi0"],
        "ours": ["time_s,current_a,marker"],
    }[kind]
    for index, (amperes, bits) in enumerate(zip(signal.amperes, signal.bits, strict=True)):
        at, high = index / signal.rate_hz, int(bits)
        lines.append(
            {
                "nordic": f"{1000 * at:.3f},{1e6 * amperes:.3f},{high}0000000",
                "nordic columns": f"{1000 * at:.3f},{1e6 * amperes:.3f},{high},0,0,0,0,0,0,0",
                "joulescope": f"{at:.7f},{amperes:.9f},{VOLTS},{high}",
                "ours": f"{at:.7f},{amperes:.9f},{high}",
            }[kind]
        )
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", ["nordic", "nordic columns", "joulescope", "ours"])
def test_every_programs_export_gives_the_same_energy_and_edges(kind: str, tmp_path: Path) -> None:
    signal = inferences(3, RATE_HZ)
    path = tmp_path / "a.csv"
    path.write_text(rows(signal, kind))
    recording = read_recording(path, None if kind == "joulescope" else VOLTS)
    assert recording.info.marker is MarkerInput.LEVEL
    assert recording.info.rate_hz == pytest.approx(RATE_HZ, rel=1e-4)
    assert recording.trace.energy_j == pytest.approx(signal.energy_j(VOLTS), rel=1e-4)
    pulses = find_pulses(recording.trace.bits, 0)
    assert pulses.rises.tolist() == signal.edges[0].tolist()
    assert pulses.falls.tolist() == signal.edges[1].tolist()


def test_missing_rows_are_a_gap(tmp_path: Path) -> None:
    lines = rows(inferences(1, RATE_HZ), "ours").splitlines()
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines[:1001] + lines[1018:]))
    trace = read_recording(path, VOLTS).trace
    assert [(gap.at, gap.lost) for gap in trace.gaps] == [(1000, 17)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("time_s,volts\n1,2\n", "no column of current"),
        ("current_a\n1\n2\n3\n", "no column of time"),
        ("time_s,current_a\n1,2\n", "1 samples"),
        ("time_s,current_a\n1,2\n2,x\n3,4\n", "damaged"),
        ("time_s,current_a\n1,2\n2\n3,4\n", "damaged"),
        ("time_s,current_a\n1,2\n2,nan\n3,4\n", "missing or infinite"),
        ("time_s,current_a\n3,2\n2,1\n1,1\n", "goes backwards"),
        ("Timestamp(ms),Current(uA),D0-D7\n0,1,0000\n1,1,00000000\n2,1,1\n", "no state of D0-D7"),
        (",".join("x" * 99) + "\n", "99 columns"),
    ],
)
def test_damaged_files_are_refused_in_a_line(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(HostError, match=why) as reported:
        read_recording(path, VOLTS)
    assert "\n" not in str(reported.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(np.random.default_rng(1).bytes(5000))
    with pytest.raises(HostError):
        read_recording(path, VOLTS)


def test_a_file_of_utf_16_has_256_megabytes_at_most(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("time_s,current_a\n1,2\n2,2\n".encode("utf-16"))
    os.truncate(path, (256 << 20) + 1)
    with pytest.raises(HostError, match="is UTF-16 and larger than 256 MB: save it as UTF-8"):
        read_recording(path, VOLTS)


def test_a_missing_file_and_a_missing_voltage_are_reported(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="cannot read"):
        read_recording(tmp_path / "nothing.csv", VOLTS)
    path = tmp_path / "a.csv"
    path.write_text(rows(inferences(1, RATE_HZ), "ours"))
    with pytest.raises(HostError, match=r"--voltage 3\.3"):
        read_recording(path, None)


@pytest.mark.parametrize(
    ("header", "scale"),
    [
        ("Current(uA)", 1e-6), ("current_ma", 1e-3), ("current", 1.0), ("Current [nA]", 1e-9), ("i_ma", 1e-3),
    ],
)  # fmt: skip
def test_units_stand_in_the_columns_name(header: str, scale: float) -> None:
    assert parse_header([header], "file").current.scale == scale
    assert is_header(header) and not is_header("1.5,2e-3")


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("CSV: column #1: invalid value '1.000,5'", "'1.000,5' in the column 'b' is no number"),
        ("CSV: column #0: invalid value 'x'\nmore", "'x' in the column 'a' is no number"),
        ("CSV: column #2: invalid value 'x'", "CSV: column #2: invalid value 'x'"),
        ("torn\nrest", "torn"),
    ],
)
def test_what_is_wrong_is_named_by_its_column(said: str, what: str) -> None:
    layout = Layout(parse_header(["time_s", "current_a"], "x"), ("a", "b"), ",", (), (0, 0), ())
    assert _why(Path("x.csv"), layout, said)[0] == f"x.csv is damaged: {what}"
