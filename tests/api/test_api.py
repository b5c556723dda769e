"""docs/API.md, as it stands: every block runs, on a virtual board in this process; and `import host` does nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from host import HostError, open_board
from host.base.places import ABOVE
from host.link.messages import Mode

PAGE = ABOVE / "docs" / "API.md"
BLOCKS = re.findall(r"## ([^\n]+)\n(?:(?!\n## ).)*?```python\n(.*?)```", PAGE.read_text(), re.S)
MOST_LINES = 12
WORDS = {  # what a block of that heading must print
    "Stream": "(96, 96, 1)",
    "Inject": "2 int8",
    "Capture": "kept captures/demo/person/",
    "Measure": "estimated",
    "Deploy": "('nobody', 'somebody') (96, 96, 1)",
    "Record and replay": "",
    "Settings, and errors": "refused: cannot read no_such.tflite",
}


def test_the_page_shows_every_use() -> None:
    assert [heading for heading, _ in BLOCKS] == list(WORDS)
    for heading, block in BLOCKS:
        assert len(block.splitlines()) <= MOST_LINES, heading


@pytest.mark.parametrize(("heading", "block"), BLOCKS, ids=[heading for heading, _ in BLOCKS])
def test_a_block_runs(
    heading: str,
    block: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(block, f"{PAGE.name}: {heading}", "exec"), {"__name__": "page"})
    assert WORDS[heading] in capsys.readouterr().out


def test_to_import_it_loads_and_changes_nothing() -> None:
    program = (
        "import sys; before = sys.excepthook, set(sys.modules)\n"
        "import host\n"
        "assert sys.excepthook is before[0]\n"
        "loaded = {name.split('.')[0] for name in set(sys.modules) - before[1]}\n"
        "assert not loaded & {'numpy', 'cv2', 'rich', 'serial', 'PIL', 'unicorn'}, loaded\n"
        "assert not any(name.startswith('host.') for name in sys.modules)\n"
        "from host import *\n"
        "assert callable(open_board)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ABOVE, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_it_is_typed() -> None:
    assert (ABOVE / "host" / "py.typed").is_file()


def test_the_same_script_gives_the_same_figures() -> None:
    runs = []
    for _ in range(2):
        with open_board("virtual") as board:
            runs.append(board.infer(np.full(board.input_shape, 77, np.uint8)))
    assert runs[0] == runs[1]


def test_its_patience_is_the_boards_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer that is a hundred times too slow waits as long as the board's own time takes."""
    late = iter(range(0, 10**9, 1000))
    with open_board("virtual") as board:
        monkeypatch.setattr("time.monotonic", lambda: float(next(late)))
        assert len(list(board.samples(1))) == 1
        assert board.client.greet().mode == Mode.IDLE, (
            "the sensor sleeps when frames are no longer taken"
        )


def test_mistakes_are_said() -> None:
    with open_board("virtual") as board:
        with pytest.raises(HostError, match="no setting 'brightnes'"):
            board.set("brightnes", 1)
        with pytest.raises(ValueError, match="the model takes uint8"):
            board.infer(np.zeros((3, 3, 1), np.uint8))
    with pytest.raises(HostError, match="unknown port"):
        open_board("ftp://nowhere")


def test_a_session_a_call(tmp_path: Path) -> None:
    from host.data.manifest_file import read_manifest

    with open_board("virtual") as board:
        board.capture(tmp_path / "set", "a")
        board.capture(tmp_path / "set", "b")
    rows = read_manifest(tmp_path / "set").pictures
    assert [row.label for row in rows] == ["a", "b"]
    assert len({row.session for row in rows}) == 2
    assert all(row.time and row.sha256 and row.scores for row in rows)
