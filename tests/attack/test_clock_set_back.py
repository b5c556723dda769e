"""The clock on the wall is set back an hour at each look at it: nothing is lost, no duration is negative."""

from __future__ import annotations

import datetime as real
import importlib
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host.board import open_board
from host.data.manifest_file import read_manifest
from host.runs.read import read_run
from tests.attack.__main__ import ending
from tests.attack.lying_board import LyingBoard, serving

BEGAN = real.datetime(2026, 11, 29, 12, tzinfo=real.UTC)
MEASURED = ("bench latency", "bench power", "bench watch")
LOOKING = (  # at the wall's clock
    "host.bench.latency.command",
    "host.bench.power.command",
    "host.bench.watch.command",
    "host.board",
    "host.viewer.json_lines",
)


@pytest.fixture(autouse=True)
def restless(monkeypatch: pytest.MonkeyPatch) -> itertools.count[int]:
    """The clocks of the wall, of which each look finds an hour less; how often they were looked at."""
    looks = itertools.count(1)

    def now() -> real.datetime:
        return BEGAN - real.timedelta(hours=next(looks))

    class Restless(real.datetime):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> Any:
            return now().astimezone(tz)

    for name in LOOKING:
        monkeypatch.setattr(importlib.import_module(name), "datetime", Restless)
    monkeypatch.setattr(time, "time", lambda: now().timestamp())
    monkeypatch.setattr(time, "time_ns", lambda: int(now().timestamp() * 1e9))
    return looks


@pytest.mark.parametrize("tool", [*MEASURED, "viewer"])
def test_a_tool_ends_as_ever(tool: str, tmp_path: Path, restless: itertools.count[int]) -> None:
    ended = ending(tool, None, tmp_path)
    assert ended.wrong == "" and ended.code == 0, ended.output
    assert next(restless) > 1, "the clock was looked at"
    if tool in MEASURED:
        run = read_run(tmp_path / tool.removeprefix("bench "))
        assert not run.interrupted and run.rows
        for layout in run.layouts.values():
            for name, values in run.columns(layout.name).items():
                is_duration = name.endswith(("_s", "_ms", "_cycles"))
                assert not is_duration or not len(values) or np.nanmin(values) >= 0, name
        durations = [
            (key, value)
            for key, value in numbers(json.loads((run.directory / "run.json").read_text()))
            if key.endswith(("seconds", "_s", "_ms", "_cycles"))
        ]
        assert all(value >= 0 for _, value in durations), durations


def test_all_that_is_captured_is_there(tmp_path: Path, restless: itertools.count[int]) -> None:
    with serving(LyingBoard()) as url, open_board(url) as board:
        for _ in range(3):
            board.capture(tmp_path, "person", 2)
    rows = read_manifest(tmp_path).pictures
    assert len(rows) == len({row.path for row in rows}) == len([*tmp_path.rglob("*.png")]) == 6
    assert len({row.session for row in rows}) == 3 and next(restless) > 6


def numbers(value: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """Every number in a JSON value, with its key."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from numbers(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner, key)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield key, value
