"""A meter's CSV file -> a trace on an even time line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.power.columns import Columns, Quantity, default_columns, is_header, parse_header
from host.power.meter import Bits, MarkerInput, MeterInfo
from host.power.trace import Gap, Trace
from host.runs.tables import arrow

HEADER_BYTES = 8192
MOST_SAMPLES = 200_000_000
MOST_VALUE = 1e12  # seconds, amperes, volts; a NaN is not below it either
GAP_STEPS = 1.5  # between two samples, from which on some are missing
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Recording:
    """A file that was read."""

    info: MeterInfo
    trace: Trace


def read_recording(path: Path, supply_volt: float | None) -> Recording:
    """supply_volt: where the file has no voltage. Raises HostError, with the line where that is known."""
    columns, skipped, has_header = _columns(path)
    time, current, voltage, bits = _read(path, columns, skipped + has_header)
    if len(current) < 2:
        raise HostError(f"{path} has {len(current)} samples: nothing to measure")
    if columns.time is None:
        raise HostError(f"{path} has no column of time", "name it time_s or Timestamp(ms)")
    if voltage is None and supply_volt is None:
        raise HostError(f"{path} has no voltage", "say what the supply gave, --voltage 3.3")
    rate_hz, gaps = even(time, str(path))
    marked = columns.bit_string is not None or bool(columns.bits)
    trace = Trace(
        rate_hz=rate_hz,
        current_a=current.astype(np.float32),
        bits=bits,
        voltage_v=float(supply_volt or 0) if voltage is None else voltage.astype(np.float32),
        gaps=gaps,
    )
    info = MeterInfo(
        name=f"recording {path.name}",
        serial_number="unknown",
        rate_hz=rate_hz,
        marker=MarkerInput.LEVEL if marked else MarkerInput.NONE,
        measures_voltage=voltage is not None,
        settings={"recording": str(path), "board": "not connected: its count was not checked"},
    )
    return Recording(info, trace)


def even(time_s: Values, where: str) -> tuple[float, tuple[Gap, ...]]:
    """Samples a second, and where some are missing. time_s: float64 (n,) increasing."""
    steps = np.diff(time_s)
    step = float(np.median(steps))
    if not np.isfinite(step) or step <= 0 or float(steps.min()) < 0:
        raise HostError(f"{where}: the time goes backwards or stands still")
    if float(steps.max()) < GAP_STEPS * step:
        return len(steps) / float(time_s[-1] - time_s[0]), ()
    missing = np.flatnonzero(steps >= GAP_STEPS * step)
    gaps = tuple(Gap(int(i) + 1, max(1, round(float(steps[i]) / step) - 1)) for i in missing)
    whole = np.delete(steps, missing)
    return len(whole) / float(whole.sum()), gaps


def _columns(path: Path) -> tuple[Columns, int, bool]:
    """(columns, lines of comment before them, whether a header names them)."""
    try:
        with path.open("rb") as file:
            lines = file.read(HEADER_BYTES).decode("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise HostError(f"cannot read {path}: {error.strerror or error}") from error
    skipped = 0
    while skipped < len(lines) and (not lines[skipped].strip() or lines[skipped].startswith("#")):
        skipped += 1
    if skipped == len(lines):
        raise HostError(f"{path} is empty, or no CSV")
    first = lines[skipped]
    if is_header(first):
        return parse_header(first, str(path)), skipped, True
    return default_columns(first.count(",") + 1, str(path)), skipped, False


def _read(path: Path, columns: Columns, skip: int) -> tuple[Values, Values, Values | None, Bits]:
    table = _table(path, columns, skip)

    def values(quantity: Quantity) -> Values:
        column = table.column(str(quantity.column)).to_numpy()
        return np.asarray(column, np.float64) * quantity.scale

    current = values(columns.current)
    time = values(columns.time) if columns.time else np.empty(0)
    voltage = values(columns.voltage) if columns.voltage else None
    for array in (current, time, voltage):
        if array is not None and not (np.abs(array) < MOST_VALUE).all():
            raise HostError(f"{path}: a number is missing or infinite: the file is damaged")
    return time, current, voltage, _bits(table, columns)


def _table(path: Path, columns: Columns, skip: int) -> Any:
    """An Arrow table with the columns named by their numbers."""
    pa = arrow()
    names = [str(column) for column in range(columns.count)]
    texts = {str(columns.bit_string)} if columns.bit_string is not None else set()
    types = {name: pa.string() if name in texts else pa.float64() for name in names}
    wanted = [columns.current, columns.time, columns.voltage]
    used = {str(q.column) for q in wanted if q} | texts | {str(c) for c in columns.bits.values()}
    try:
        table = pa.csv.read_csv(
            path,
            read_options=pa.csv.ReadOptions(column_names=names, skip_rows=skip),
            convert_options=pa.csv.ConvertOptions(
                column_types=types, include_columns=[n for n in names if n in used]
            ),
        )
    except (pa.ArrowInvalid, OSError) as error:
        raise HostError(f"{path} is damaged: {str(error).splitlines()[0][:160]}") from error
    if table.num_rows > MOST_SAMPLES:
        raise HostError(f"{path} has more than {MOST_SAMPLES:,} samples", "cut it into pieces")
    return table


def _bits(table: Any, columns: Columns) -> Bits:
    if columns.bit_string is not None:
        text = table.column(str(columns.bit_string)).to_pylist()
        known = {digits: _digits(digits) for digits in set(text)}
        return np.array([known[digits] for digits in text], np.uint8)
    if not columns.bits:
        return np.empty(0, np.uint8)
    bits = np.zeros(table.num_rows, np.uint8)
    for channel, column in columns.bits.items():
        level = np.nan_to_num(table.column(str(column)).to_numpy()) > 0.5
        bits |= (level.astype(np.uint8) << channel).astype(np.uint8)
    return bits


def _digits(text: str | None) -> int:
    """Eight digits, D0 first."""
    digits = (text or "").strip()
    if len(digits) != 8 or set(digits) - {"0", "1"}:
        raise HostError(f"{digits[:20]!r} is no state of D0-D7: the file is damaged")
    return sum(1 << channel for channel, digit in enumerate(digits) if digit == "1")
