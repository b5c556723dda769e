"""A meter's CSV file -> a trace on an even time line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.power.columns import Columns, Quantity
from host.power.meter import Bits, MarkerInput, MeterInfo
from host.power.meter_csv import THOUSANDS, Layout, find_layout
from host.power.meter_text import Part, open_text
from host.power.trace import Gap, Trace
from host.runs.tables import arrow

MOST_UNNAMED_A = 1.0  # more than a board draws: without a unit it will not be amperes
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
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
    layout, table = _read(path)
    columns = layout.columns
    time, current, voltage, bits = _values(path, columns, table, _is_date(layout))
    if len(current) < 2:
        raise HostError(f"{path} has {len(current)} samples: nothing to measure")
    if columns.time is None:
        raise HostError(f"{path} has no column of time", "name it time_s or Timestamp(ms)")
    if voltage is None and supply_volt is None:
        raise HostError(f"{path} has no voltage", "say what the supply gave, --voltage 3.3")
    if not columns.current.has_unit and (mean := float(np.abs(current).mean())) >= MOST_UNNAMED_A:
        raise HostError(
            f"{path}: {mean:.4g} A on average, and the header gives no unit",
            "name the column current_a, current_ma or Current(uA)",
        )
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


def _values(
    path: Path, columns: Columns, table: Any, is_date: bool
) -> tuple[Values, Values, Values | None, Bits]:
    """(time, current, voltage, bits)."""

    def values(quantity: Quantity) -> Values:
        column = table.column(str(quantity.column)).to_numpy()
        return np.asarray(column, np.float64) * quantity.scale

    if table.num_rows > MOST_SAMPLES:
        raise HostError(f"{path} has more than {MOST_SAMPLES:,} samples", "cut it into pieces")
    current = values(columns.current)
    time = np.empty(0)
    if columns.time and is_date:
        time = _seconds(path, table.column(str(columns.time.column)).to_pylist())
    elif columns.time:
        time = values(columns.time)
    voltage = values(columns.voltage) if columns.voltage else None
    for array in (current, time, voltage):
        if array is not None and not (np.abs(array) < MOST_VALUE).all():
            raise HostError(f"{path}: a number is missing or infinite: the file is damaged")
    return time, current, voltage, _bits(table, columns)


def even(time_s: Values, where: str) -> tuple[float, tuple[Gap, ...]]:
    """Samples a second, and where some are missing. time_s: float64 (n,) increasing."""
    steps = np.diff(time_s)
    step = float(np.median(steps))
    if not np.isfinite(step) or step <= 0 or float(steps.min()) < 0:
        raise HostError(
            f"{where}: the time goes backwards or stands still",
            "give it digits enough to tell the samples apart",
        )
    if float(steps.max()) < GAP_STEPS * step:
        return len(steps) / float(time_s[-1] - time_s[0]), ()
    missing = np.flatnonzero(steps >= GAP_STEPS * step)
    gaps = tuple(Gap(int(i) + 1, max(1, round(float(steps[i]) / step) - 1)) for i in missing)
    whole = np.delete(steps, missing)
    return len(whole) / float(whole.sum()), gaps


def _read(path: Path) -> tuple[Layout, Any]:
    """(its layout, an Arrow table with the columns named by their numbers)."""
    try:
        with open_text(path) as file:
            layout = find_layout(file, str(path))
            if not layout.first:
                raise HostError(f"{path} has 0 samples: nothing to measure")
            is_date = _is_date(layout)
            for decimal in layout.decimals:
                try:
                    return layout, _table(Part(file, *layout.rows), layout, decimal, is_date)
                except ValueError as error:
                    refused = error
    except OSError as error:
        raise HostError(f"cannot read {path}: {error.strerror or error}") from error
    raise HostError(*_why(path, layout, str(refused))) from refused


def _table(file: Part, layout: Layout, decimal: str, is_date: bool) -> Any:
    """Raises ArrowInvalid, a ValueError."""
    pa = arrow()
    columns = layout.columns
    names = [str(column) for column in range(columns.count)]
    texts = {str(columns.bit_string)} if columns.bit_string is not None else set()
    texts |= {str(columns.time.column)} if columns.time and is_date else set()
    wanted = [columns.current, columns.time, columns.voltage]
    used = {str(q.column) for q in wanted if q} | texts | {str(c) for c in columns.bits.values()}
    return pa.csv.read_csv(
        file,
        read_options=pa.csv.ReadOptions(column_names=names),
        parse_options=pa.csv.ParseOptions(
            delimiter=layout.separator,
            invalid_row_handler=lambda row: "skip" if row.text.startswith("#") else "error",
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types={name: pa.string() if name in texts else pa.float64() for name in names},
            include_columns=[name for name in names if name in used],
            decimal_point=decimal,
        ),
    )


def _is_date(layout: Layout) -> bool:
    """Whether the time is a date and a time of day instead of a number."""
    time = layout.columns.time
    return bool(time and layout.first and DATE.match(layout.first[time.column]))


def _seconds(path: Path, texts: list[str]) -> Values:
    """Of dates, since 1970."""
    try:
        moments = [datetime.fromisoformat(text.strip()) for text in texts]
    except (ValueError, AttributeError):
        raise HostError(
            f"{path}: the time {texts[0]!r} is no number", "write seconds, or 2026-11-29T10:00:00.5"
        ) from None
    return np.array([(m if m.tzinfo else m.replace(tzinfo=UTC)).timestamp() for m in moments])


def _why(path: Path, layout: Layout, message: str) -> tuple[str, str]:
    """(what is wrong, what helps), of Arrow's words."""
    found = re.search(r"column #(\d+).*invalid value '(.*)'", message, re.DOTALL)
    if not found or int(found[1]) >= len(layout.names):
        return f"{path} is damaged: {message.splitlines()[0][:160]}", ""
    name, value = layout.names[int(found[1])], found[2]
    more = "save it without marks between thousands" if THOUSANDS.fullmatch(value) else ""
    return f"{path} is damaged: {value[:40]!r} in the column {name[:40]!r} is no number", more


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
    if digits == "0" or digits[:1] == "1":
        digits = digits.zfill(8)  # a spreadsheet took it for a number
    if len(digits) != 8 or set(digits) - {"0", "1"}:
        raise HostError(f"{digits[:20]!r} is no state of D0-D7: the file is damaged")
    return sum(1 << channel for channel, digit in enumerate(digits) if digit == "1")
