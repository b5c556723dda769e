"""What a user may ask of `python -m host.train`, checked before anything slow starts."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

from host.base.arguments import whole
from host.base.errors import HostError
from host.base.places import MODELS
from host.base.tool_parser import tool_parser
from host.data.labels import label_list
from host.train.architecture import Architecture, architecture_of
from host.train.teach import Teacher

SCRATCH = "scratch"


@dataclass(frozen=True)
class Options:
    """start: None for scratch, else the model to begin with; zero_to_one: it takes pixels as 0..1.
    network: None for MobileNetV1 of width alpha; size and channels are its own.

    trust: the teachers' share of a target, the rest is the label's; shares, weights: by source of the pictures.
    """

    data: tuple[Path, ...]
    labels: tuple[str, ...]
    output: Path
    name: str
    start: Path | None
    zero_to_one: bool
    network: Architecture | None
    alpha: float
    size: int
    channels: int
    teachers: tuple[Teacher, ...]
    trust: float
    cache: Path
    shares: dict[str, float]
    weights: dict[str, float]
    easy: tuple[str, ...]
    balance: float
    camera: float
    degraded: float
    views: int
    epochs: int
    epoch_pictures: int
    batch: int
    rate: float
    ema: float
    patience: int
    seed: int
    freeze: bool
    strategy: str
    tensorboard: Path | None
    credits: Path | None
    json: bool
    blend: tuple[Teacher, ...] = field(
        repr=False
    )  # applied when all is trained: names no other run
    logit_bias: dict[str, float] = field(repr=False)  # so is this
    aware: int = field(repr=False)  # and these epochs, which keep a checkpoint of their own


def parse(argv: list[str] | None) -> Options:
    """Raises HostError for what cannot be."""
    args = _parser().parse_args(argv)
    output: Path = args.output
    network = _network(args.network)
    _require(
        network is None or not args.blend,
        "--blend averages MobileNetV1s of one width: leave it or --network out",
    )
    _require(
        network is None or args.start_range == "-1..1",
        "--network takes weights of -1..1 alone: leave --from-range out",
    )
    _require(0.1 <= args.alpha <= 1, f"--alpha {args.alpha}: between 0.1 and 1")
    size = network.size if network else args.size
    asked = f"--network {args.network}: its size" if network else f"--size {size}"
    _require(32 <= size <= 224 and size % 8 == 0, f"{asked}: a multiple of 8 between 32 and 224")
    _require(args.epochs >= 1, f"--epochs {args.epochs}: at least 1")
    _require(0 <= args.aware <= 1000, f"--aware {args.aware}: between 0 and 1000 epochs")
    _require(1 <= args.batch <= 4096, f"--batch {args.batch}: between 1 and 4096")
    _require(0 < args.rate < 1, f"--rate {args.rate}: between 0 and 1; 0.0005 is usual")
    _require(0 <= args.trust <= 1, f"--trust {args.trust}: between 0 and 1")
    _require(0 <= args.camera <= 1, f"--camera {args.camera}: between 0 and 1")
    _require(0 <= args.degraded <= 1, f"--degraded {args.degraded}: between 0 and 1")
    _require(0 <= args.ema < 1, f"--ema {args.ema}: from 0 to below 1; 0.999 is usual")
    _require(
        not (args.ema and args.patience),
        "--ema averages to the last epoch, --patience goes back to an earlier one: give one of them",
    )
    _require(
        not (args.ema and args.freeze == "trunk"),
        "--ema averages all layers and --freeze trunk teaches one: leave --ema out",
    )
    _require(0 <= args.balance <= 1, f"--balance {args.balance}: between 0 and 1")
    _require(1 <= args.views <= 64, f"--views {args.views}: between 1 and 64")
    return Options(
        data=tuple(args.data),
        labels=label_list(args.labels) if args.labels else (),
        output=output,
        name=args.name or output.resolve().name,
        start=_start(args.start),
        zero_to_one=args.start_range == "0..1",
        network=network,
        alpha=args.alpha,
        size=size,
        channels=network.channels if network else args.channels,
        teachers=tuple(_teacher(text) for text in args.teacher),
        trust=args.trust,
        cache=args.cache or output / "judged",
        shares=dict(_pair("--share", text) for text in args.share),
        weights=dict(_pair("--weight", text) for text in args.weight),
        easy=tuple(args.easy.split(",")) if args.easy else (),
        balance=args.balance,
        camera=args.camera,
        degraded=args.degraded,
        views=args.views,
        epochs=args.epochs,
        epoch_pictures=args.epoch_pictures,
        batch=args.batch,
        rate=args.rate,
        ema=args.ema,
        patience=args.patience,
        seed=args.seed,
        freeze=args.freeze == "trunk",
        strategy=args.strategy,
        tensorboard=args.tensorboard,
        credits=args.credits,
        json=args.json,
        blend=_blend(args.blend),
        logit_bias=dict(_pair("--logit-bias", text) for text in args.logit_bias),
        aware=args.aware,
    )


DESCRIPTION = """Labelled pictures -> an int8 model that the board runs: trained, quantised, packed, with a manifest.

