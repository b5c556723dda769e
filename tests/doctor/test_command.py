"""python -m host.doctor as a user starts it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import host.doctor.__main__ as doctor_tool
from host.base.errors import HostError
from host.doctor.finding import CHECKS
from host.virtual.server import start_virtual_board
from tests.goldens import printed_json

ROOT = Path(__file__).resolve().parents[2]


def doctor(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "host.doctor", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_the_virtual_board_passes_and_the_report_is_written(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    run = doctor("--port", "virtual", "--json", "--report", str(report))
    assert run.returncode == 0, run.stdout + run.stderr
    rows = printed_json(run.stdout)
    assert [row["name"] for row in rows] == list(CHECKS)
    assert {row["status"] for row in rows} == {"pass"}
    assert "virtual clock" in rows[-1]["detail"]
    assert f"wrote {report}" in run.stderr.replace("\n", "")
    assert report.read_text(encoding="utf-8").startswith("# Bring-up report")


def test_a_failed_check_is_exit_code_1_and_a_row_of_the_table() -> None:
    board = start_virtual_board(arguments=("--fault", "no_pclk", "--stuck-bit", "3"))
    run = doctor("--port", board.url)
    board.close()
    assert run.returncode == 1, run.stderr
    assert "PCLK, A0" in run.stdout
    assert "1 fail" in run.stdout


@pytest.mark.parametrize(
    ("name", "why"), [("none/x.md", "No such file or directory"), (".", "is a folder")]
)
def test_a_report_that_could_not_be_written_is_said_before_the_board_is_examined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    monkeypatch.setattr(doctor_tool, "listed_ports", lambda: pytest.fail("it was examined"))
    with pytest.raises(HostError, match=why):
        doctor_tool.main(["--report", str(tmp_path / name)])
    assert list(tmp_path.iterdir()) == []


def test_a_users_mistake_is_one_line_and_exit_code_2() -> None:
    for url, words in (("/dev/ttyNOTHERE", "ttyNOTHERE"), ("socket://127.0.0.1:9", "127.0.0.1:9")):
        run = doctor("--port", url)
        assert run.returncode == 2
        assert words in run.stderr
        assert run.stdout == ""
