"""The command line of `python -m host.train`: its options by group, as --help prints them."""

from __future__ import annotations

import argparse
from pathlib import Path

from host.base.arguments import whole
from host.base.tool_parser import tool_parser
from host.train.epoch import HEAD_ROUNDS

ALPHA, SIZE, CHANNELS = 0.25, 96, 1  # of a MobileNetV1 where nothing else is wanted
DESCRIPTION = """Labelled pictures -> an int8 model that the board runs: trained, quantised, packed, with a manifest.

`search` as the first word looks for the network itself, within a budget of cycles, RAM and flash; `search --help`
says how.
"""


def training_parser() -> argparse.ArgumentParser:
    """What it parses is not checked yet: host/train/options.py does."""
    parser = tool_parser("host.train", DESCRIPTION)
    _add_data(parser.add_argument_group("data"))
    _add_model(parser.add_argument_group("model"))
    _add_teachers(parser.add_argument_group("teachers"))
    _add_training(parser.add_argument_group("training"))
    return parser


def _add_data(group: argparse._ArgumentGroup) -> None:
    _add_sources(group)
    _add_presentation(group)


def _add_sources(group: argparse._ArgumentGroup) -> None:
    """Which pictures there are, and how much each source of them counts."""
    add = group.add_argument
    add(
        "--data",
        type=Path,
        action="append",
        required=True,
        metavar="DIR|ZIP",
        help="labelled pictures; may be given again",
    )
    add(
        "--labels", help="comma separated, in the order of the scores; default: those found, sorted"
    )
    add(
        "--share",
        action="append",
        default=[],
        metavar="SOURCE=0.3",
        help="use a part of a source's pictures",
    )
    add(
        "--weight",
        action="append",
        default=[],
        metavar="SOURCE=2",
        help="show a source's pictures more or less often",
    )
    add("--easy", default="", metavar="SOURCE,...", help="sources left out of the figure `wild`")


def _add_presentation(group: argparse._ArgumentGroup) -> None:
    """How often pictures are shown, and in what light."""
    add = group.add_argument
    add(
        "--balance",
        type=float,
        default=0.6,
        help="0: classes as often as they occur; 1: equally often (default 0.6)",
    )
    add(
        "--camera",
        type=float,
        default=0.5,
        help="share of pictures shown as the camera in bad light would see them (default 0.5)",
    )
    add(
        "--degraded",
        "--bad-days",  # in manifests of before
        type=float,
        default=0.0,
        metavar="SHARE",
        help="of pictures shown in haze, at night, blurred and the like (default 0; 0.3 makes a model more robust)",
    )


def _add_model(group: argparse._ArgumentGroup) -> None:
    _add_start(group)
    _add_shape(group)
    _add_changes(group)


def _add_start(group: argparse._ArgumentGroup) -> None:
    """Where the model goes, and the weights that it begins with."""
    add = group.add_argument
    add(
        "--output",
        type=Path,
        required=True,
        metavar="DIR",
        help="of the results, and of the checkpoint that a killed run goes on from",
    )
    add("--name", help="of the model; default: the folder's")
    add(
        "--from",
        dest="start",
        default="person_grey_025",
        metavar="scratch|NAME|FILE",
        help="a model of models/, a .keras or .h5 file (default person_grey_025)",
    )
    add(
        "--from-range",
        dest="start_range",
        choices=("-1..1", "0..1"),
        default="-1..1",
        help="how that model takes pixels",
    )


def _add_shape(group: argparse._ArgumentGroup) -> None:
    """The network: width or stages, and its input."""
    add = group.add_argument
    add(
        "--alpha",
        type=float,
        help=f"width of MobileNetV1, 0.1 to 1 (default {ALPHA}); a narrower network of --from cannot fill it",
    )
    add(
        "--network",
        metavar="TEXT",
        help="instead of MobileNetV1 at --alpha: size, colours, channels and blocks of each stage, as `search` "
        "writes them: 96x96x1,8-16x1-32x1-48x2-64x4-96x1; begins with what fits of --from",
    )
    add("--size", type=int, help=f"pixels of the square input (default {SIZE})")
    add("--channels", type=int, choices=(1, 3), help=f"1: grey, 3: RGB (default {CHANNELS})")


