"""A copy of the last commit in which sources may be changed: the checkout itself is never touched."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutation import Mutation
from tests.mutants.rooms import ROOT

LIMIT_S = 900.0  # of a room's tests; an endless loop is noticed by it


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant. verdict: killed, survived or does not build; by: the first test that failed."""

    verdict: str
    by: str = ""


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """The folder of the copy; `shared` lies beside it as it does beside the checkout. It goes at the end."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "project"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", "--quiet", str(copy), "HEAD"], check=True)
        if (ROOT.parent / "shared").exists():
            (copy.parent / "shared").symlink_to((ROOT.parent / "shared").resolve())
        try:
            yield copy
        finally:
            subprocess.run([*git, "remove", "--force", str(copy)], check=False)


def judge(copy: Path, source: Path, mutation: Mutation, tests: list[str]) -> Outcome:
    """Runs the tests on one mutant, to the first that fails; puts the source back."""
    path = copy / source
    original = path.read_text(encoding="utf-8")
    path.write_text(mutation.apply(original), encoding="utf-8")
    try:
        if path.suffix == ".c" and _run(copy, ["-m", "tools.firmware"])[0]:
            return Outcome("does not build")
        code, output = _run(copy, ["-m", "pytest", "-x", "-q", "--timeout=300", *tests])
    finally:
        path.write_text(original, encoding="utf-8")
        subprocess.run(["git", "-C", str(copy), "checkout", "-q", "."], check=True)
    if code == 0:
        return Outcome("survived")
    failed = [line for line in output.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return Outcome("killed", failed[0].split(" - ")[0] if failed else "the limit of time")


def _run(copy: Path, arguments: list[str]) -> tuple[int, str]:
    environment = dict(os.environ, PYTHONPATH=str(copy), CI="true", PYTHONDONTWRITEBYTECODE="1")
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=copy,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return 1, ""
    return process.returncode, output
