"""What is checked before a commit, and what the public repository runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import check

ROOT = check.ROOT
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def test_a_built_image_is_tried_and_none_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "FLASHED", tmp_path / "firmware.elf")
    assert "the flashed image" not in check.checks()
    check.FLASHED.write_bytes(b"")
    command = check.checks()["the flashed image"]
    assert command[-2:] == ["--image", str(check.FLASHED)]
    assert (ROOT / check.SHORT_TESTS).is_file()


def test_the_workflow_runs_readmes_two_commands_and_the_flashed_image() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("## Two commands")[1].split("```")[1]
    commands = [line.split("#")[0].strip() for line in block.splitlines() if line.strip()]
    assert len(commands) == 2
    for command in commands:
        assert f"run: {command}" in WORKFLOW
    assert "run: python3 tools/run.py pio run -e nano33ble" in WORKFLOW
    image = check.FLASHED.relative_to(ROOT).as_posix()
    assert f"run: python3 tools/run.py test tests/system --image {image}" in WORKFLOW


def test_the_workflow_names_files_that_exist() -> None:
    for name in ("platformio.ini", "tools/requirements/pio.txt", "tools/run.py"):
        assert name in WORKFLOW
        assert (ROOT / name).is_file()
