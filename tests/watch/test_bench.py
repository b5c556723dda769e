"""`python -m host.bench watch`: what it counts, and how it is said."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from host.base.errors import EndOfRecordingError, HostError
from host.base.records import Message
from host.bench.__main__ import main
from host.bench.report.compose import page_of
from host.bench.watch import command
from host.bench.watch.figures import Listener, Progress, Supply, WatchPlan
from host.bench.watch.page import tiles
from host.bench.watch.show import lives
from host.bench.watch.tables import Done, Request, keep_watch
from host.link.messages import Fault, Heartbeat, Log, Setting, Verdict
from host.link.settings import LIMITS
from host.runs.read import read_run
from tests.goldens import printed_json
from tests.link.fake_board import HELLO
from tests.runs.made import NOON

VIRTUAL = ["watch", "--port", "virtual"]


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def beat(looks: int) -> Heartbeat:
    """After so many looks of 100 cycles, ten seconds each."""
    return Heartbeat(0, 5, looks, 0, 0, looks * 10_000_000, looks * 100, 10, 20, 30, 40)


class Spoken:
    """A board that says two heartbeats and a verdict; then Ctrl-C or an error, if one is given."""

    port, hello = "memory", HELLO

    def __init__(self, end: BaseException | None = None, silent: bool = False) -> None:
        self._end, self._silent = end, silent

    def watch(self, plan: WatchPlan, listener: Listener, progress: Progress) -> None:
        output = () if self._silent else (beat(1), Verdict(1, 90, 2, 20_000_000), beat(2))
        for number, message in enumerate(output):
            listener.take(message)
            progress(10.0 * number)
        progress(30.0)
        if self._end is not None:
            raise self._end

    def supply(self, volts: float) -> Supply | None:
        return None


def request(directory: Path) -> Request:
    return Request(WatchPlan(6, 1), 3.3, directory, "python -m host.bench watch", NOON, {})


def test_what_was_received_is_stored(tmp_path: Path) -> None:
    done = keep_watch(Spoken(), request(tmp_path / "run"), lambda _: None)
    run = read_run(tmp_path / "run")
    assert (done.reason, run.kind, run.state) == ("", "watch", "complete")
    assert run.columns("heartbeats")["awake_cycles"].tolist() == [100, 200]
    assert run.columns("verdicts")["elapsed_s"].tolist() == [20.0]
    assert run.summary["awake_cycles_a_look"] == 100 and run.conditions.board is not None


@pytest.mark.parametrize("end", [KeyboardInterrupt(), HostError("the cable was pulled")])
def test_what_was_received_outlives_ctrl_c_and_a_lost_board(
    tmp_path: Path, end: BaseException
) -> None:
    done = keep_watch(Spoken(end), request(tmp_path / "run"), lambda _: None)
    run = read_run(tmp_path / "run")
    assert done.stopped_by is end and run.interrupted and run.reason == done.reason
    assert len(run.columns("heartbeats")["looks"]) == 2 and run.summary["looks"] == 2


def test_a_kill_leaves_the_figures_of_what_was_received(tmp_path: Path) -> None:
    """At any moment the directory is what a kill then leaves behind."""
    verdicts: list[str] = []

    def look(seconds: float) -> None:
        if seconds > 20:
            verdicts.append(page_of([read_run(tmp_path / "run")]).verdict)

    keep_watch(Spoken(), request(tmp_path / "run"), look, itertools.count().__next__)
    assert len(verdicts) == 1 and "2 looks in 20.0 s" in verdicts[0]


def test_estimates_without_their_uncertainty_say_that_it_is_not_known(tmp_path: Path) -> None:
    """As in runs of an older version; nothing is shown as if it were certain."""
    keep_watch(Spoken(), request(tmp_path / "run"), lambda _: None)
    header = json.loads((tmp_path / "run" / "run.json").read_text())
    summary = header["summary"]
    summary |= {"estimated_mean_current_a": 1e-4, "estimated_life_hours": {"AAA": 240.0}}

    def notes(uncertainty: float | None) -> list[str]:
        summary["estimated_uncertainty"] = uncertainty
        (tmp_path / "run" / "run.json").write_text(json.dumps(header))
        return [tile.note for tile in tiles(read_run(tmp_path / "run"))[-2:]]

    assert notes(None) == ["uncertainty not known", "uncertainty not known, AAA"]
    assert notes(0.25) == ["± 25 %", "8 to 13 days, AAA"]


def test_a_recording_without_a_watch_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="no heartbeat of a watching board in it"):
        keep_watch(
            Spoken(EndOfRecordingError("a.rec ends"), silent=True),
            request(tmp_path / "run"),
            lambda _: None,
        )
    assert not (tmp_path / "run").exists()


def test_a_recordings_end_ends_a_watch_with_what_was_received(tmp_path: Path) -> None:
    end = EndOfRecordingError("a.rec ends")
    done = keep_watch(Spoken(end), request(tmp_path / "run"), lambda _: None)
    run = read_run(tmp_path / "run")
    assert done.stopped_by is end and run.interrupted and run.reason == "a.rec ends"
    for why in (HostError("pulled"), KeyboardInterrupt()):
        with pytest.raises(type(why)) as raised:
            keep_watch(Spoken(why, silent=True), request(tmp_path / "none"), lambda _: None)
        assert raised.value is why and not (tmp_path / "none").exists()


@pytest.mark.parametrize("stopped", [None, KeyboardInterrupt()])
def test_what_the_command_line_requests_and_what_is_shown_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stopped: BaseException | None,
) -> None:
    requests: list[Request] = []

    def watched(board: object, wanted: Request, progress: Progress) -> Done:
        requests.append(wanted)
        for seconds in (9.0, 10.0, 19.9, 20.0, 30.0):
            progress(seconds)
        done = keep_watch(Spoken(), request(Path("other")), lambda _: None)
        return Done(done.report, done.conditions, stopped)

    monkeypatch.setattr("host.bench.watch.tables.keep_watch", watched)
    monkeypatch.setattr(command, "_board", lambda _: contextlib.nullcontext(Spoken()))
    words = [
        "watch",
        "--looks",
        "12",
        "--minutes",
        "3",
        "--settle",
        "2",
        "--supply",
        "2.5",
        "--output",
        "a",
    ]
    ends = pytest.raises(KeyboardInterrupt) if stopped else contextlib.nullcontext()
    with ends:
        assert main(words) == 0
    (wanted,) = requests
    assert wanted.plan == WatchPlan(12, 3, 2) and wanted.volts == 2.5
    assert wanted.directory == Path("a") and wanted.details["looks a minute"] == "12"
    printed = capsys.readouterr().err
    assert [line for line in printed.splitlines() if " s" in line[-3:]] == [
        f"{seconds} of 180 s" for seconds in (10, 20, 30)
    ]
    assert "kept in a; " in printed


def test_what_is_not_said_is_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[Request] = []

    def watched(board: object, wanted: Request, progress: Progress) -> Done:
        requests.append(wanted)
        return keep_watch(Spoken(), request(Path("other")), lambda _: None)

    monkeypatch.setattr("host.bench.watch.tables.keep_watch", watched)
    monkeypatch.setattr(command, "_board", lambda _: contextlib.nullcontext(Spoken()))
    assert main(["watch"]) == 0
    looks = LIMITS[Setting.LOOKS_PER_MINUTE].at_start
    assert requests[0].plan == WatchPlan(looks, 1) and requests[0].volts == 3.3


def test_each_cell_lasts_as_long_as_its_charge() -> None:
    """80 % of mAh x V over the load, 1 mA here: a converter of 90 % raises a cell, a regulator gives the rest away."""
    for supply_v, efficiencies in ((5.0, (0.9, 0.9)), (3.3, (3.3 / 3.7, 0.9))):
        expected = {
            "lithium cell, 1,000 mAh": 0.8 * 1.000 * 3.7 * efficiencies[0] / (supply_v * 1e-3),
            "two AA, 2,500 mAh": 0.8 * 2.500 * 3.0 * efficiencies[1] / (supply_v * 1e-3),
        }
        assert lives(Supply(1e-3, 0.4, supply_v)) == pytest.approx(expected)


def test_a_minute_on_the_virtual_board(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*VIRTUAL, "--looks", "2", "--minutes", "1", "--json", "--output", "a"]) == 0
    output = printed_json(capsys.readouterr().out)
    run = read_run(Path("a"))
    assert run.summary == output and run.columns("heartbeats")["looks"].tolist() == [1, 2]
    assert (output["looks"], output["blind_looks"], output["faults"]) == (2, 0, [])
    assert output["cycles_estimated"] is True
    assert output["awake_cycles_a_look"] == pytest.approx(21_400_000, rel=0.15)
    # a look is of about 21.4 M cycles, two a minute of 3,840 M
    assert output["awake_cycles_a_minute"] == pytest.approx(42_800_000, rel=0.15)
    assert output["share_awake"] == pytest.approx(0.01115, rel=0.15)
    assert 0.0003 < output["estimated_mean_current_a"] < 0.002
    lives = output["estimated_life_hours"]
    assert list(lives.values()) == sorted(lives.values())


def test_a_longer_watch_draws_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """The first look starts the camera: it is no part of the mean."""
    currents = []
    for minutes in ("1", "2"):
        main([*VIRTUAL, "--looks", "2", "--minutes", minutes, "--json", "--output", minutes])
        currents.append(printed_json(capsys.readouterr().out)["estimated_mean_current_a"])
    assert currents[0] == pytest.approx(currents[1], rel=0.02)


def test_fewer_looks_draw_less(capsys: pytest.CaptureFixture[str]) -> None:
    currents = []
    for looks in ("1", "2"):
        main([*VIRTUAL, "--looks", looks, "--json", "--output", f"run {looks}"])
        currents.append(printed_json(capsys.readouterr().out)["estimated_mean_current_a"])
    assert currents[0] < currents[1]


def test_a_table_says_what_is_estimated(capsys: pytest.CaptureFixture[str]) -> None:
    main([*VIRTUAL, "--looks", "1", "--scene", "synthetic"])
    output = " ".join(capsys.readouterr().out.split())
    assert "ESTIMATED from datasheets, not measured" in output
    assert re.search(r"looks │ 1 in 0\.\d s", output)


def test_a_plan_becomes_settings_of_the_board() -> None:
    plan = WatchPlan(12, 2.0, settle_frames=0)
    assert plan.settings[Setting.LOOKS_PER_MINUTE] == 12
    assert plan.settings[Setting.WATCH_SETTLE_FRAMES] == 0
    assert plan.seconds == 120


@pytest.mark.parametrize(
    ("first", "last", "cycles"),
    [((1, 900), (5, 1700), 200), ((1, 900), (2, 1000), 100), ((3, 900), (3, 900), 300),
     ((1, 900), (1, 900), 900), ((0, 70), (0, 70), 70)],
)  # fmt: skip
def test_the_first_look_starts_the_camera_and_counts_only_alone(
    first: tuple[int, int], last: tuple[int, int], cycles: float
) -> None:
    """Looks and cycles awake of the first and of the last heartbeat; 12 looks a minute of 64 MHz."""
    listener = Listener()
    for looks, awake in (first, last):
        listener.take(replace(beat(looks), awake_cycles=awake, elapsed_us=1_500_000))
    found = listener.report(HELLO, WatchPlan(12, 0.5))
    assert found.cycles_a_look == cycles and found.cycles_a_minute == 12 * cycles
    assert found.share_awake == pytest.approx(12 * cycles / (64e6 * 60))
    assert found.elapsed_s == 1.5 and found.plan.seconds == 30
    assert found.supply is None and not found.faults and not found.verdicts


def test_all_that_a_board_sends_is_gathered_and_stored() -> None:
    saved: list[Message] = []
    listener = Listener(saved.append)
    fault, verdict = Fault(1, 2, 3, b""), Verdict(1, 90, 2, 20_000_000)
    output = (beat(1), verdict, fault, beat(2), Log(1, b"x"), beat(3))
    for message in output:
        listener.take(message)
    found = listener.report(HELLO, WatchPlan(6, 1), Supply(1.0, 0.1, 3.3))
    assert (found.first, found.heartbeat) == (beat(1), beat(3)) and tuple(saved) == output
    assert (found.verdicts, found.faults) == ((verdict,), (fault,))
    assert WatchPlan(6, 1).settings == {Setting.LOOKS_PER_MINUTE: 6, Setting.HEARTBEAT_S: 1}


def test_silence_is_no_report() -> None:
    with pytest.raises(HostError, match="no heartbeat"):
        Listener().report(HELLO, WatchPlan(6, 1))


@pytest.mark.parametrize("looks", ["0", "121", "x"])
def test_rates_out_of_range_are_refused(looks: str) -> None:
    with pytest.raises(SystemExit):
        main(["watch", "--looks", looks])


@pytest.mark.parametrize(
    ("options", "in_this_process"),
    [
        (("--port", "virtual"), True),
        (("--port", "virtual", "--record", "a.rec"), False),
        (("--port", "socket://127.0.0.1:9"), False),
        (("--port", "socket://127.0.0.1:9", "--record", "a.rec"), False),
    ],
)
def test_a_virtual_board_watches_here_unless_its_link_is_recorded(
    monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], in_this_process: bool
) -> None:
    def opened(*_: object, **__: object) -> None:
        raise HostError("its port was opened")

    def started(*_: object) -> None:
        raise HostError("it was started here")

    monkeypatch.setattr(command, "port_opening", opened)
    monkeypatch.setattr("host.bench.watch.virtual.VirtualWatch", started)
    with pytest.raises(HostError) as raised:
        main(["watch", *options])
    expected = "it was started here" if in_this_process else "its port was opened"
    assert str(raised.value) == expected


def test_an_image_is_for_the_virtual_board_alone() -> None:
    with pytest.raises(HostError, match="--port virtual"):
        main(["watch", "--image", "any.elf", "--port", "socket://127.0.0.1:1"])
