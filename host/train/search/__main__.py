"""python -m host.train search: the best networks that fit a budget of cycles and memory.

Cycles, RAM and flash are those of the board's engine, by the compiler's cost model, before anything is trained; a
network above the budget is not. Each that fits is trained for a short while, beginning with a larger one's weights.
What is not listed here is as for `python -m host.train`: --data, --teacher, --from, --epochs, --views, ...
The same command goes on after a kill; started again elsewhere with the same --study it shares the work.
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from host.base.arguments import positive, whole
from host.base.console import Console, stderr, stdout
from host.base.csv_text import csv_row
from host.base.errors import run_main
from host.base.files import write_again
from host.base.follow_up import shell_line
from host.base.tool_parser import tool_parser
from host.train.options import Options, parse
from host.train.search.cost import Budget, cost_of
from host.train.search.front import Point, front
from host.train.search.space import SIZES, Space

PICTURE, TABLE, STUDY = "front.png", "trials.csv", "study.db"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 0 when the study holds as many trials as were asked for."""
    args, others = _parser().parse_known_args(argv)
    options = parse([*others, "--output", str(args.output)])
    budget = Budget(round(1e6 * args.max_mcycles), args.max_ram, args.max_flash)
    space = Space(args.sizes, args.channels)
    console = stderr()
    from host.train.quiet import load_tensorflow

    load_tensorflow()
    _search(args, options, budget, space, console)
    return 0


def _search(
    args: argparse.Namespace, options: Options, budget: Budget, space: Space, console: Console
) -> None:
    from host.train.search.proxy import ProxyTrainer
    from host.train.search.screen import Screen, front_table
    from host.train.search.study import open_study, points, sampler_of, search

    trainer = ProxyTrainer(options, lambda line: console.print(line, style="dim"))
    storage = args.study or f"sqlite:///{args.output.resolve() / STUDY}"
    study = open_study(storage, args.study_name, sampler_of(args.sampler, None))
    price = partial(cost_of, classes=len(trainer.classes), ram_bytes=args.max_ram)
    try:
        search(study, space, budget, price, trainer, args.trials, Screen(console))
    finally:
        found = points(study)
        if found:
            _write(args.output, found, budget, trainer.validation_count)
    if not found:
        console.print("nothing is finished yet: other processes train all the trials asked for")
        return
    stdout().print(front_table(found, trainer.validation_count))
    console.print(_next(args.output, found))


def _write(folder: Path, found: Sequence[Point], budget: Budget, pictures: int) -> None:
    from host.train.search.screen import draw_front

    best = {point.number for point in front(found)}
    rows = ["trial,network,accuracy,estimated_cycles,ram_bytes,flash_bytes,on_front\n"]
    for p in found:
        cost = p.cost
        figures = (f"{p.accuracy:.4f}", cost.cycles, cost.ram_bytes, cost.flash_bytes)
        rows.append(csv_row((p.number, p.architecture.text, *figures, int(p.number in best))))
    write_again(folder / TABLE, "".join(rows).encode())
    draw_front(folder / PICTURE, found, budget, pictures)


def _next(folder: Path, found: Sequence[Point]) -> str:
    from host.train.search.proxy import trial_name

    best = max(front(found), key=lambda p: p.accuracy)
    shape = best.architecture
    start = ("--from", folder / trial_name(best.number))
    train = shell_line("host.train", *start, "--size", shape.size, "--channels", shape.channels)
    return (
        f"written: {folder / PICTURE}, {folder / TABLE}. To train the best one in full, on the machine that has it: "
        f"{train} --data ... --output ...; to pack it into as little RAM as here: "
        f"python -m host.compiler MODEL.tflite --arena {best.cost.ram_bytes - shape.size**2 * shape.channels}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = tool_parser("host.train search", __doc__, allow_abbrev=False)
    add = parser.add_argument
    add("--max-mcycles", type=positive, required=True, metavar="N", help="of an inference, million")
    add("--max-ram", type=size_in_bytes, metavar="BYTES", help="arena and image; 40k is 40,000")
    add("--max-flash", type=size_in_bytes, metavar="BYTES", help="the packed model")
    add(
        "--trials",
        type=whole(),
        default=20,
        metavar="N",
        help="networks to train, over all processes",
    )
    add("--output", type=Path, required=True, metavar="DIR", help="of networks, table and picture")
    add("--study", metavar="URL", help=f"Optuna storage; default sqlite:///OUTPUT/{STUDY}")
    add("--study-name", default="search", metavar="NAME")
    add("--sampler", choices=("tpe", "nsga2"), default="tpe")
    add("--sizes", type=_sizes, default=SIZES, metavar="64,96", help="of the input, in pixels")
    add("--channels", type=_channels, default=(1,), metavar="1|3|both", help="grey, RGB, or both")
    return parser


def size_in_bytes(text: str) -> int:
    """40k is 40,000, 40ki is 40,960; plain numbers are bytes."""
    units = {"ki": 1024, "k": 1000, "": 1}
    plain = text.strip().lower().removesuffix("b")
    unit = next(u for u in units if plain.endswith(u))
    number = plain.removesuffix(unit).strip()
    if not number.isdecimal() or int(number) < 1:
        raise argparse.ArgumentTypeError(f"bytes as 40k or 40000, not {text!r}")
    return int(number) * units[unit]


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(part) if part.strip().isdecimal() else 0 for part in text.split(","))
    if not all(32 <= size <= 224 and size % 8 == 0 for size in sizes):
        raise argparse.ArgumentTypeError(f"multiples of 8 from 32 to 224, not {text!r}")
    return sizes


def _channels(text: str) -> tuple[int, ...]:
    known = {"1": (1,), "3": (3,), "both": (1, 3)}
    if text not in known:
        raise argparse.ArgumentTypeError(f"1, 3 or both, not {text!r}")
    return known[text]


if __name__ == "__main__":
    sys.exit(run_main(main))
