"""One training run: gathered pictures in, the files of a model out. Imports TensorFlow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.json_in import parse_json
from host.base.regular_files import model_bytes
from host.data.hold import held
from host.train import architecture_network, export, fit, strategy
from host.train.augment import to_grey
from host.train.aware import Aware, check_ranges, make_aware
from host.train.epoch import Epoch
from host.train.features import train_head
from host.train.fit import Plan, TrainingViews, ValidationSet
from host.train.fold import chain_of
from host.train.gather import Gathered
from host.train.manifest import MOST_MANIFEST_BYTES, manifest
from host.train.options import Options
from host.train.pictures import Pictures
from host.train.quantise import calibration_inputs, representative
from host.train.quiet import quiet
from host.train.shape import Shape
from host.train.start import add_logit_bias, blend, logit_biases, start_model
from host.train.teaching import draw_training_views, views_to_score
from host.train.views import TELL, draw_views, render

AWARE_RATE = 0.1  # of --rate
TRIED_WITH = ("tensorflow", "keras", "numpy")  # other versions make another run of it


class Watcher(Protocol):
    """Receives how far a run is."""

    def begin(self, what: str, total: int) -> None:
        """A part of `total` steps starts."""

    def advance(self, steps: int) -> None:
        """So many more steps are done."""

    def epoch(self, latest: Epoch) -> None:
        """An epoch ended, and is safe on disk."""


def run(options: Options, gathered: Gathered, command: str, watcher: Watcher) -> dict[str, Any]:
    """Trains, quantises, measures, writes; returns the manifest. Killed at any moment, the same call goes on."""
    _make_folder(options.output)
    strategy.seed_everything(options.seed)
    devices, worker = strategy.choose(options.strategy)
    with nullcontext() if worker else held(options.output):  # the others write nothing
        return _run(options, gathered, command, watcher, (devices, worker))


def _run(
    options: Options, gathered: Gathered, command: str, watcher: Watcher, chosen: tuple[Any, int]
) -> dict[str, Any]:
    devices, worker = chosen
    key = run_key(options, "")  # more pictures of the same kind make the same model better
    refuse_another(options.output, options.name, key)
    with devices.scope():
        model = _begin(options, gathered.shape)
    if options.aware:
        chain_of(model)  # what does not fit is said before anything slow
    if options.teachers:
        total = views_to_score(len(gathered.learn), options)
        watcher.begin("teachers score the views", total)
    training_views = draw_training_views(gathered.learn, options, watcher.advance)
    plan = _plan(options, len(gathered.learn), worker)
    history = _train(devices, model, training_views, gathered, plan, options, watcher)
    blend(model, gathered.shape, options.averaged)
    add_logit_bias(model, gathered.learn.classes, options.logit_bias)
    shown = _representative(gathered.learn, gathered.shape.size, options)
    aware = None
    if options.aware:
        later = replace(plan, before=options.epochs if options.freeze else len(history))
        aware, more = _train_aware(
            devices, model, shown, training_views, gathered, later, options, watcher
        )
        history += more
    if worker:
        return {}
    watcher.begin("quantising and measuring", 0)
    exported = aware.exported if aware else model
    made = export.make(model, exported, shown, gathered.validation, options.easy, history)
    if aware:
        check_ranges(made.tflite, aware.ranges)
    parts = (gathered.learn, gathered.validation)
    text = manifest(made, options, gathered.shape, gathered.digest, parts, command)
    text["training"]["run"] = key
    export.write(options.output, options.name, model, made, text)
    return text


def _begin(options: Options, shape: Shape) -> keras.Model:
    if options.network is not None:
        classes, source = shape.classes, options.start
        return architecture_network.start(options.network, classes, source, must_fit=True)
    return start_model(shape, options.start, options.zero_to_one, options.own_width)


def _train(
    devices: Any,
    model: keras.Model,
    training_views: TrainingViews,
    gathered: Gathered,
    plan: Plan,
    options: Options,
    watcher: Watcher,
) -> tuple[Epoch, ...]:
    validation = ValidationSet(gathered.validation.pixels, gathered.validation.labels)
    key = run_key(options, gathered.digest)
    on_epoch = _logged(watcher.epoch, options.tensorboard)
    watcher.begin(
        "the trunk sees pictures" if options.freeze else "training", plan.steps * plan.epochs
    )
    if options.freeze:
        return train_head(
            model, training_views, validation, plan, options.output, key, on_epoch, watcher.advance
        )
    with devices.scope():
        return fit.train(
            model, training_views, validation, plan, options.output, key, on_epoch, watcher.advance
        )


def _train_aware(
    devices: Any,
    model: keras.Model,
    shown: NDArray[np.uint8],
    training_views: TrainingViews,
    gathered: Gathered,
    plan: Plan,
    options: Options,
    watcher: Watcher,
) -> tuple[Aware, tuple[Epoch, ...]]:
    """Trains the blended and biased `model` on while it is rounded. Its checkpoint's folder is named by its start."""
    biased = logit_biases(gathered.learn.classes, options.logit_bias)
    with devices.scope():
        aware = make_aware(model, calibration_inputs(shown), biased, options.freeze, options.seed)
    plan = replace(plan, epochs=options.aware, rate=plan.rate * AWARE_RATE, patience=0, ema=0.0)
    lines = [run_key(options, gathered.digest), aware.digest, options.aware]
    key = hashlib.sha256(json.dumps(lines).encode()).hexdigest()
    folder = options.output / f"aware-{key[:8]}"
    _make_folder(folder)
    watcher.begin("quantisation-aware training", plan.steps * plan.epochs)
    on_epoch = _logged(watcher.epoch, options.tensorboard)
    validation = ValidationSet(gathered.validation.pixels, gathered.validation.labels)
    with devices.scope():
        history = fit.train(
            aware.taught, training_views, validation, plan, folder, key, on_epoch, watcher.advance
        )
    aware.put_back()
    return aware, history


