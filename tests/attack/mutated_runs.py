"""A run directory of somebody else: every value of run.json at its extremes, and tables with impossible numbers.

python -m tests.attack.mutated_runs [COUNT [SEED]]     all of them without a word
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import random
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from host.base.errors import HostError
from host.bench.__main__ import main as bench
from host.runs.write import HEADER
from tests.bench.latency_rows import inferences, written
from tests.report.power_run import power_run

TEXTS = ("", "[/b]\x1b[2J$\\frac{$<script>alert(1)</script>", "x" * 9_000)
NUMBERS = (0, -1, 1e308, -1e308, 5e-324, float("nan"), float("inf"), 2**70)
OTHERS: tuple[Any, ...] = (None, [], {}, True, [[]], ["a", 1])
ABSENT = object()
Path_ = tuple[str | int, ...]


def places(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every value within a JSON value, with the way to it."""
    if path:
        yield path, value
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield from places(inner, (*path, key))


def mutants(root: dict[str, Any]) -> Iterator[tuple[Path_, Any]]:
    """(where, what stands there instead). Of its own type first: those pass the check of types."""
    for path, value in places(root):
        own = NUMBERS if isinstance(value, int | float) else TEXTS if isinstance(value, str) else ()
        for other in (*own, *OTHERS, ABSENT):
            yield path, other


def mutated(root: dict[str, Any], path: Path_, value: Any) -> str:
    """The JSON text."""
    root = copy.deepcopy(root)
    at: Any = root
    for key in path[:-1]:
        at = at[key]
    if value is ABSENT:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return json.dumps(root)


def report(directory: Path, pngs: bool) -> str:
    """What went wrong when a page was made of it; "" when it was made, or refused in one line."""
    page = directory.parent / "page.html"
    options = [] if pngs else ["--no-png"]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            bench(["report", str(directory), "--output", str(page), *options])
    except HostError as error:
        return "" if "\n" not in str(error) else f"more than a line: {error}"
    except Exception:
        return traceback.format_exc()
    finally:
        found = page.read_text(encoding="utf-8") if page.exists() else ""
        for path in (page, *page.parent.glob("page_*.png")):
            path.unlink(missing_ok=True)
    escapes = "\x1b" in printed.getvalue() or "<script>alert" in found
    return "others' text was obeyed" if escapes else ""


def runs(folder: Path) -> list[Path]:
    """Good ones, of two kinds."""
    written(folder / "latency", inferences(40))
    power_run(folder / "power")
    return [folder / "latency", folder / "power"]


def attack(folder: Path, count: int | None, seed: int) -> tuple[int, list[str]]:
    """How many were tried, count of each kind; what went wrong."""
    tried, wrong = 0, []
    for directory in runs(folder):
        header = directory / HEADER
        root = json.loads(header.read_text(encoding="utf-8"))
        chosen = list(mutants(root))
        random.Random(seed).shuffle(chosen)
        for path, value in chosen[:count]:
            header.write_text(mutated(root, path, value), encoding="utf-8")
            tried += 1
            found = report(directory, pngs=tried % 10 == 1)
            if found:
                wrong.append(f"{directory.name} {path} {value!r:.40}\n{found}")
    return tried, wrong


def main() -> int:
    """Exit code 1 when anything broke."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else None
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        tried, wrong = attack(Path(folder), count, seed)
    print("\n".join(wrong))
    print(f"{tried} mutants of run.json, {len(wrong)} broke")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
