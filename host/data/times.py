"""The column `time` as instants: ISO 8601, or as spreadsheets show dates, where all rows allow one reading alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from host.base.errors import HostError
from host.data.manifest import Picture

CLOCK = r"(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
YEAR_FIRST = re.compile(rf"(\d{{4}})[-./](\d{{1,2}})[-./](\d{{1,2}})\.?{CLOCK}")
YEAR_LAST = re.compile(rf"(\d{{1,2}})([-./])(\d{{1,2}})\2(\d{{4}}){CLOCK}")
DAY, MONTH = "day.month.year", "month/day/year"
WANTED = "write it as 2026-11-29T10:00:00"


def instants(pictures: Sequence[Picture]) -> list[datetime | None]:
    """When each was taken; None where no time is given. Raises HostError for what is no time, or could be two."""
    order = _order(pictures)
    return [_instant(p, order) if p.time else None for p in pictures]


def _instant(picture: Picture, order: str | None) -> datetime:
    text = picture.time.strip()
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        if parts := YEAR_FIRST.fullmatch(text):
            year, month, day, *clock = parts.groups()
            return _at(year, month, day, clock)
        if parts := YEAR_LAST.fullmatch(text):
            first, separator, second, year, *clock = parts.groups()
            is_day_first = separator == "." or order == DAY
            if not is_day_first and order is None:
                raise HostError(
                    f"{picture.path}: the time {text!r} could be {first}/{second} or {second}/{first}, "
                    "and no row tells which",
                    WANTED,
                )
            day, month = (first, second) if is_day_first else (second, first)
            return _at(year, month, day, clock)
    except ValueError:
        pass
    raise HostError(f"{picture.path}: the time {text!r} is none", WANTED)


def _order(pictures: Sequence[Picture]) -> str | None:
    """Of day and month where a slash or a dash parts them: decided by a row in which one is more than twelve."""
    found = set()
    for picture in pictures:
        parts = YEAR_LAST.fullmatch(picture.time.strip())
        if parts and parts[2] != ".":
            found |= {DAY} if int(parts[1]) > 12 else set()
            found |= {MONTH} if int(parts[3]) > 12 else set()
    return found.pop() if len(found) == 1 else None


def _at(year: str, month: str, day: str, clock: Sequence[str | None]) -> datetime:
    hour, minute, second, half = clock
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    return datetime(
        int(year), int(month), int(day), hours, int(minute or 0), int(second or 0), tzinfo=UTC
    )
