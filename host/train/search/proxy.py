"""The short training that a trial gets: host.train's own, with the weights of a larger network to begin with."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import keras
import numpy as np

from host.base.errors import HostError
from host.base.files import write_private
from host.train import fit, strategy
from host.train.architecture import Architecture
from host.train.architecture_network import start
from host.train.disk_array import disk_array, pixel_digest
from host.train.epoch import Epoch
from host.train.fit import Plan, TrainingViews, ValidationSet
from host.train.options import Options
from host.train.pictures import Say, find_classes, find_pictures, load_learning, load_validation
from host.train.search.study import BeatenError
from host.train.teaching import draw_training_views

LEARNING_SIDE = 128  # pixels at which training pictures are kept, whatever a trial's input is


class ProxyTrainer:
    """Holds pictures and targets for all trials. Its files lie in options.output: trial_NNNN.keras, and checkpoints."""

    def __init__(self, options: Options, say: Say) -> None:
        """Reads the pictures and lets the teachers score them. Raises HostError as host.train does."""
        self._options, self._say = options, say
        self.classes = find_classes(options.data, options.labels)
        self._found = find_pictures(options.data, self.classes)
        self._make_folder()
        self._room = partial(disk_array, folder=options.output)
        learn = load_learning(self._found, LEARNING_SIDE, options.shares, say, self._room)
        say(f"{len(learn)} pictures to learn from")
        self._training_views: TrainingViews = draw_training_views(learn, options, lambda done: None)
        self._pictures = options.epoch_pictures or len(learn)
        self._exams: dict[tuple[int, int], ValidationSet] = {}
        digest = pixel_digest(learn.pixels)
        digest.update(self._training_views.targets.tobytes())
        self._digest = digest.hexdigest()

    @property
    def validation_count(self) -> int:
        """Validation pictures."""
        return len(self._validation(96, 1).labels)

    def __call__(
        self, number: int, architecture: Architecture, on_epoch: Callable[[float], None]
    ) -> float:
        """Accuracy with the weights of the epoch whose validation loss was lowest; they are kept as .keras."""
        keras.backend.clear_session()
        strategy.seed_everything(self._options.seed)
        model = start(architecture, len(self.classes), self._options.start)
        validation = self._validation(architecture.size, architecture.channels)
        key = f"{architecture.text} {self._plan()} {self._digest}"
        folder = self._options.output / hashlib.sha256(key.encode()).hexdigest()[:16]
        self._make(folder)
        try:
            history = fit.train(
                model, self._training_views, validation, self._plan(), folder, key,
                lambda latest: self._report(latest, on_epoch),
            )  # fmt: skip
        except BeatenError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        best = min(history, key=lambda epoch: epoch.val_loss)
        self._keep(model, number)
        shutil.rmtree(folder, ignore_errors=True)
        return best.val_accuracy

    def _report(self, latest: Epoch, on_epoch: Callable[[float], None]) -> None:
        percent = 100 * latest.val_accuracy
        self._say(f"  epoch {latest.number}: {percent:.1f} %, {latest.seconds:.0f} s")
        on_epoch(latest.val_accuracy)

    def _plan(self) -> Plan:
        wanted = self._options
        return Plan(
            epochs=wanted.epochs,
            epoch_pictures=self._pictures,
            batch=min(wanted.batch, self._pictures),
            rate=wanted.rate,
            seed=wanted.seed,
            worker=0,
        )

    def _validation(self, size: int, channels: int) -> ValidationSet:
        """Made once for each input."""
        if (size, channels) not in self._exams:
            validation = load_validation(self._found, size, channels, self._say, self._room)
            self._exams[size, channels] = ValidationSet(
                validation.pixels, np.asarray(validation.labels, np.int64)
            )
        return self._exams[size, channels]

    def _keep(self, model: keras.Model, number: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            bare = keras.Model(model.inputs, model.outputs, name=model.name)
            bare.save(path, include_optimizer=False)
            write_private(self._options.output / trial_name(number), path.read_bytes())

    def _make_folder(self) -> None:
        self._make(self._options.output)

    @staticmethod
    def _make(folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HostError(
                f"--output {folder}: {error.strerror}", "choose another folder"
            ) from error


def trial_name(number: int) -> str:
    """The file of a trial's network."""
    return f"trial_{number:04d}.keras"
