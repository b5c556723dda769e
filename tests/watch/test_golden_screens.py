"""What a watch of known messages is worth, whole: as a table and as JSON, estimated and measured."""

from __future__ import annotations

from dataclasses import replace

from host.bench.watch.figures import Listener, Supply, WatchPlan
from host.bench.watch.show import as_json, watch_table
from host.link.messages import Fault, Heartbeat, Verdict
from host.runs.conditions import gather
from tests.goldens import check_golden, json_text, screen_text
from tests.link.fake_board import HELLO
from tests.runs.made import NOON


def test_a_watch(one_computer: None) -> None:
    listener = Listener()
    for message in (
        Heartbeat(0, 9, 1, 2, 0, 600_000, 31_000_000, 12_340_000, 23_450_000, 34_560_000, 4_567_000),
        Verdict(1, 90, 2, 10_600_000),
        Fault(4, 0, 0, b"bus"),
        Heartbeat(1, 90, 3, 4, 5, 20_700_000, 73_500_000, 1_230_000, 2_340_000, 3_450_000, 4_560_000),
    ):  # fmt: skip
        listener.take(message)
    shown = []
    for board, supply in (("virtual", Supply(1.234e-3, 0.4, 3.3)), ("nano33ble", None)):
        hello = replace(HELLO, board=board)
        report = listener.report(hello, WatchPlan(7, 2, 3), supply)
        conditions = gather("watch", "python -m host.bench watch", NOON, hello, "memory")
        shown.append(screen_text(watch_table(report, conditions, "Ctrl-C"), styles=True, width=200))
        shown.append(screen_text(watch_table(report, conditions), width=200))
        shown.append(json_text(as_json(report)))
    check_golden("screen_watch", "\n".join(shown))
