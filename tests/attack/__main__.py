"""Every tool against every lie, and the same from recordings.

python -m tests.attack            each tool against an honest board and 30 lies
python -m tests.attack --full     every field of every message at its extremes, in every tool (waits mostly:
                               all of --part 1/16 to 16/16 at once take 12 minutes of two cores)
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.attack.lies import lies
from tests.attack.lying_board import Lie, LyingBoard, record_lies, serving
from tests.attack.tools import REPLAYED, TOOLS, Ending, run

SAID_EVERY = 100  # runs
SLOW = ("bench mlperf",)  # waits 9 s for the text that no lying board speaks: in the full run alone
REPLAY = "replay: "  # in front of a tool's name: the lie comes from a recording


def cases(full: bool, count: int, seed: int) -> list[tuple[str, Lie]]:
    """(tool, lie); a sample has each tool as often as the others."""
    reported: list[Lie] = [(type(good), name, value) for good, name, value in lies()]
    names = [*TOOLS, *(REPLAY + tool for tool in REPLAYED)]
    draw = random.Random(seed)
    if full:
        every = [(tool, lie) for lie in reported for tool in names]
        draw.shuffle(every)  # a part of the run is a sample of it
        return every
    draw.shuffle(reported)
    names = [name for name in names if name not in SLOW]
    return [(names[i % len(names)], reported[i % len(reported)]) for i in range(count)]


def attack(tool: str, lie: Lie | None, folder: Path) -> str:
    """What went wrong; "" when the tool ended as it should."""
    return ending(tool, lie, folder).wrong


def ending(tool: str, lie: Lie | None, folder: Path) -> Ending:
    """How it ended."""
    if tool.startswith(REPLAY):
        path = folder / "lies.rec"
        record_lies(path, lie)
        return run(tool.removeprefix(REPLAY), f"replay:{path}", folder)
    with serving(LyingBoard(lie)) as url:
        return run(tool, url, folder)


def main() -> int:
    """Exit code 1 when anything broke."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tool", action="append", help="this one alone (again: and this one)")
    parser.add_argument("--part", type=_part, default=(0, 1), metavar="I/N", help="of N processes")
    args = parser.parse_args()
    endings: list[tuple[Ending, str]] = []
    first, step = args.part
    every = cases(args.full, args.count, args.seed)
    chosen = [case for case in every if not args.tool or case[0] in args.tool][first::step]
    for tool, lie in chosen:
        with tempfile.TemporaryDirectory() as folder:
            ended = ending(tool, lie, Path(folder))
        name = f"{tool}: {lie[0].__name__}.{lie[1]} = {lie[2]!r:.40}"
        endings.append((ended, name))
        if ended.wrong:
            print(f"{name}\n{ended.wrong}", flush=True)
        if len(endings) % SAID_EVERY == 0:
            print(summary(endings), file=sys.stderr, flush=True)
    print(summary(endings))
    return 1 if any(ended.wrong for ended, _ in endings) else 0


def summary(endings: Sequence[tuple[Ending, str]]) -> str:
    """Lines: how many runs, how many of them broken, the slowest, and the one that took most memory."""
    slowest, largest = (
        max(endings, key=lambda pair: pair[0].seconds),
        max(endings, key=lambda pair: pair[0].grown_bytes),
    )
    return (
        f"{len(endings)} runs, {sum(bool(ended.wrong) for ended, _ in endings)} broken\n"
        f"slowest {slowest[0].seconds:.1f} s ({slowest[1]})\n"
        f"most memory {largest[0].grown_bytes / 2**20:.0f} MB ({largest[1]})"
    )


def _part(text: str) -> tuple[int, int]:
    """ "2/3": the second third."""
    number, _, of = text.partition("/")
    return int(number) - 1, int(of)


if __name__ == "__main__":
    sys.exit(main())
