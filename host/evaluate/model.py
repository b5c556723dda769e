"""The model that is evaluated: the PC's reference, the packed form that a board runs, and its labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from host.base.errors import HostError
from host.base.regular_files import model_bytes
from host.compiler.build import Options, compile_model
from host.compiler.labels import labels_for
from host.compiler.model import choose_model, reading_of
from host.compiler.pack import PackedModel, unpack
from host.compiler.pixels import BY_SCALE, Choice
from host.deploy.model import PACKED, refuse_pixels
from host.evaluate.float_model import SUFFIXES
from host.evaluate.reference import Reference


@dataclass(frozen=True)
class Subject:
    """packed: made of `tflite` with these labels; None when no board takes part.

    labels: of the classes; a model with one score has two, and the score is that of the second.
    """

    name: str
    labels: tuple[str, ...]
    reference: Reference
    packed: PackedModel | None


def read_subject(
    path: Path, given_labels: str | None, for_board: bool, pixels: Choice = BY_SCALE
) -> Subject:
    """path: an int8 .tflite, or a .tpm whose .tflite is beside it or in models/. Raises HostError for others.

    pixels: what a picture's bytes stand for, in a .tflite: a packed model knows.
    """
    if path.suffix in SUFFIXES:
        raise HostError(
            f"{path.name} is a float model", "give its int8 .tflite, and this one with --float"
        )
    data = model_bytes(path)
    packed = None
    labels = labels_for(given_labels, path)
    if path.suffix == PACKED:
        refuse_pixels(path, pixels)
        chosen = choose_model(path, b"", dead_channel_removal=True)
        if chosen.tflite is None:
            raise HostError(
                f"{path.name}: its .tflite is not beside it, so there is nothing to hold it against"
            )
        packed, data, pixels = chosen.packed, chosen.tflite, reading_of(chosen)
        labels = labels or packed_labels(packed)
    reference = Reference(data, path.name, pixels)
    names = _checked(labels, reference.scores, path)
    if for_board and packed is None:
        options = Options(pixels=pixels)
        packed = unpack(compile_model(data, path.stem, names, options).blob)
    return Subject(path.stem, names, reference, packed)


def packed_labels(packed: PackedModel) -> tuple[str, ...] | None:
    """Those that were compiled in."""
    header = packed.header
    text = packed.data[header.labels_offset : header.labels_offset + header.labels_bytes]
    names = tuple(name for name in text.decode(errors="replace").split("\n") if name)
    return names or None


def _checked(labels: tuple[str, ...] | None, scores: int, path: Path) -> tuple[str, ...]:
    if labels is None:
        raise HostError(
            f"{path.name} does not say what its {scores} scores mean",
            'name them in order with --labels, for instance --labels "no person,person"',
        )
    if scores == 1 and len(labels) == 1:
        labels = (f"no {labels[0]}", labels[0])
    scores = max(scores, 2)
    if len(labels) != scores or len(set(labels)) != scores or not all(labels):
        raise HostError(
            f"{path.name} has {scores} scores, its labels are {', '.join(labels)}",
            "give one different label for each with --labels",
        )
    return labels
