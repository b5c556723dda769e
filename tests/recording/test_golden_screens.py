"""What `recording info` and `bench host` print of known figures, whole."""

from __future__ import annotations

from dataclasses import replace

from host.bench.host.day import Day, Phase
from host.bench.host.measure import Cost, HostCosts
from host.bench.host.show import as_json as host_json
from host.bench.host.show import costs_table, day_table
from host.link.sequence import Losses
from host.recording.container import FileHeader
from host.recording.histogram import Histogram
from host.recording.summary import STAGES, Summary
from host.recording.table import as_json, summary_table
from tests.goldens import check_golden, check_rows_are_lines, json_text, screen_text
from tests.link.fake_board import HELLO


def histogram(values: range) -> Histogram:
    made = Histogram()
    for value in values:
        made.add(value)
    return made


SUMMARY = Summary(
    header=FileHeader(1_772_000_000_123_456_789, "memory", "python -m host.viewer"),
    size_bytes=123_456,
    duration_s=75.25,
    is_ended=True,
    torn_bytes=0,
    damaged_chunks=0,
    skipped_bytes=0,
    link_bytes=654_321,
    messages={"Hello": 1, "Result": 2_345, "Frame": 2_344},
    samples=2_344,
    commands=5,
    lines=67,
    stages={
        name: histogram(range(0 if at == 4 else 1_000 * at, 60_000 * at, 50 + at))
        for at, name in enumerate(STAGES)
    },
    losses=Losses(1, 20, 300, 4_000, 50_000, 6, 7, 8),
    hello=HELLO,
    unread="",
    marks=("opened memory", "lost: gone", "opened memory"),
)


def test_a_recording() -> None:
    hurt = replace(
        SUMMARY, is_ended=False, torn_bytes=12, damaged_chunks=3, skipped_bytes=456,
        hello=replace(HELLO, board="nano33ble"), unread="another wire",
    )  # fmt: skip
    kinds = [
        SUMMARY,
        hurt,
        replace(SUMMARY, hello=replace(HELLO, board="synthetic")),
        replace(SUMMARY, samples=0, commands=0, lines=0, marks=()),
        replace(SUMMARY, hello=None, losses=Losses(), damaged_chunks=1),
    ]
    shown = [screen_text(summary_table(kind)) for kind in kinds]
    shown += [json_text(as_json(kind)) for kind in kinds[:2]]
    shown.append(json_text(as_json(replace(SUMMARY, hello=None))))
    check_golden("screen_recording", "\n".join(shown))


def test_what_a_computer_spends() -> None:
    def cost(name: str, middle: float) -> Cost:
        return Cost(name, (middle * 1.2 + 1e-6 / 3, middle, middle * 0.9), 3_000)

    names = ("decode", "decode, pair", "decode, pair, log", "record")
    costs = tuple(cost(name, 0.3 * at) for at, name in enumerate(names, 1))
    found = HostCosts(3_000, 28_345_678, 3, cost("raw read", 0.012), costs)
    day = Day(24.0, 5.0, 432_000, Phase(123.4, 70_000_000, 73_500_000),
              Phase(45.6, 60_000_000, 60_100_000), SUMMARY)  # fmt: skip
    check_rows_are_lines(costs_table(found, "a computer"))
    shown = [screen_text(costs_table(found, "a computer"), day_table(day), width=160, styles=True)]
    shown += [json_text(host_json(found, None, "a")), json_text(host_json(None, day, "a"))]
    check_golden("screen_bench_host", "\n".join(shown))