def _add_changes(group: argparse._ArgumentGroup) -> None:
    """Which weights training changes, and what is done to them behind it."""
    add = group.add_argument
    add(
        "--freeze",
        choices=("none", "trunk"),
        default="none",
        help="trunk: teach the last layer only; minutes for 200 pictures",
    )
    add(
        "--blend",
        action="append",
        default=[],
        metavar="FILE.keras=0.4",
        help="average the trained weights with that share of a relative's; more robust on pictures of other kinds; "
        "may be given again",
    )
    add(
        "--logit-bias",
        "--lean",  # in manifests of before
        action="append",
        default=[],
        metavar="LABEL=0.5",
        help="added to that label's logit at the end: it is predicted sooner than training alone would",
    )


def _add_teachers(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--teacher",
        action="append",
        default=[],
        metavar="FILE.tflite[=WEIGHT]",
        help="learn from its scores, too; may be given again",
    )
    add("--trust", type=float, default=0.7, help="the teachers' share of a target (default 0.7)")
    add(
        "--cache",
        type=Path,
        metavar="DIR",
        help="where the teachers' scores are kept; default: OUTPUT/judged",
    )
    add("--views", type=int, default=6, help="crops drawn of each picture (default 6)")


def _add_training(group: argparse._ArgumentGroup) -> None:
    _add_epochs(group)
    _add_end(group)
    _add_surroundings(group)


def _add_epochs(group: argparse._ArgumentGroup) -> None:
    """What an epoch is, and how fast weights are learnt in it."""
    add = group.add_argument
    add(
        "--epochs",
        type=int,
        default=12,
        help="each shows every picture once, or --epoch-pictures (default 12); with --freeze trunk the trunk sees so "
        f"many, and the last layer then learns in {HEAD_ROUNDS} rounds over all of them",
    )
    add(
        "--epoch-pictures",
        type=int,
        default=0,
        metavar="N",
        help="shown in an epoch; default: as many as there are",
    )
    add("--batch", type=int, default=64)
    add("--rate", type=float, default=5e-4, help="the highest learning rate (default 0.0005)")


def _add_end(group: argparse._ArgumentGroup) -> None:
    """When training ends, with which weights, and the epochs behind it."""
    add = group.add_argument
    add(
        "--ema",
        type=float,
        default=0.0,
        metavar="MOMENTUM",
        help="end with an exponential moving average of the weights, such as 0.999; 0: with the last ones",
    )
    add(
        "--patience",
        type=int,
        default=0,
        metavar="EPOCHS",
        help="end after so many without a lower validation loss, with the best weights; 0: run to the end",
    )
    add(
        "--aware",
        type=int,
        default=0,
        metavar="EPOCHS",
        help="quantisation-aware training: after --epochs, --blend and --logit-bias train on for so many at a tenth of "
        "--rate, rounded as int8 will be; the activations' ranges are calibrated first and stay (default 0)",
    )


def _add_surroundings(group: argparse._ArgumentGroup) -> None:
    """Chance, machines, and what is written beside the model."""
    add = group.add_argument
    add("--seed", type=whole(0, 2**31 - 1), default=1)
    add(
        "--strategy",
        choices=("none", "mirrored", "multiworker"),
        default="none",
        help="several GPUs; or several machines by TF_CONFIG, which must share --data, --output and --cache",
    )
    add("--tensorboard", type=Path, metavar="DIR", help="write a log for TensorBoard")
    add("--credits", type=Path, metavar="FILE.json", help="attributions for the manifest")
    add("--json", action="store_true", help="print the manifest on stdout")
