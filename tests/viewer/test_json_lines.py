"""One object a frame: stamped, and every field of every documented --json stands in docs/JSON.md."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from datetime import UTC, datetime, timedelta, timezone

import numpy as np

from host.base.places import ABOVE
from host.compiler.report import Report
from host.doctor.finding import warned
from host.doctor.report import as_json
from host.link.messages import Source
from host.link.sequence import Losses
from host.samples import Cycles, Sample
from host.viewer.json_lines import json_line, write_json

PAGE = (ABOVE / "docs" / "JSON.md").read_text(encoding="utf-8")
SAMPLE = Sample(
    frame=7,
    image=np.zeros((2, 2, 1), np.uint8),
    labels=("no person", "person"),
    scores=(0.25, 0.75),
    cycles=Cycles(1, 2, 3, 4, 5, 6, 7),
    source=Source.CAMERA,
    clock_hz=64_000_000,
    model="m",
    board="virtual",
    losses=Losses(),
)


def documented(heading: str) -> set[str]:
    """The fields of a section's table."""
    section = PAGE.split(f"## python -m {heading}")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_a_frame_has_its_time_in_utc() -> None:
    here = datetime(2026, 3, 1, 1, 2, 3, 456_789, timezone(timedelta(hours=2)))
    found = json.loads(json_line(SAMPLE, here))
    assert found["time"] == "2026-02-28T23:02:03.456+00:00"
    assert found["scores"] == {"no person": 0.25, "person": 0.75}


def test_every_field_is_described() -> None:
    frame = json.loads(json_line(SAMPLE, datetime.now(UTC)))
    assert documented("host.viewer") == set(frame)
    assert documented("host.compiler") == {field.name for field in dataclasses.fields(Report)}
    assert documented("host.doctor") == set(as_json([warned("a", "b", "c")])[0])


def test_each_figure_has_its_own_name() -> None:
    found = json.loads(json_line(SAMPLE, datetime.now(UTC)))
    names = ("capture", "preprocess", "inference", "send", "period", "overlapped", "age")
    assert [found[f"{name}_cycles"] for name in names] == [1, 2, 3, 4, 5, 6, 7]
    assert (found["sequence"], found["clock_hz"], found["model"]) == (7, 64_000_000, "m")
    assert (found["board"], found["estimated"], found["lost"]) == ("virtual", True, 0)
    real = dataclasses.replace(SAMPLE, board="nano33ble", losses=Losses(1, 20, 300))
    found = json.loads(json_line(real, datetime.now(UTC)))
    assert (found["board"], found["estimated"], found["lost"]) == ("nano33ble", False, 321)


def test_frames_without_a_result_are_none_of_those_that_were_wanted() -> None:
    bare = dataclasses.replace(SAMPLE, cycles=None, scores=())
    rows = [bare, SAMPLE, bare, SAMPLE, SAMPLE]
    for frames, count in ((2, 2), (None, 3)):
        sink = io.StringIO()
        write_json(iter(rows), frames, sink, lambda: datetime.now(UTC))
        lines = sink.getvalue().splitlines()
        assert len(lines) == count and all(json.loads(line)["sequence"] == 7 for line in lines)
