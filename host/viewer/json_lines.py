"""One JSON object a frame, for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import TextIO

from host.base.boards import VIRTUAL
from host.samples import Sample


def json_line(sample: Sample, now: datetime) -> str:
    """A sample that has a result, as one line without its end; docs/JSON.md describes its fields. now: it arrived."""
    assert sample.cycles is not None
    return json.dumps(
        {
            "time": now.astimezone(UTC).isoformat(timespec="milliseconds"),
            "sequence": sample.frame,
            "scores": dict(zip(sample.labels, sample.scores, strict=False)),
            "capture_cycles": sample.cycles.capture,
            "preprocess_cycles": sample.cycles.preprocess,
            "inference_cycles": sample.cycles.inference,
            "send_cycles": sample.cycles.send,
            "period_cycles": sample.cycles.period,
            "overlapped_cycles": sample.cycles.overlapped,
            "age_cycles": sample.cycles.age,
            "clock_hz": sample.clock_hz,
            "estimated": sample.board == VIRTUAL,
            "lost": sample.losses.total,
            "board": sample.board,
            "model": sample.model,
        }
    )


def write_json(
    samples: Iterable[Sample],
    frames: int | None,
    to: TextIO,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Until `frames` objects are written; a frame whose result was lost is counted in `lost` alone."""
    with_results = (sample for sample in samples if sample.cycles is not None)
    for sample in islice(with_results, frames):
        print(json_line(sample, clock()), file=to, flush=True)
