"""python -m host.device as a user types it, against the firmware on a virtual board."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.base.records import Message
from host.device.__main__ import main
from host.device.settings import NAMES, allowed_value, setting_named
from host.link.framing import encode_packet
from host.link.layout import OURS, pack_hashes
from host.link.messages import (
    FROM_HOST,
    Ack,
    CameraRegister,
    Get,
    HelloRequest,
    Inject,
    Layout,
    LayoutRequest,
    Mode,
    Reboot,
    RebootTarget,
    Set,
    SetMode,
    Setting,
    SlotErase,
    SlotSelect,
    SlotStatus,
    Status,
)
from host.link.settings import LIMITS
from tests.goldens import printed_json
from tests.system.board import Bench
from tests.system.served import served_board

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def board() -> Bench:
    return Bench()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The port of a running board."""
    with served_board() as url:
        yield url


def output(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(list(argv)) == 0
    return capsys.readouterr().out


def now(board: Bench, setting: Setting) -> int:
    value = board.ask(Get(int(setting))).value
    return value - (1 << 32) if value >> 31 else value


@pytest.mark.parametrize("setting", Setting)
def test_a_board_starts_with_what_is_written_and_takes_what_is_allowed(
    board: Bench, setting: Setting
) -> None:
    limits = LIMITS[setting]
    assert now(board, setting) == limits.at_start
    for value in (limits.most, limits.least, limits.at_start):
        assert board.ask(Set(int(setting), value)).status == Status.OK
        assert now(board, setting) == value
    for value in (limits.least - 1, limits.most + 1):
        assert board.ask(Set(int(setting), value)).status == Status.BAD_VALUE
    assert now(board, setting) == limits.at_start


def test_a_setting_that_is_none_is_refused(board: Bench) -> None:
    assert board.ask(Get(len(Setting))).status == Status.BAD_VALUE
    assert board.ask(Set(len(Setting), 0)).status == Status.BAD_VALUE


def answer(board: Bench, kind: int, payload: bytes) -> Ack:
    """Of the firmware to a packet of any kind and length."""
    board.port.write(encode_packet(kind, 77, payload))
    found = board.wait(Ack)
    assert (found.request, found.sequence) == (kind, 77)
    return found


@pytest.mark.parametrize(
    "command", [c for c in FROM_HOST if c not in (HelloRequest, LayoutRequest)]
)
def test_a_command_of_another_length_is_none(board: Bench, command: type[Message]) -> None:
    """Nothing is done. One value alone says as little, whether it is long or wrong."""
    size = command.LAYOUT.size
    of_one_value = command in (Reboot, SlotSelect, SlotErase, SlotStatus)
    for length in (size - 1, size + 1):
        if length >= 0 and (command.TAIL is None or length < size):
            wanted = Status.BAD_VALUE if of_one_value else Status.BAD_LENGTH
            assert answer(board, command.ID, bytes(length)).status == wanted


def test_a_command_that_is_unknown_is_said_to_be(board: Bench) -> None:
    known = {command.ID for command in FROM_HOST}
    for kind in (1, 0x3F, max(known - {LayoutRequest.ID}) + 1, 0x7E, 0x80, 0xFF):
        assert answer(board, kind, bytes(4)).status == Status.UNKNOWN_COMMAND


def test_what_no_command_may_request_is_refused(board: Bench) -> None:
    assert board.ask(SetMode(len(Mode))).status == Status.BAD_VALUE
    assert board.ask(Reboot(len(RebootTarget))).status == Status.BAD_VALUE
    assert board.ask(CameraRegister(0x0A, 0, 0)).status == Status.BUSY, "no mode has started it"


def test_pieces_of_a_picture_are_its_own_and_follow_one_another(board: Bench) -> None:
    total = board.hello.input_height * board.hello.input_width * board.hello.input_channels
    for offset, size, count in (
        (0, total - 1, 16), (0, total + 1, 16), (0, total, 0), (total - 8, total, 9),
        (total + 1, total, 1), ((1 << 32) - 8, total, 16),
    ):  # fmt: skip
        assert board.ask(Inject(offset, size, bytes(count))).status == Status.BAD_VALUE
    for offset, held in ((0, 16), (16, 32), (64, 32), (16, 32), (31, 32), (32, 48), (0, 16)):
        found = board.ask(Inject(offset, total, bytes(16)))
        assert (found.status, found.value) == (Status.OK, held)


def test_the_firmware_says_its_layout(board: Bench) -> None:
    board.tell(LayoutRequest())
    assert board.wait(Layout).hashes == pack_hashes(OURS)


def test_settings_are_read_and_changed_by_name(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = printed_json(output(capsys, "get", "--json", "--port", url))
    assert before == {s.name.lower(): LIMITS[s].at_start for s in Setting}
    assert "120" in output(capsys, "set", "Looks-Per-Minute", "120", "--port", url)
    after = printed_json(output(capsys, "get", "--json", "looks_per_minute", "--port", url))
    assert after == {"looks_per_minute": 120}
    table = output(capsys, "get", "gain", "heartbeat_s", "--port", url)
    assert "1 to 3,600" in table and "automatic" in table


def test_a_restart_forgets_them(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    output(capsys, "set", "gain", "12", "--port", url)
    output(capsys, "reboot", "--port", url)
    assert printed_json(output(capsys, "get", "gain", "--json", "--port", url)) == {"gain": -1}


def test_info_says_who_it_is_and_what_was_lost(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = printed_json(output(capsys, "info", "--json", "--port", url))
    assert (found["board"], found["mode"], found["bad_packets"]) == ("virtual", Mode.IDLE, 0)
    assert found["labels"] == ["no_person", "person"]
    text = output(capsys, "info", "--port", url)
    assert f"{OURS.hash:08X}" in text and found["firmware"] in text and "64 MHz" in text


@pytest.mark.parametrize(("action", "erased"), [("list", 0), ("erase", 1)])
def test_nothing_is_erased_but_by_its_own_word(
    url: str, monkeypatch: pytest.MonkeyPatch, action: str, erased: int
) -> None:
    done: list[object] = []
    monkeypatch.setattr("host.device.__main__.empty_slots", done.append)
    assert main(["slots", action, "--port", url]) == 0
    assert len(done) == erased


def test_slots_are_listed_and_chosen(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "built in" in output(capsys, "slots", "list", "--port", url)
    assert "runs" in output(capsys, "slots", "use", "0", "--port", url)
    with pytest.raises(HostError, match="slot 1 holds no whole model"):
        main(["slots", "use", "1", "--port", url])


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["set", "gian", "1"], "no setting 'gian'; did you mean 'gain'"),
        (["get", "colour"], "there is no setting 'colour'.*host.device get"),
        (["set", "gain", "256"], "gain cannot be '256': give -1 to 255"),
        (["set", "gain", "much"], "gain cannot be 'much'"),
        (["set", "marker_pin", "27"], "give -1, 28, 3, 29, 30, 23"),
        (["slots", "use"], "slots use N"),
        (["slots", "list", "1"], "slots use N"),
    ],
)
def test_a_mistake_is_reported_before_a_port_is_opened(argv: list[str], words: str) -> None:
    with pytest.raises(HostError, match=words):
        main([*argv, "--port", "/dev/absent"])


def test_a_remedy_names_a_command_that_exists() -> None:
    """Every `python -m host.X` in a text of ours, and every setting that one tells people to change."""
    modules, changes = set[str](), list[tuple[str, str]]()
    for path in [*(ROOT / "host").rglob("*.py"), ROOT / "README.md", *ROOT.glob("docs/*.md")]:
        text = path.read_text(encoding="utf-8")
        modules |= set(re.findall(r"python -m (host\.\w+)", text))
        changes += re.findall(r"host\.device set ([a-z]\w*) (-?\d+)", text)
        assert "send Setting." not in text, path
    assert len(modules) > 8 and changes
    for module in modules:
        assert importlib.util.find_spec(f"{module}.__main__"), module
    for name, value in changes:
        allowed_value(setting_named(name), value)


def test_every_setting_has_limits_and_a_name() -> None:
    assert set(LIMITS) == set(Setting) == set(NAMES.values())
