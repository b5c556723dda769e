"""The whole loop by its own commands: see a mistake, capture it, teach, evaluate, send it back, see it gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from host.capture.__main__ import main as capture
from host.deploy.__main__ import main as deploy
from host.evaluate.__main__ import main as evaluate
from host.train.__main__ import main as train
from host.viewer.__main__ import main as viewer
from host.virtual.server import BoardProcess, start_virtual_board
from tests.goldens import printed_json
from tests.system.board import under_test
from tests.system.signs import film

LABELS = "no_person,person"
TAUGHT, JUDGED = 14, 5  # pictures of each kind


@pytest.fixture
def board(tmp_path: Path) -> Iterator[BoardProcess]:
    """A virtual board before a round sign that it has never seen."""
    scene = film(tmp_path / "seen_last.avi", True, 900, 12)
    with closing(start_virtual_board(under_test(), scene=f"video:{scene}", speed="max")) as started:
        yield started


def capture_signs(tmp_path: Path, round_sign: bool) -> Path:
    """Labels what a board before these signs sees, by keys: many to teach, then, at a new place, a few to judge."""
    count = TAUGHT + JUDGED
    scene = film(tmp_path / f"{round_sign}.avi", round_sign, 0, 2 * count)
    folder = tmp_path / "captures"
    label_key = str(1 + LABELS.split(",").index("person" if round_sign else "no_person"))
    keys = [label_key] * TAUGHT + ["n"] + [label_key] * JUDGED
    with closing(start_virtual_board(under_test(), scene=f"video:{scene}", speed="max")) as started:
        port = ["--port", started.url, "--labels", LABELS, "--output", str(folder), "--plain"]
        assert capture([*port, "--distance", "-1", "--keys", ",".join(keys)]) == 0
    return folder


def verdicts(board: BoardProcess, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the viewer says of four frames."""
    capsys.readouterr()
    assert viewer(["--port", board.url, "--json", "--frames", "4"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [max(line["scores"], key=line["scores"].get) for line in lines]


def test_a_mistake_is_captured_taught_sent_back_and_gone(
    board: BoardProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdicts(board, capsys) == ["no_person"] * 4
    for round_sign in (True, False):
        folder = capture_signs(tmp_path, round_sign)

    made = tmp_path / "signs"
    teach = ["--data", str(folder), "--labels", LABELS, "--freeze", "trunk", "--output", str(made)]
    assert train([*teach, "--epochs", "30", "--seed", "1"]) == 0
    model = made / "signs.tflite"

    capsys.readouterr()
    wanted = ["--data", str(folder), "--split", "val", "--json", "--no-float"]
    assert evaluate([str(model), *wanted]) == 0
    found = printed_json(capsys.readouterr().out)
    assert found["count"] == 2 * JUDGED
    assert found["accuracy"] >= 0.9

    assert deploy([str(model), "--port", board.url]) == 0
    # Which signs it looks at, and whether one changes in the middle of a frame, is the clock's choice.
    assert verdicts(board, capsys).count("person") >= 3
