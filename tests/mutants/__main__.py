"""Samples small changes of the product and says which of them the tests notice.

python -m tests.mutants                      40 changes over all folders; the last commit, not what is uncommitted
python -m tests.mutants host/link --count 20 one folder
python -m tests.mutants --list               the folders, and how many changes there are

Each change is run against all tests of its folder (rooms.py), to the first that fails. A survivor is a question:
a test that is missing, or a change that makes no difference.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from pathlib import Path

from tests.mutants import of_c, of_python
from tests.mutants.mutation import Mutation
from tests.mutants.rooms import ROOT, rooms, tests_of
from tests.mutants.workplace import judge, workplace

Place = tuple[str, Path, Mutation]


def places(wanted: str | None) -> list[Place]:
    """Every change that could be drawn."""
    found: list[Place] = []
    for room, sources in rooms().items():
        for source in sources:
            if wanted and not source.as_posix().startswith(wanted):
                continue
            text = (ROOT / source).read_text(encoding="utf-8")
            of = of_c if source.suffix == ".c" else of_python
            found += [(room, source, mutation) for mutation in of.mutations(text)]
    return found


def sample(found: list[Place], count: int, seed: int) -> list[Place]:
    """`count` of them: folders in turn, so that a large one does not hide a small one."""
    draw = random.Random(seed)
    by_room: dict[str, list[Place]] = {}
    for place in found:
        by_room.setdefault(place[0], []).append(place)
    for members in by_room.values():
        draw.shuffle(members)
    chosen: list[Place] = []
    while len(chosen) < min(count, len(found)):
        for room in sorted(by_room):
            if by_room[room] and len(chosen) < count:
                chosen.append(by_room[room].pop())
    return chosen


def main(argv: list[str] | None = None) -> int:
    """Exit code 0: a survivor is no failure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("room", nargs="?", help="a folder or a file of the product, as host/link")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="the folders, and their changes")
    args = parser.parse_args(argv)
    found = places(args.room)
    if not found:
        parser.error(f"nothing to change in {args.room}: --list names the folders")
    if args.list:
        for room, count in Counter(room for room, _, _ in found).items():
            print(f"{count:6d} {room}")
        return 0
    _report(sample(found, args.count, args.seed))
    return 0


def _report(chosen: list[Place]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    with workplace() as copy:
        for room, source, mutation in chosen:
            outcome = judge(copy, source, mutation, tests_of(source))
            counts[room, outcome.verdict] += 1
            line = mutation.line((ROOT / source).read_text(encoding="utf-8"))
            change = f"{source}:{line} {mutation.old[:40]!r} -> {mutation.new!r}"
            print(f"{outcome.verdict:14s} {change}  {outcome.by}", flush=True)
    for room in sorted({room for room, _ in counts}):
        print(f"{room}: {counts[room, 'killed']} killed, {counts[room, 'survived']} survived")
    killed = sum(n for (_, verdict), n in counts.items() if verdict == "killed")
    built = sum(n for (_, verdict), n in counts.items() if verdict != "does not build")
    print(f"killed {killed} of {built}: {100 * killed / max(built, 1):.0f} %")


if __name__ == "__main__":
    sys.exit(main())
