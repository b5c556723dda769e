"""A file -> the packed model to send, and whether a board can take it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from host.base.errors import HostError
from host.compiler.build import compile_model
from host.compiler.format import PackedHeader
from host.compiler.labels import labels_for
from host.compiler.pack import PackedModel, seal, unpack
from host.compiler.status import STATUS_TEXT
from host.link.messages import (
    MAX_IMAGE_HEIGHT,
    MAX_IMAGE_WIDTH,
    MAX_SCORES,
    SlotInfo,
)

PACKED = ".tpm"
ALIGNMENT = 8  # of the arena, behind the image


def read_model(path: Path, name: str | None = None, labels: str | None = None) -> PackedModel:
    """Compiles a .tflite, or reads a packed model. labels: comma separated. Raises HostError for anything else."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise HostError(f"cannot read {path}: {error.strerror}") from error
    if path.suffix != PACKED:
        return unpack(compile_model(data, name or path.stem, labels_for(labels, path)).blob)
    if labels is not None:
        raise HostError(f"{path} has its labels already", "give the .tflite to change them")
    packed = unpack(data)
    return unpack(renamed(packed, name)) if name is not None else packed


def renamed(model: PackedModel, name: str) -> bytes:
    """The same model under another name: at most 31 bytes."""
    short = name.encode()[:31].decode(errors="ignore")
    header = dataclasses.replace(model.header, name=short).pack()
    return seal(header + model.data[len(header) :])


def check_fits(header: PackedHeader, board: SlotInfo) -> None:
    """Raises HostError with the reason and a remedy when the board cannot run the model. board: any of its slots."""
    if board.room == 0:
        raise HostError(
            "the board has no room for model slots",
            "upload a firmware with a smaller built-in model",
        )
    if header.total_bytes > board.room:
        raise HostError(
            f"the packed model has {header.total_bytes} bytes, a slot {board.room}",
            "train a narrower model",
        )
    if header.output_count > MAX_SCORES:
        raise HostError(f"the model has {header.output_count} scores, the board sends {MAX_SCORES}")
    image = header.input_height * header.input_width * header.input_channels
    _check_image(header)
    needed = -(-image // ALIGNMENT) * ALIGNMENT + header.arena_bytes
    if needed > board.memory_bytes:
        raise HostError(
            f"the model needs {needed} bytes of memory (image {image}, arena "
            f"{header.arena_bytes}), the board has {board.memory_bytes}",
            "use a smaller image or fewer channels",
        )


def _check_image(header: PackedHeader) -> None:
    """What the camera and its averaging can make."""
    shape = f"{header.input_height}x{header.input_width}x{header.input_channels}"
    if header.input_channels not in (1, 3):
        raise HostError(f"the model's input is {shape}; the camera makes 1 channel (grey) or 3")
    if header.input_width > MAX_IMAGE_WIDTH or header.input_height > MAX_IMAGE_HEIGHT:
        raise HostError(
            f"the model's input is {shape}; the board makes at most {MAX_IMAGE_HEIGHT} rows of "
            f"{MAX_IMAGE_WIDTH} pixels"
        )


def reason_text(code: int) -> str:
    """What the board's engine said of a model, in words."""
    known = {int(status): text for status, text in STATUS_TEXT.items()}
    return known.get(code, f"status {code}")