`search` as the first word looks for the network itself, within a budget of cycles, RAM and flash; `search --help`
says how.
"""


def _parser() -> argparse.ArgumentParser:
    parser = tool_parser("host.train", DESCRIPTION)
    data = parser.add_argument_group("data").add_argument
    data(
        "--data",
        type=Path,
        action="append",
        required=True,
        metavar="DIR|ZIP",
        help="labelled pictures; may be given again",
    )
    data(
        "--labels", help="comma separated, in the order of the scores; default: those found, sorted"
    )
    data(
        "--share",
        action="append",
        default=[],
        metavar="SOURCE=0.3",
        help="use a part of a source's pictures",
    )
    data(
        "--weight",
        action="append",
        default=[],
        metavar="SOURCE=2",
        help="show a source's pictures more or less often",
    )
    data("--easy", default="", metavar="SOURCE,...", help="sources left out of the figure `wild`")
    data(
        "--balance",
        type=float,
        default=0.6,
        help="0: classes as often as they occur; 1: equally often (default 0.6)",
    )
    data(
        "--camera",
        type=float,
        default=0.5,
        help="share of pictures shown as the camera in bad light would see them (default 0.5)",
    )
    data(
        "--degraded",
        "--bad-days",  # in manifests of before
        type=float,
        default=0.0,
        metavar="SHARE",
        help="of pictures shown in haze, at night, blurred and the like (default 0; 0.3 makes a model more robust)",
    )
    model = parser.add_argument_group("model").add_argument
    model(
        "--output",
        type=Path,
        required=True,
        metavar="DIR",
        help="of the results, and of the checkpoint that a killed run goes on from",
    )
    model("--name", help="of the model; default: the folder's")
    model(
        "--from",
        dest="start",
        default="person_grey_025",
        metavar="scratch|NAME|FILE",
        help="a model of models/, a .keras or .h5 file (default person_grey_025)",
    )
    model(
        "--from-range",
        dest="start_range",
        choices=("-1..1", "0..1"),
        default="-1..1",
        help="how that model takes pixels",
    )
    model("--alpha", type=float, default=0.25, help="width of MobileNetV1, 0.1 to 1 (default 0.25)")
    model(
        "--network",
        metavar="TEXT",
        help="instead of MobileNetV1 at --alpha: size, colours, channels and blocks of each stage, as `search` "
        "writes them: 96x96x1,8-16x1-32x1-48x2-64x4-96x1; begins with what fits of --from",
    )
    model("--size", type=int, default=96, help="pixels of the square input (default 96)")
    model("--channels", type=int, choices=(1, 3), default=1, help="1: grey, 3: RGB")
    model(
        "--freeze",
        choices=("none", "trunk"),
        default="none",
        help="trunk: teach the last layer only; minutes for 200 pictures",
    )
    model(
        "--blend",
        action="append",
        default=[],
        metavar="FILE.keras=0.4",
        help="average the trained weights with that share of a relative's; more robust on pictures of other kinds; "
        "may be given again",
    )
    model(
        "--logit-bias",
        "--lean",  # in manifests of before
        action="append",
        default=[],
        metavar="LABEL=0.5",
        help="added to that label's logit at the end: it is predicted sooner than training alone would",
    )
    teaching = parser.add_argument_group("teachers").add_argument
    teaching(
        "--teacher",
        action="append",
        default=[],
        metavar="FILE.tflite[=WEIGHT]",
        help="learn from its scores, too; may be given again",
    )
    teaching(
        "--trust", type=float, default=0.7, help="the teachers' share of a target (default 0.7)"
    )
    teaching(
        "--cache",
        type=Path,
        metavar="DIR",
        help="where the teachers' scores are kept; default: OUTPUT/judged",
    )
    teaching("--views", type=int, default=6, help="crops drawn of each picture (default 6)")
    fit = parser.add_argument_group("training").add_argument
    fit("--epochs", type=int, default=12)
    fit(
        "--epoch-pictures",
        type=int,
        default=0,
        metavar="N",
        help="shown in an epoch; default: as many as there are",
    )
    fit("--batch", type=int, default=64)
    fit("--rate", type=float, default=5e-4, help="the highest learning rate (default 0.0005)")
    fit(
        "--ema",
        type=float,
        default=0.0,
        metavar="MOMENTUM",
        help="end with an exponential moving average of the weights, such as 0.999; 0: with the last ones",
    )
    fit(
        "--patience",
        type=int,
        default=0,
        metavar="EPOCHS",
        help="end after so many without a lower validation loss, with the best weights; 0: run to the end",
    )
    fit(
        "--aware",
        type=int,
        default=0,
        metavar="EPOCHS",
        help="quantisation-aware training: after --epochs, --blend and --logit-bias train on for so many at a tenth of "
        "--rate, rounded as int8 will be; the activations' ranges are calibrated first and stay (default 0)",
    )
    fit("--seed", type=whole(0, 2**31 - 1), default=1)
    fit(
        "--strategy",
        choices=("none", "mirrored", "multiworker"),
        default="none",
        help="several GPUs; or several machines by TF_CONFIG, which must share --data, --output and --cache",
    )
    fit("--tensorboard", type=Path, metavar="DIR", help="write a log for TensorBoard")
    fit("--credits", type=Path, metavar="FILE.json", help="attributions for the manifest")
    fit("--json", action="store_true", help="print the manifest on stdout")
    return parser


def _network(text: str | None) -> Architecture | None:
    if text is None:
        return None
    try:
        return architecture_of(text)
    except ValueError as error:
        form = "write it as `search` does, such as 96x96x1,8-16x1-32x1-48x2-64x4-96x1"
        raise HostError(f"--network {text}: {error}", form) from error


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise HostError(otherwise)


def _start(text: str) -> Path | None:
    if text == SCRATCH:
        return None
    shipped = MODELS / f"{text}.keras"
    path = Path(text)
    if path.suffix in (".keras", ".h5"):
        _require(path.is_file(), f"--from {text}: no such file")
        return path
    names = ", ".join(sorted(p.stem for p in MODELS.glob("*.keras"))) or "none"
    _require(
        shipped.is_file(), f"--from {text}: give scratch, a .keras or .h5 file, or one of: {names}"
    )
    return shipped


def _teacher(text: str) -> Teacher:
    path, _, weight = text.partition("=")
    teacher = Teacher(Path(path), _number("--teacher", text, weight) if weight else 1.0)
    _require(teacher.path.is_file(), f"--teacher {path}: no such file")
    return teacher


def _blend(texts: list[str]) -> tuple[Teacher, ...]:
    others = []
    for text in texts:
        path, _, share = text.rpartition("=")
        others.append(Teacher(Path(path), _number("--blend", text, share)))
        _require(0 < others[-1].weight < 1, f"--blend {text}: the share must lie between 0 and 1")
        _require(others[-1].path.is_file(), f"--blend {path}: no such file")
    total = sum(other.weight for other in others)
    _require(total < 1, f"--blend: the shares add up to {total:g}: leave some for what is trained")
    return tuple(others)


def _pair(option: str, text: str) -> tuple[str, float]:
    name, _, number = text.rpartition("=")
    _require(bool(name), f"{option} {text}: write SOURCE=NUMBER")
    return name, _number(option, text, number)


def _number(option: str, text: str, number: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    _require(0 <= value <= 1000, f"{option} {text}: {number!r} is not a number from 0 to 1000")
    return value
