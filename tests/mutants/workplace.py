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

import pytest

from tests.mutants import limit
from tests.mutants.folders import ROOT, others
from tests.mutants.mutation import Mutation

WALL_S = 3600  # of one run of pytest: what hangs without working
TEST_WALL_S = 600  # of one test
PYTEST = ["-m", "pytest", "-x", "-q", "-p", limit.__name__, f"--timeout={TEST_WALL_S}"]
BUILD = [
    "-c",
    "import shutil; from tools import firmware; shutil.copy(firmware.build(), firmware.PREBUILT)",
]


_running: set[int] = set()


def stop_all() -> None:
    """Ends every process that runs, with what it started: they are in sessions of their own and see no Ctrl-C."""
    for pid in list(_running):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


@dataclass(frozen=True)
class Change:
    """A mutation and the source that it is of."""

    source: Path
    mutation: Mutation

    def __str__(self) -> str:
        line = self.mutation.line((ROOT / self.source).read_text(encoding="utf-8"))
        return f"{self.source}:{line} {self.mutation.old[:40]!r} -> {self.mutation.new!r}"


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant. verdict: killed, survived, timed out or does not build; by: the test that failed.

    timed out: it neither passed nor failed within the limit of wall time, so that nothing is known of it.
    """

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


def judge(copy: Path, changes: list[Change], tests: list[str]) -> Outcome:
    """Runs tests with all of these changes made (of different places), to the first that fails; undoes them."""
    if not tests:
        return Outcome("survived")
    try:
        for source in {change.source for change in changes}:
            path = copy / source
            text = path.read_text(encoding="utf-8")
            of_source = [change.mutation for change in changes if change.source == source]
            for mutation in sorted(
                of_source, key=lambda m: -m.start
            ):  # offsets before it stay right
                text = mutation.apply(text)
            path.write_text(text, encoding="utf-8")
        if any(change.source.suffix == ".c" for change in changes) and _run(copy, BUILD)[0]:
            return Outcome("does not build")
        return _outcome(*_run(copy, [*PYTEST, *tests]))
    finally:
        subprocess.run(["git", "-C", str(copy), "checkout", "-q", "."], check=True)


def judge_others(copy: Path, changes: list[Change]) -> dict[Change, Outcome]:
    """Runs the rest of their folders' tests with all changes at once; in halves where one of them is noticed."""
    tests = list(dict.fromkeys(test for change in changes for test in others(change.source)))
    outcome = judge(copy, changes, tests)
    if outcome.verdict == "survived" or len(changes) == 1:
        return dict.fromkeys(changes, outcome)
    half = len(changes) // 2
    return judge_others(copy, changes[:half]) | judge_others(copy, changes[half:])


def _outcome(code: int, output: str) -> Outcome:
    if code in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        return Outcome("survived")
    if code == limit.SPENT:
        return Outcome("survived", "as far as its CPU time went")
    if code == -signal.SIGKILL:
        return Outcome("timed out", f"{WALL_S} s")
    if code == -signal.SIGPROF:
        return Outcome("killed", f"a test took more than {limit.CPU_S:.0f} s of CPU time")
    failed = [line for line in output.splitlines() if line.startswith(("FAILED", "ERROR"))]
    by = failed[0] if failed else f"exit code {code}"
    if "Failed: Timeout" in by:
        return Outcome("timed out", by)
    return Outcome("killed", by.split(" - ")[0])


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
        _running.add(process.pid)
        try:
            output, _ = process.communicate(timeout=WALL_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return -signal.SIGKILL, ""
        finally:
            _running.discard(process.pid)
    return process.returncode, output
