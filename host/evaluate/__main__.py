"""python -m host.evaluate MODEL --data DIR: how well a model does, where it fails, and whether the board agrees.

Metrics are those of LiteRT's reference kernels on this PC. With --port every picture also goes through a board, and
each byte of its answers is held against the PC's; the metrics are then the board's. Exit code 1: they differ.
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from host.base.arguments import share, whole
from host.base.console import Console, stderr, stdout
from host.base.errors import require, run_main
from host.base.json_out import print_json
from host.base.statistics import Floats
from host.base.text import say
from host.base.tool_parser import tool_parser
from host.compiler.pixels import add_pixels_argument, read_choice
from host.evaluate.board import about_board, open_board
from host.evaluate.drop import compare
from host.evaluate.evaluation import Evaluation, Thresholds, as_json, evaluate
from host.evaluate.float_model import float_model_of, float_scores
from host.evaluate.journal import NAME as JOURNAL
from host.evaluate.journal import Journal
from host.evaluate.labels import parse_map, positive_of
from host.evaluate.learnt import learnt_pictures
from host.evaluate.loop import ConnectedBoard, Looped, run_loop
from host.evaluate.model import Subject, read_subject
from host.evaluate.pictures import EVERY, Loaded, Request, load
from host.evaluate.robust import UnderCondition, scores_under, under_conditions
from host.evaluate.scored import Scored
from host.evaluate.slices import parts
from host.evaluate.store import store
from host.evaluate.table import evaluation_table
from host.link.messages import Hello
from host.runs.conditions import command_line, gather
from host.runs.write import refuse_place

DIFFERS = 1


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The parsed command line."""
    parser = tool_parser("host.evaluate", __doc__)
    add = parser.add_argument
    add("model", type=Path, help="an int8 .tflite, or a packed .tpm made from one that is here")
    add("--data", type=Path, required=True, help="folder or zip of labelled pictures")
    add("--split", help=f"train, val, test or {EVERY}; default: val where there is one")
    add("--limit", type=whole(), default=0, metavar="N", help="at most N pictures, evenly spread")
    add("--port", metavar="URL", help="also on a board: virtual, real, a serial port, socket://...")
    add("--send", action="store_true", help="put the model on that board first, if another runs")
    add("--threshold", type=share, default=0.5, help="a picture is positive from this score on")
    add("--max-fpr", type=share, default=0.05, help="false positive rate to choose a threshold for")
    add("--slice", action="append", default=[], metavar="NAME", help="column or kind of tag")
    add("--robust", action="store_true", help="also under haze, blur, night and the like")
    add("--labels", help="of the scores, comma separated; default: the manifest's")
    add("--label-map", metavar="A=B,..", help="the data's label A is the model's label B")
    add_pixels_argument(parser)
    add("--positive", metavar="LABEL", help="the class that is looked for")
    add("--float", type=Path, metavar="FILE", help=".keras or .h5; default: that beside the model")
    add("--no-float", action="store_true", help="do not compare with the float model")
    add("--skip-unreadable", action="store_true", help="leave out files that are no pictures")
    add("--output", type=Path, metavar="DIR", help="keeps scores, tables and report.html there")
    add("--json", action="store_true", help="one JSON object on stdout")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 when everything was measured and the board, if asked, equals the PC."""
    args = arguments(argv)
    require("data")
    console = stderr()
    started = datetime.now(UTC)
    notes: list[str] = []

    def report(line: str) -> None:
        notes.append(line)
        console.print(line, style="dim")

    if args.output:
        refuse_place(args.output)
    subject = read_subject(args.model, args.labels, args.port is not None, read_choice(args.pixels))
    positive = positive_of(subject.labels, args.positive)
    request = Request(args.data, args.split, args.limit, args.skip_unreadable)
    loaded = load(request, subject, parse_map(args.label_map), report)
    learnt = learnt_pictures(args.model, loaded.dataset, say)
    found, hello = _measure(args, subject, loaded, positive, console, report)
    command = command_line("host.evaluate", sys.argv[1:] if argv is None else argv)
    if args.output:
        conditions = gather(
            "host.evaluate",
            command,
            started,
            hello,
            _port_name(args.port),
            details=_details(loaded, subject),
        )
        page = store(args.output, found, conditions, loaded.dataset.pictures, loaded.pixels, notes)
        console.print(f"written: {page}")
    if args.json:
        print_json({**as_json(found), "learnt_pictures": learnt})
    else:
        stdout().print(evaluation_table(found))
    return DIFFERS if found.looped and found.looped.different else 0


def _measure(
    args: argparse.Namespace,
    subject: Subject,
    loaded: Loaded,
    positive: int | None,
    console: Console,
    say: Callable[[str], None],
) -> tuple[Evaluation, Hello | None]:
    """hello: of the board, when one took part."""
    groups = parts(loaded.dataset.pictures, args.slice)
    raw = _reference(subject, loaded.pixels, console)
    by_float = _float(args, subject, loaded, say)  # before the board: it may fail, and soon
    looped, hello = None, None
    if args.port is not None:
        looped, hello = _on_board(args, subject, loaded, raw, console, say)
        raw = looped.raw
    scored = Scored(subject.labels, loaded.truth, subject.reference.output.real(raw), positive)
    terms = Thresholds(args.threshold, args.max_fpr)
    drop = None
    if by_float is not None:
        path, real = by_float
        whole = Scored(scored.labels, scored.truth, real, scored.positive)
        drop = compare(path.name, whole, scored, args.threshold)
    robust = _robust(subject, loaded, scored, terms.threshold, console) if args.robust else ()
    found = evaluate(subject.name, loaded.name, scored, groups, terms, drop, looped, robust)
    return found, hello


def _robust(
    subject: Subject, loaded: Loaded, scored: Scored, threshold: float, console: Console
) -> tuple[UnderCondition, ...]:
    reference = subject.reference
    with _progress(console) as progress:
        bar = progress.add_task("sensor's conditions", total=len(loaded.pixels))
        raw = scores_under(
            loaded.dataset,
            reference.shape,
            reference.infer,
            lambda done: progress.update(bar, completed=done),
        )
    named = {
        name: Scored(scored.labels, scored.truth, reference.output.real(scores), scored.positive)
        for name, scores in raw.items()
    }
    return under_conditions(named, threshold)


def _reference(subject: Subject, pixels: NDArray[np.uint8], console: Console) -> NDArray[np.int8]:
    """int8 [N, scores]."""
    raw = np.empty((len(pixels), subject.reference.scores), np.int8)
    with _progress(console) as progress:
        bar = progress.add_task("reference kernels", total=len(pixels))
        for index, image in enumerate(pixels):
            raw[index] = subject.reference.infer(image)
            progress.update(bar, completed=index + 1)
    return raw


def _on_board(
    args: argparse.Namespace,
    subject: Subject,
    loaded: Loaded,
    expected: NDArray[np.int8],
    console: Console,
    say: Callable[[str], None],
) -> tuple[Looped, Hello]:
    assert subject.packed is not None
    with open_board(args.port, subject.packed, args.send, say) as device:
        hello = device.hello
        journal = Journal(args.output / JOURNAL if args.output else None, about_board(hello))
        if len(journal):
            say(f"{len(journal)} answers are here from a run that was cut off")
        try:
            with _progress(console) as progress:
                bar = progress.add_task(f"{hello.board} board", total=len(loaded.pixels))
                looped = run_loop(
                    ConnectedBoard(device, hello.model_hash),
                    loaded.pixels,
                    expected,
                    journal,
                    lambda done: progress.update(bar, completed=done),
                )
        except KeyboardInterrupt:
            raise _stopped(len(journal), len(loaded.pixels), args.output) from None
        finally:
            journal.close()
    say(looped.line)
    return looped, hello


def _progress(console: Console) -> Progress:
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def _stopped(done: int, total: int, output: Path | None) -> KeyboardInterrupt:
    repeat = f"; the same command goes on from there ({output / JOURNAL})" if output else ""
    say(f"stopped after {done} of {total} pictures{repeat}")
    return KeyboardInterrupt()


def _float(
    args: argparse.Namespace, subject: Subject, loaded: Loaded, say: Callable[[str], None]
) -> tuple[Path, Floats] | None:
    """The float model's file and its scores, float64 [N, labels]; None without one."""
    path = args.float or (None if args.no_float else float_model_of(args.model))
    if path is None:
        return None
    if not args.float:
        say(f"compared with the float model beside it, {path.name} (--no-float to leave it out)")
    inputs = subject.reference.as_input(loaded.pixels)
    return path, float_scores(path, inputs, len(subject.labels))


def _port_name(url: str | None) -> str:
    """For the conditions: without the key of an address."""
    if url is None:
        return ""
    from host.ports.choose import address_name

    return address_name(url)


def _details(loaded: Loaded, subject: Subject) -> dict[str, str]:
    shape = "x".join(map(str, subject.reference.shape))
    return {
        "pictures": f"{loaded.name}: {len(loaded.pixels)}",
        "preprocessing": f"area average to {shape}, BT.601 luma where grey, as the firmware does it",
        "reference": "LiteRT, OpResolverType.BUILTIN_REF",
    }


if __name__ == "__main__":
    sys.exit(run_main(main))
