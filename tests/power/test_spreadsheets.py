"""Meters' files as programs, loggers and spreadsheets write them: the right current, time and voltage, or one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.power.recording import read_recording

ROWS = 400
AMPERES, VOLTS, STEP_S = 0.005, 3.3, 0.01
Row = Callable[[int], tuple[object, ...]]


def written(
    header: str,
    row: Row,
    sep: str = ",",
    end: str = "\n",
    point: str = ".",
    encoding: str = "utf-8",
) -> bytes:
    """A header, and a row of each sample."""
    lines = [sep.join(str(cell).replace(".", point) for cell in row(k)) for k in range(ROWS)]
    return (header + end + end.join(lines) + end).encode(encoding)


def ppk2(k: int) -> tuple[object, ...]:
    return f"{10 * k:.3f}", "5000.000", "00000000"


def seconds(k: int) -> tuple[object, ...]:
    return f"{k / 100:.5f}", "0.005", "3.3"


def milli(k: int) -> tuple[object, ...]:
    return 10 * k, "3.3", "5.00"


NORDIC = "Timestamp(ms),Current(uA),D0-D7"
STATISTICS = "#time,current,voltage,power,charge,energy"  # Joulescope UI
RIGHT: dict[str, bytes] = {
    "a mark in front": written("\ufeff" + NORDIC, ppk2),
    "UTF-16": written(NORDIC, ppk2, encoding="utf-16"),
    "UTF-16, tabs": written(NORDIC.replace(",", "\t"), ppk2, "\t", "\r\n", encoding="utf-16"),
    "carriage returns": written(NORDIC, ppk2, end="\r"),
    "Excel, German": written(NORDIC.replace(",", ";"), ppk2, ";", "\r\n", ","),
    "Excel's first line": b"sep=;\r\n" + written(NORDIC.replace(",", ";"), ppk2, ";", "\r\n"),
    "quoted decimal commas": written(
        '"Timestamp(ms)","Current(uA)"', lambda k: (f'"{10 * k},0"', '"5000,0"')
    ),
    "zeros left out": written(NORDIC, lambda k: (10 * k, 5000, "1000000" if k % 2 else "0")),
    "numpy's savetxt": written("# Timestamp(ms),Current(uA)", lambda k: (f"{k}e1", "5.000e+03")),
    "Joulescope statistics": written(STATISTICS, lambda k: (*seconds(k), 0.0165, 0, 0)),
    "Joulescope, three": written("#time,current,voltage", seconds),
    "Otii": written("Timestamp,Main Current (A),Main Voltage (V)", seconds),
    "Otii Arc": written("Time (s);Arc Main Current [A];Arc Main Voltage [V]", seconds, ";"),
    "Monsoon": written("Time(ms),Main(mA),Main Voltage(V)", lambda k: (10 * k, 5, 3.3)),
    "INA219 in C++": written("millis,busVoltage_V,current_mA", milli),
    "INA219, load": written(
        "Time(ms),Shunt Voltage(mV),Load Voltage(V),Current(mA)", lambda k: (10 * k, 0.5, 3.3, 5)
    ),
    "INA219, dates": written(
        "Timestamp,Bus Voltage (V),Current (mA)",
        lambda k: (f"2026-11-29 10:00:{k / 100:09.6f}", 3.3, 5),
    ),
    "INA219, zones": written(
        "time,voltage,current_ma", lambda k: (f"2026-11-29T10:00:{k / 100:09.6f}+01:00", 3.3, 5)
    ),
    "since 1970": written(
        "timestamp,bus_voltage_V,current_mA", lambda k: (f"{1764410000 + k / 100:.2f}", 3.3, 5)
    ),
    "Greek": written("Time (ms),Current (μA)", ppk2).replace(b",00000000", b""),
    "Windows' micro": written("Time (ms),Current (µA)", ppk2, encoding="cp1252").replace(
        b",00000000", b""
    ),
    "nanoseconds": written("time_ns,current_a", lambda k: (k * 10**7, 0.005)),
    "German": written("Zeit (ms);Spannung (V);Strom (mA)", milli, ";", point=","),
    "Spanish": written("Tiempo (s);Corriente (A);Voltaje (V)", seconds, ";", point=","),
    "units below": written("time,voltage,current\nms,V,mA", milli),
    "talk in front": b"Device: PPK2\nDate: 2026-11-29\n\n" + written(NORDIC, ppk2),
    "empty lines": written(NORDIC, ppk2, end="\n\n"),
    "a separator behind rows": written(NORDIC, lambda k: (*ppk2(k), "")),
    "a comment behind": written(NORDIC, ppk2) + b"# stopped by the user\n",
    "a column of numbers in front": written("," + NORDIC, lambda k: (k, *ppk2(k))),
}  # fmt: skip


@pytest.mark.parametrize("kind", RIGHT)
def test_what_is_written_is_what_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(RIGHT[kind])
    recording = read_recording(path, VOLTS)
    trace = recording.trace
    assert len(trace) == ROWS and not trace.lost
    assert trace.mean_current_a == pytest.approx(AMPERES, rel=1e-6)
    assert trace.mean_voltage_v == pytest.approx(VOLTS, rel=1e-6)
    assert trace.seconds == pytest.approx(ROWS * STEP_S, rel=1e-4)
    if kind == "zeros left out":
        assert trace.bits.tolist() == [0, 0b10] * (ROWS // 2)


@pytest.mark.parametrize(
    ("cut", "count"),
    [(0, ROWS), (1, ROWS), (2, ROWS - 1), (5, ROWS - 1), (6, ROWS - 1), (9, ROWS - 1), (12, ROWS - 1)],
)  # fmt: skip
def test_a_file_that_was_cut_has_its_whole_rows(cut: int, count: int, tmp_path: Path) -> None:
    whole = written("Timestamp(ms),Current(uA)", lambda k: (f"{10 * k:.3f}", "5123.456"))
    path = tmp_path / "a.csv"
    path.write_bytes(whole[: len(whole) - cut])
    trace = read_recording(path, VOLTS).trace
    assert len(trace) == count and trace.mean_current_a == pytest.approx(5123.456e-6)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (written("time_s,current_ma,current_ma", lambda k: (k, 1, 5)), "are both a current; rename"),
        (written("0.0,0.005,3.3", seconds), "nothing names the columns; begin with"),
        (written("time,current", lambda k: (k, 5)), "5 A on average, and the header gives no unit"),
        (written("time_ms,current_ua", lambda k: (k, '"5,000"')), "marks between thousands"),
        (written("time_ms;current_ua", lambda k: (k, "5.000,0"), ";"), "'5.000,0' in the column"),
        (written("time,current_ma", lambda k: (f"29.11. 10:0{k % 10}", 5)), "is no number"),
        (written("time,current_ma", lambda k: (f"2026-11-29 {k}", 5)), "write seconds, or 2026"),
        (written("time_ms,current_ma", lambda k: (k // 10, 5)), "digits enough"),
        (written("time_ms,current_ma", lambda k: (k, 3.3, 5)), "names 2 columns, the first row has 3"),
        (b"PK\x03\x04" + bytes(3000), "is no text: export it as CSV"),
        (b"Timestamp(ms),Current(uA)\n", "has 0 samples"),
    ],
)  # fmt: skip
def test_what_could_be_something_else_is_refused(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(HostError, match=why) as reported:
        read_recording(path, VOLTS)
    assert "\n" not in str(reported.value)
