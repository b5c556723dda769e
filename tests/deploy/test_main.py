"""python -m host.deploy as a user types it, over TCP to a virtual board that keeps running."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import host.deploy.__main__ as command
from host.base.errors import HostError
from host.deploy.__main__ import main
from host.link.transport import SocketPort
from host.ports.choose import Choice
from host.ports.open import Opening
from tests.deploy.models import network
from tests.system.served import served_board


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The port of a running board."""
    with served_board() as url:
        yield url


def rows(text: str) -> dict[str, str]:
    """Slot -> state, as the table prints them."""
    cells = ([c.strip() for c in line.split("│")] for line in text.splitlines() if "│" in line)
    return {row[1]: row[5] for row in cells}


def test_a_model_is_deployed_listed_and_taken_back(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "mine.tflite"
    model.write_bytes(network())
    assert main([str(model), "--labels", "a,b,c", "--port", url]) == 0
    output = capsys.readouterr()
    assert "mine" in output.out
    assert "the board runs mine" in output.err
    for switch, states in (
        ("--list", {"built in": "ready", "1": "runs", "2": "empty"}),
        ("--default", {"built in": "runs", "1": "ready", "2": "empty"}),
        ("--erase", {"built in": "runs", "1": "empty", "2": "empty"}),
    ):
        assert main([switch, "--port", url]) == 0
        assert rows(capsys.readouterr().out) == states
    with pytest.raises(HostError, match="slot 2 holds no whole model: --list"):
        main(["--use", "2", "--port", url])
    with pytest.raises(HostError, match="no slot 7"):
        main(["--use", "7", "--port", url])


@pytest.mark.parametrize("chosen", ["virtual", "/dev/ttyACM0"])
def test_a_board_that_ends_with_the_command_is_said_to_forget(
    url: str, chosen: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A board of the computer's own, not one that is plugged in, nor one whose slots are only listed."""

    @contextlib.contextmanager
    def opening(options: object, say: object) -> Iterator[Opening]:
        yield Opening(Choice(chosen, "chosen"))

    monkeypatch.setattr(command, "port_opening", opening)
    monkeypatch.setattr(Opening, "open", lambda self: SocketPort.at(url))
    (tmp_path / "mine.tflite").write_bytes(network())
    assert main([str(tmp_path / "mine.tflite"), "--port", chosen]) == 0
    assert (command.FORGETTING in " ".join(capsys.readouterr().err.split())) == (
        chosen == "virtual"
    )
    assert main(["--list", "--port", chosen]) == 0
    assert "forgets" not in capsys.readouterr().err


def test_a_model_that_does_not_fit_is_refused_before_anything_is_sent(
    url: str, tmp_path: Path
) -> None:
    model = tmp_path / "wide.tflite"
    model.write_bytes(network((8, 300, 1)))
    with pytest.raises(HostError, match="8x300x1; the board makes at most"):
        main([str(model), "--port", url])
