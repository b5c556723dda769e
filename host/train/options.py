"""What a user may want of `python -m host.train`, checked before anything slow starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from host.base.errors import HostError
from host.base.places import MODELS
from host.data.labels import label_list
from host.train.architecture import Architecture, architecture_of
from host.train.parser import ALPHA, CHANNELS, SIZE, training_parser
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
    own_width: bool = field(repr=False)  # --alpha was not given: a network keeps the one it has
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
    averaged: tuple[Teacher, ...] = field(repr=False)  # when all is trained: names no other run
    logit_bias: dict[str, float] = field(repr=False)  # so is this
    aware: int = field(repr=False)  # and these epochs, which keep a checkpoint of their own


def parse(argv: list[str] | None) -> Options:
    """Raises HostError for what cannot be."""
    args = training_parser().parse_args(argv)
    output: Path = args.output
    network = _network(args.network)
    if network is not None:
        given = {name: getattr(args, name) for name in ("alpha", "size", "channels")}
        _require_own(given, network, args.network)
    options = Options(
        data=tuple(args.data),
        labels=label_list(args.labels) if args.labels else (),
        output=output,
        name=args.name or output.resolve().name,
        start=_start(args.start),
        zero_to_one=args.start_range == "0..1",
        network=network,
        alpha=ALPHA if args.alpha is None else args.alpha,
        own_width=args.alpha is None,
        size=_side(args.size, network, args.network),
        channels=network.channels if network else args.channels or CHANNELS,
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
        averaged=_averaged(args.blend),
        logit_bias=dict(_pair("--logit-bias", text) for text in args.logit_bias),
        aware=args.aware,
    )
    _check_numbers(options)
    _check_together(options)
    return options


def _require_own(given: dict[str, object], network: Architecture, text: str) -> None:
    """--network, given as `text`, says these itself: another value beside it would count for nothing."""
    own = {"alpha": None, "size": network.size, "channels": network.channels}
    for name, value in own.items():
        _require(
            given[name] in (None, value),
            f"--{name} {given[name]} beside --network {text}, which has its own: leave --{name} out",
        )


def _side(side: int | None, network: Architecture | None, text: str | None) -> int:
    """Pixels of the square input; text: of --network."""
    option = f"--network {text}: its size" if network else f"--size {side}"
    side = network.size if network else SIZE if side is None else side
    _require(32 <= side <= 224 and side % 8 == 0, f"{option}: a multiple of 8 between 32 and 224")
    return side


def _check_numbers(options: Options) -> None:
    """Each by itself."""
    _require(0.1 <= options.alpha <= 1, f"--alpha {options.alpha}: between 0.1 and 1")
    _require(options.epochs >= 1, f"--epochs {options.epochs}: at least 1")
    _require(0 <= options.aware <= 1000, f"--aware {options.aware}: between 0 and 1000 epochs")
    _require(1 <= options.batch <= 4096, f"--batch {options.batch}: between 1 and 4096")
    _require(0 < options.rate < 1, f"--rate {options.rate}: between 0 and 1; 0.0005 is usual")
    _require(0 <= options.ema < 1, f"--ema {options.ema}: from 0 to below 1; 0.999 is usual")
    _require(1 <= options.views <= 64, f"--views {options.views}: between 1 and 64")
    for name in ("trust", "camera", "degraded", "balance"):
        share = getattr(options, name)
        _require(0 <= share <= 1, f"--{name} {share}: between 0 and 1")


def _check_together(options: Options) -> None:
    """Options that exclude each other."""
    _require(
        options.network is None or not options.averaged,
        "--blend averages MobileNetV1s of one width: leave it or --network out",
    )
    _require(
        options.network is None or not options.zero_to_one,
        "--network takes weights of -1..1 alone: leave --from-range out",
    )
    _require(
        not (options.ema and options.patience),
        "--ema averages to the last epoch, --patience goes back to an earlier one: give one of them",
    )
    _require(
        not (options.ema and options.freeze),
        "--ema averages all layers and --freeze trunk teaches one: leave --ema out",
    )


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


def _averaged(texts: list[str]) -> tuple[Teacher, ...]:
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
