"""kill -9 at any moment of a measurement leaves a report, or nothing in the way of the next one.

python -m tests.attack.kills [COUNT [SEED]]     so many of each tool, 12 without a word
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from host.runs.write import HEADER
from tests.attack.lying_board import LyingBoard, serving

LATEST_S = 6.0  # after the first file is there
START_S = 120.0
TOOLS: dict[str, tuple[str, ...]] = {
    "latency": ("--count", "100000", "--warm-up", "1"),
    "watch": ("--minutes", "60"),
    "power": ("--meter", "estimate", "--windows", "20000"),
}


def bench(*words: str) -> list[str]:
    """A command line."""
    return [sys.executable, "-m", "host.bench", *words]


def kill_one(tool: str, directory: Path, after_s: float) -> str:
    """What was left, in a word: `report`, `nothing`, else what is wrong."""
    with serving(LyingBoard()) as url:
        options = [*TOOLS[tool], "--port", url, "--output", str(directory)]
        process = subprocess.Popen(
            bench(tool, *options), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        end = time.monotonic() + START_S
        while not (directory / HEADER).exists() and process.poll() is None:
            if time.monotonic() > end:
                break
            time.sleep(0.01)
        time.sleep(after_s)
        process.kill()
        _, printed = process.communicate()
    if process.returncode != -9:
        return f"ended by itself: {printed[-300:]}"
    done = subprocess.run(
        bench("report", str(directory), "--no-png"), capture_output=True, text=True, check=False
    )
    lines = done.stderr.strip().splitlines()
    if done.returncode == 0 and (directory / "report.html").exists():
        return "report"
    if done.returncode == 2 and len(lines) == 1 and "Traceback" not in done.stderr:
        return f"one line: {lines[0].replace(str(directory), 'DIR')}"
    return f"wrong: {done.returncode} {done.stderr[-300:]}"


def main() -> int:
    """Exit code 1 when a kill left neither a report nor a line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    bad = 0
    for tool in TOOLS:
        found: Counter[str] = Counter()
        for _ in range(count):
            with tempfile.TemporaryDirectory() as folder:
                found[kill_one(tool, Path(folder) / "run", draw.uniform(0, LATEST_S))] += 1
        bad += sum(n for what, n in found.items() if not what.startswith(("report", "one line")))
        print(f"{tool}: {dict(found)}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