def _plan(options: Options, pictures: int, worker: int) -> Plan:
    return Plan(
        epochs=options.epochs,
        epoch_pictures=options.epoch_pictures or pictures,
        batch=min(options.batch, options.epoch_pictures or pictures),
        rate=options.rate,
        ema=options.ema,
        patience=options.patience,
        seed=options.seed,
        worker=worker,
    )


def refuse_another(folder: Path, name: str, key: str) -> None:
    """Raises HostError where the folder holds a model of that name that another run made, or nobody knows which."""
    try:
        content = (folder / f"{name}.json").read_bytes()[:MOST_MANIFEST_BYTES]
        known = parse_json(content)["training"]["run"]
    except FileNotFoundError:
        return
    except (ValueError, KeyError, TypeError):
        known = None
    if known != key:
        raise HostError(
            f"{folder} holds {name}, which another run made, with other options or versions",
            "choose another --output, or another --name",
        )


def run_key(options: Options, digest: str) -> str:
    """Names a run: equal for two calls exactly when one may go on with what the other left."""
    files = [teacher.path for teacher in options.teachers] + (
        [options.start] if options.start else []
    )
    hashes = [hashlib.sha256(model_bytes(path)).hexdigest() for path in files]
    same = replace(
        options,
        data=(),
        output=Path(),
        name="",
        start=None,
        cache=Path(),
        teachers=(),
        tensorboard=None,
        credits=None,
    )
    lines = [repr(same), [t.weight for t in options.teachers], hashes, digest]
    versions = [version(name) for name in TRIED_WITH]
    return hashlib.sha256(json.dumps([lines, versions]).encode()).hexdigest()


def _logged(on_epoch: Callable[[Epoch], None], folder: Path | None) -> Callable[[Epoch], None]:
    """`on_epoch`, which also writes TensorBoard's log when a folder is given."""
    if folder is None:
        return on_epoch
    with quiet():
        log = tf.summary.create_file_writer(str(folder))

    def both(latest: Epoch) -> None:
        with log.as_default(step=latest.number):
            for name in ("loss", "val_loss", "val_accuracy"):
                tf.summary.scalar(name, getattr(latest, name))
        log.flush()
        on_epoch(latest)

    return both


def _representative(pictures: Pictures, size: int, options: Options) -> NDArray[np.uint8]:
    """uint8 (n, size, size, channels): some training pictures nearly whole, as the board would average them."""
    views = draw_views(len(pictures), 1, pictures.pixels.shape[1], options.seed, TELL)
    chosen = representative(len(pictures), options.seed)
    seen = np.stack([render(pictures.pixels, views, i, size) for i in chosen])
    return to_grey(seen) if options.channels == 1 else seen


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HostError(f"--output {folder}: {error.strerror}", "choose another folder") from error
