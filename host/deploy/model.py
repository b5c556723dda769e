"""A file -> the packed model to send, and whether a board can take it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from host.base.errors import HostError
from host.base.regular_files import model_bytes
from host.base.text import visible
from host.compiler.build import Options, compile_model
from host.compiler.fits import Room, refusal
from host.compiler.format import PackedHeader
from host.compiler.labels import labels_for
from host.compiler.pack import PackedModel, seal, unpack
from host.compiler.pixels import BY_SCALE, Choice
from host.link.messages import SlotInfo

PACKED = ".tpm"


def read_model(
    path: Path, name: str | None = None, labels: str | None = None, pixels: Choice = BY_SCALE
) -> PackedModel:
    """Compiles a .tflite, or reads a packed model. Raises HostError for anything else.

    labels: comma separated. pixels: what a picture's bytes stand for, in a .tflite.
    """
    data = model_bytes(path)
    if path.suffix != PACKED:
        named, options = labels_for(labels, path), Options(pixels=pixels)
        return unpack(compile_model(data, name or path.stem, named, options).blob)
    refuse_pixels(path, pixels)
    if labels is not None:
        raise HostError(f"{path} has its labels already", "give the .tflite to change them")
    packed = unpack(data)
    return unpack(renamed(packed, name)) if name is not None else packed


def refuse_pixels(path: Path, pixels: Choice) -> None:
    """Raises HostError where options are given that a packed model was packed with."""
    if pixels != BY_SCALE:
        raise HostError(
            f"{path} was packed with what its pixels stand for", "give the .tflite to change it"
        )


def renamed(model: PackedModel, name: str) -> bytes:
    """The same model under another name: at most 31 bytes."""
    short = visible(name).encode()[:31].decode(errors="ignore")
    header = dataclasses.replace(model.header, name=short).pack()
    return seal(header + model.data[len(header) :])


def check_fits(header: PackedHeader, board: SlotInfo) -> None:
    """Raises HostError with the reason and a remedy when the board cannot run the model. board: any of its slots."""
    if board.room == 0:
        raise HostError(
            "the board has no room for model slots",
            "upload a firmware with a smaller built-in model",
        )
    remedy = (
        "build it into the firmware (custom_model in platformio.ini), or train a narrower model"
    )
    refused = refusal(header, Room("a slot", board.room, board.memory_bytes, remedy))
    if refused is not None:
        raise refused
