"""The whole loop by its own commands: see a mistake, capture it, teach, evaluate, send it back, see it gone."""

from __future__ import annotations

import json
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
TRAINING, VALIDATION = 14, 5  # pictures of each kind


def board_before(scene: Path) -> closing[BoardProcess]:
    """A virtual board that sees a film, to be used at once: it runs as fast as it can, wanted or not."""
    return closing(start_virtual_board(under_test(), scene=f"video:{scene}", speed="max"))


def capture_signs(tmp_path: Path, round_sign: bool) -> Path:
    """Labels what a board before these signs sees, by keys: for training, then, at a new place, for validation."""
    count = TRAINING + VALIDATION
    scene = film(tmp_path / f"{round_sign}.avi", round_sign, 0, 2 * count)
    folder = tmp_path / "captures"
    label_key = str(1 + LABELS.split(",").index("person" if round_sign else "no_person"))
    keys = [label_key] * TRAINING + ["n"] + [label_key] * VALIDATION
    with board_before(scene) as started:
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
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    never_seen = film(tmp_path / "never_seen.avi", True, 900, 12)
    with board_before(never_seen) as board:
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
    assert found["count"] == 2 * VALIDATION
    assert found["accuracy"] >= 0.9

    with board_before(never_seen) as board:
        assert deploy([str(model), "--port", board.url]) == 0
        # Which signs it looks at, and whether one changes in the middle of a frame, is the clock's choice.
        assert verdicts(board, capsys).count("person") >= 3
