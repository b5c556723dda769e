"""Samples small changes of the product and says which of them the tests notice.

python -m tests.mutants                      40 changes over all folders; the last commit, not what is uncommitted
python -m tests.mutants host/link --count 20 one folder
python -m tests.mutants --list               the folders, and how many changes there are

Each change is run against the tests nearest to it (folders.py: named after its source, or importing it), to the first
that fails. What survives them is run against the rest of its folder's tests, a folder's survivors together: only
where something fails are they parted. A survivor is a question: a test that is missing, or a change that makes no
difference. --near leaves the rest out, so that what it calls survived is what the nearest tests do not notice.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.mutants import limit, of_c, of_python
from tests.mutants.folders import ROOT, nearest, sources_by_folder
from tests.mutants.workplace import Change, Outcome, judge, judge_others, stop_all, workplace

Place = tuple[str, Change]
Outcomes = dict[Place, Outcome]
Copies = queue.Queue[Path]


def places(wanted: str | None) -> list[Place]:
    """Every change that could be drawn, with its folder."""
    found: list[Place] = []
    for folder, sources in sources_by_folder().items():
        for source in sources:
            if wanted and not source.as_posix().startswith(wanted):
                continue
            text = (ROOT / source).read_text(encoding="utf-8")
            of = of_c if source.suffix == ".c" else of_python
            found += [(folder, Change(source, mutation)) for mutation in of.mutations(text)]
    return found


def sample(found: list[Place], count: int, seed: int) -> list[Place]:
    """`count` of them: folders in turn, so that a large one does not hide a small one."""
    draw = random.Random(seed)
    by_folder: dict[str, list[Place]] = {}
    for place in found:
        by_folder.setdefault(place[0], []).append(place)
    for members in by_folder.values():
        draw.shuffle(members)
    chosen: list[Place] = []
    while len(chosen) < min(count, len(found)):
        for folder in sorted(by_folder):
            if by_folder[folder] and len(chosen) < count:
                chosen.append(by_folder[folder].pop())
    return chosen


def main(argv: list[str] | None = None) -> int:
    """Exit code 0: a survivor is no failure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", help="a folder or a file of the product, as host/link")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--skip", type=int, default=0, metavar="N", help="not the first N of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    parser.add_argument("--near", action="store_true", help="the nearest tests alone")
    parser.add_argument(
        "--cpu", type=float, metavar="S", help="CPU seconds of a run of tests; no test begins later"
    )
    parser.add_argument("--list", action="store_true", help="the folders, and their changes")
    args = parser.parse_args(argv)
    found = places(args.folder)
    if not found:
        parser.error(f"nothing to change in {args.folder}: --list names the folders")
    if args.list:
        for folder, count in Counter(folder for folder, _ in found).items():
            print(f"{count:6d} {folder}")
        return 0
    if args.cpu:
        os.environ[limit.BUDGET] = str(args.cpu)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background has the first ignored
        signal.signal(number, signal.default_int_handler)
    chosen = sample(found, args.count, args.seed)[args.skip :]
    _report({place: Outcome("not run") for place in chosen}, args.jobs, args.near)
    return 0


def _report(outcomes: Outcomes, jobs: int, near: bool) -> None:
    with contextlib.ExitStack() as stack:
        copies: Copies = queue.Queue()
        for _ in range(jobs):
            copies.put(stack.enter_context(workplace()))
        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        try:
            _run_nearest(outcomes, pool, copies)
            if not near:
                _run_others(outcomes, pool, copies)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop_all()
            raise
    _sum_up(outcomes)


def _run_nearest(outcomes: Outcomes, pool: ThreadPoolExecutor, copies: Copies) -> None:
    def work(place: Place) -> Outcomes:
        change = place[1]
        with _borrowed(copies) as copy:
            return {place: judge(copy, [change], nearest(change.source))}

    for task in as_completed([pool.submit(work, place) for place in outcomes]):
        outcomes |= _reported(task.result())


def _run_others(outcomes: Outcomes, pool: ThreadPoolExecutor, copies: Copies) -> None:
    left: dict[str, list[Change]] = {}
    for (folder, change), outcome in outcomes.items():
        if outcome.verdict == "survived":
            left.setdefault(folder, []).append(change)
    count = sum(map(len, left.values()))
    print(f"{count} survivors against the rest of their folders' tests:", flush=True)

    def work(folder: str) -> Outcomes:
        with _borrowed(copies) as copy:
            results = judge_others(copy, left[folder])
        return {(folder, change): outcome for change, outcome in results.items()}

    for task in as_completed([pool.submit(work, folder) for folder in left]):
        outcomes |= _reported(task.result())


@contextlib.contextmanager
def _borrowed(copies: Copies) -> Iterator[Path]:
    copy = copies.get()
    try:
        yield copy
    finally:
        copies.put(copy)


def _reported(results: Outcomes) -> Outcomes:
    for (_, change), outcome in results.items():
        print(f"{outcome.verdict:14s} {change}  {outcome.by}", flush=True)
    return results


def _sum_up(outcomes: Outcomes) -> None:
    counts = Counter((folder, outcome.verdict) for (folder, _), outcome in outcomes.items())
    for folder in sorted({folder for folder, _ in counts}):
        print(f"{folder}: {counts[folder, 'killed']} killed, {counts[folder, 'survived']} survived")
    verdicts = Counter(outcome.verdict for outcome in outcomes.values())
    built = len(outcomes) - verdicts["does not build"]
    print(
        f"killed {verdicts['killed']} of {built}: {100 * verdicts['killed'] / max(built, 1):.0f} %"
    )
    if verdicts["timed out"]:
        print(f"{verdicts['timed out']} ended at the limit of wall time: not counted as killed")


if __name__ == "__main__":
    sys.exit(main())
