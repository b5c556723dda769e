"""`python -m host.bench watch`: what it counts, and how it is said."""

from __future__ import annotations

import json
import re

import pytest

from host.bench.__main__ import main
from host.bench.watch import Listener, WatchPlan
from host.errors import HostError
from host.link.messages import Setting
from tests.system.board import Bench


def test_a_minute_on_the_virtual_board(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "--looks", "2", "--minutes", "1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["looks"], said["blind_looks"], said["faults"]) == (2, 0, [])
    assert said["cycles_estimated"] is True
    assert said["awake_cycles_a_look"] == pytest.approx(21_400_000, rel=0.15)
    assert said["awake_cycles_a_minute"] == pytest.approx(2 * said["awake_cycles_a_look"], abs=2)
    assert said["share_awake"] == pytest.approx(said["awake_cycles_a_minute"] / 3.84e9, rel=1e-6)
    assert 0.0003 < said["estimated_mean_current_a"] < 0.002
    lives = said["estimated_life_hours"]
    assert list(lives.values()) == sorted(lives.values())


def test_fewer_looks_draw_less(capsys: pytest.CaptureFixture[str]) -> None:
    currents = []
    for looks in ("1", "2"):
        main(["watch", "--looks", looks, "--json"])
        currents.append(json.loads(capsys.readouterr().out)["estimated_mean_current_a"])
    assert currents[0] < currents[1]


def test_a_table_says_what_is_estimated(capsys: pytest.CaptureFixture[str]) -> None:
    main(["watch", "--looks", "1", "--scene", "synthetic"])
    said = " ".join(capsys.readouterr().out.split())
    assert "ESTIMATED from datasheets, not measured" in said
    assert re.search(r"looks │ 1 in 0\.\d s", said)


def test_the_plan_tells_the_board() -> None:
    plan = WatchPlan(12, 2.0, settle_frames=0)
    assert plan.settings[Setting.LOOKS_PER_MINUTE] == 12
    assert plan.settings[Setting.WATCH_SETTLE_FRAMES] == 0
    assert plan.seconds == 120


def test_silence_is_no_report() -> None:
    with pytest.raises(HostError, match="no heartbeat"):
        Listener().report(Bench().hello, WatchPlan(6, 1))


@pytest.mark.parametrize("looks", ["0", "121", "x"])
def test_rates_out_of_range_are_refused(looks: str) -> None:
    with pytest.raises(SystemExit):
        main(["watch", "--looks", looks])
