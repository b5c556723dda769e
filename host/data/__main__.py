"""python -m host.data import|check|split|export|draw: pictures in, what may be wrong, the split, pictures out."""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import sys
from pathlib import Path

from host.base.arguments import positive, share, whole
from host.base.errors import require, run_main
from host.base.tool_parser import tool_parser
from host.data.boxes import LEAST_AREA
from host.data.check import SURE
from host.data.commands import check_set, draw_pictures, export_set, import_set, split_set
from host.data.duplicates import BITS, NEAR
from host.data.manifest import SPLITS
from host.data.split import VAL_SHARE

DATA_HELP = "a folder of captures, CLASS/NAME or SPLIT/CLASS/NAME, or a zip of them"


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The parsed command line."""
    parser = tool_parser("host.data", __doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _import(commands.add_parser("import", help="pictures of others into a folder of ours"))
    _check(commands.add_parser("check", help="what may be wrong; changes nothing"))
    _split(commands.add_parser("split", help="which pictures train and which judge"))
    _export(commands.add_parser("export", help="for Keras, Edge Impulse, or in one zip"))
    _draw(commands.add_parser("draw", help="a small set of drawn faces, with masks and without"))
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Exit code 0; `check` gives 1 when it found something."""
    args = arguments(argv)
    require("data")
    run = {
        "import": import_set,
        "check": check_set,
        "split": split_set,
        "export": export_set,
        "draw": draw_pictures,
    }
    return run[args.command](args)


def _import(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("input", type=Path, help=f"{DATA_HELP}, Edge Impulse, COCO, YOLO or Pascal VOC")
    add("output", type=Path, help="folder that gets them; what is there stays")
    add("--labels", metavar="A,B", help="accept these alone; others are named, with the nearest")
    add("--split", choices=SPLITS, default="", help="of pictures that have none")
    add("--source", help="where they are from (default: the input's name)")
    add("--licence", default="", help="under which they may be used; kept with every picture")
    add("--coco", type=Path, metavar="FILE", help="instances_*.json that lies elsewhere")
    add("--class", dest="wanted", default="person", metavar="NAME", help="with boxes: the class")
    add(
        "--least-area",
        type=share,
        default=LEAST_AREA,
        metavar="0..1",
        help=f"with boxes: share of the picture that a box must exceed (default {LEAST_AREA})",
    )
    add("--by-folders", action="store_true", help="labels are the folders' names, boxes or not")
    add("--leave-out-small", action="store_true", help="with boxes: neither class for smaller")


def _check(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("data", type=Path, help=DATA_HELP)
    add("--model", type=Path, metavar="TFLITE", help="find labels it contradicts")
    add("--model-labels", metavar="A,B", help="of its scores; default: its manifest's")
    add("--sure", type=share, default=SURE, metavar="0..1", help="score at which it is believed")
    add("--split", choices=SPLITS, default="", help="this split alone")
    add("--output", type=Path, metavar="DIR", help="contact sheet, page and CSV go there")
    _distance(parser)


def _split(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("data", type=Path, help="a folder; its manifest.csv is made or changed")
    add("--val", type=share, default=VAL_SHARE, metavar="0..1", help="share for validation")
    add("--test", type=share, default=0.0, metavar="0..1", help="share for the final test")
    add("--by", default="session", metavar="COLUMN", help="equal values stay together: source")
    add(
        "--gap",
        type=positive,
        metavar="SECONDS",
        help="a pause of this length begins a new session",
    )
    add("--seed", type=whole(0), default=0, help="another one gives another split")
    _distance(parser)


def _export(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("data", type=Path, help=DATA_HELP)
    add("output", type=Path, nargs="?", help="a new folder, or NAME.zip")
    add("--output", dest="also_output", type=Path, metavar="OUTPUT", help="the same by its name")
    add("--layout", choices=("keras", "edge-impulse", "zip"), help="default: by the output's name")
    add("--split", choices=SPLITS, default="", help="this split alone")


def _draw(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("output", type=Path, help="a new folder, with its manifest.csv")
    add(
        "--count", type=whole(1, 10_000), default=96, metavar="N", help="of each label (default 96)"
    )
    add("--biased", action="store_true", help="masks in one place, faces without in another")
    add("--seed", type=whole(0), default=0, help="another one draws other faces")


def _distance(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--distance",
        type=whole(-1, BITS - 1),
        default=NEAR,
        metavar="BITS",
        help=f"two pictures are nearly the same up to so many of {BITS} bits (default {NEAR})",
    )


if __name__ == "__main__":
    sys.exit(run_main(main))
