"""python -m host.capture: watch the board and press a key for each picture; its model learns from them.

Every picture is a lossless PNG of exactly what the model saw, with a row in DIR/manifest.csv. The firmware sends that
image alone: a wider frame than the model's input cannot be kept. Files are readable by you alone.
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import sys
from pathlib import Path

from host.base.arguments import number, share, whole
from host.base.console import stderr
from host.base.errors import HostError, require, run_main
from host.base.follow_up import shell_line
from host.base.tool_parser import tool_parser
from host.capture.options import Band, Options, Showing
from host.data.duplicates import BITS, NEAR
from host.data.labels import label_list, resolve
from host.data.manifest import SPLITS
from host.link.device import Device
from host.ports.open import Opening, add_port_arguments, port_opening, port_options
from host.virtual.light import SCENE_HELP

OUTPUT = Path("captures/pictures")
JUDGES = "none of them judges yet: capture a second session (run again, or n), or: {}"
UNSURE = "0.3,0.7"


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The parsed command line."""
    parser = tool_parser("host.capture", __doc__)
    add = parser.add_argument
    add("--labels", required=True, metavar="A,B", help="the classes; key 1 is the first")
    add("--output", type=Path, default=OUTPUT, metavar="DIR", help=f"default: {OUTPUT}")
    add_port_arguments(parser)
    add("--scene", default="default", metavar="URL", help=SCENE_HELP)
    add("--wiring", choices=["shield", "breadboard"], help="of the camera's D0 and D1: see README")
    _add_rules(parser)
    add("--split", choices=("auto", *SPLITS), default="auto", help="of this run's sessions")
    add("--tags", default="", metavar="A,B", help="kept with every picture: lowlight,kitchen")
    add("--frames", type=whole(), metavar="N", help="end after N frames were seen")
    add("--terminal", action="store_true", help="in this terminal instead of a window")
    add("--plain", action="store_true", help="no screen, one line for each picture")
    add("--keys", metavar="K,K", help="press these keys, one a frame, then end: 1,1,2,u")
    return parser.parse_args(argv)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    """Which frames become pictures."""
    add = parser.add_argument
    add("--auto", type=_rate, metavar="N/s", help="keep N a second while a label's key is on")
    add("--on-change", action="store_true", help="only when the scene has changed")
    add(
        "--uncertain",
        type=_band,
        nargs="?",
        const=_band(UNSURE),
        metavar="LOW,HIGH",
        help=f"only where the model is unsure, where labels are worth most (default {UNSURE})",
    )
    add("--label", help="keep what the rules admit under this label, without a key")
    add(
        "--watch",
        metavar="LABEL",
        help="the model's label whose score is shown and used by --uncertain",
    )
    add("--threshold", type=share, default=0.5, metavar="0..1", help="score from which it counts")
    add(
        "--distance",
        type=whole(-1, BITS - 1),
        default=NEAR,
        metavar="BITS",
        help=f"refuse near-duplicates of the same label up to so many of {BITS} bits of their "
        f"perceptual hashes (default {NEAR}; -1 keeps all)",
    )


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when nothing cut it short."""
    args = arguments(argv)
    require("data")
    console = stderr()
    options = _options(args)

    def say(text: str) -> None:
        console.print(text, style="dim")

    from host.capture.run import capture  # takes a second: only after the arguments are right
    from host.capture.state import refuse_unknown_keys
    from host.data.journal import Journal

    showing = _showing(args)
    refuse_unknown_keys(showing.keys, options.labels)
    with (
        port_opening(port_options(args), say, args.scene) as opening,
        Journal(args.output, options.labels) as journal,
    ):
        for line in journal.repaired:
            say(f"{args.output}: {line}")
        try:
            with _open(args, opening) as device:
                capture(showing, options, opening, device, journal, args.output, say)
        finally:
            say(f"{journal.added} new pictures in {args.output}, {len(journal.pictures)} in all")
            if journal.pictures and not any(p.split == "val" for p in journal.pictures):
                say(JUDGES.format(shell_line("host.data", "split", args.output, "--gap", 10)))
    return 0


def _options(args: argparse.Namespace) -> Options:
    """Raises HostError for what does not go together."""
    labels = label_list(args.labels)
    if len(labels) > 9:
        raise HostError(f"{len(labels)} labels: there are keys for 9", "capture the others later")
    if args.label and not (args.auto or args.on_change or args.uncertain):
        raise HostError("--label needs a rule", "add --auto 2/s, --on-change or --uncertain")
    return Options(
        labels=labels,
        rate=args.auto,
        on_change=args.on_change,
        band=args.uncertain,
        label=resolve(args.label, labels, "--label") if args.label else None,
        distance=args.distance,
        split=args.split,
        tags=tuple(tag.strip() for tag in args.tags.split(",") if tag.strip()),
    )


def _showing(args: argparse.Namespace) -> Showing:
    return Showing(
        scene=args.scene,
        watched=args.watch,
        threshold=args.threshold,
        wiring=args.wiring,
        frames=args.frames,
        terminal=args.terminal,
        plain=args.plain,
        keys=tuple(key.strip() for key in args.keys.split(",")) if args.keys else (),
    )


def _open(args: argparse.Namespace, opening: Opening) -> Device:
    """A person wants a lost port back; a script wants to know."""
    for_people = args.frames is None and args.keys is None
    return Device(opening.open(), reopen=opening.reopen if for_people else None)


def _rate(text: str) -> float:
    value = number(text.removesuffix("/s"))
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(f"pictures a second, for instance 2/s, not {text!r}")
    return value


def _band(text: str) -> Band:
    low, _, high = text.partition(",")
    band = (number(low), number(high))
    if not 0 <= band[0] < band[1] <= 1:
        raise argparse.ArgumentTypeError(
            f"two numbers from 0 to 1, the lower first: 0.3,0.7, not {text!r}"
        )
    return band


if __name__ == "__main__":
    sys.exit(run_main(main))
