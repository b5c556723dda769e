"""Which model is measured: the firmware's own, a packed one, or a .tflite that is compiled here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.places import MODELS
from host.base.regular_files import model_bytes
from host.compiler.build import Options, compile_model
from host.compiler.fits import refusal
from host.compiler.format import MAGIC, NO_SOURCE, PackedHeader
from host.compiler.pack import PackedModel, unpack
from host.compiler.pixels import BY_SCALE, IDENTITY, Choice, Pixels, Reading


@dataclass(frozen=True)
class Model:
    """packed: what runs. tflite: what it was compiled from, None when that file is not at hand.

    model_macs: before dead channels were removed; None when it was not compiled here.
    """

    packed: PackedModel
    tflite: bytes | None
    model_macs: int | None = None

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Height, width, channels."""
        header = self.packed.header
        return header.input_height, header.input_width, header.input_channels

    @property
    def byte_table(self) -> NDArray[np.uint8]:
        """uint8 [256]: which u = q + 128 of the .tflite's input each byte of a picture becomes (pixels.py)."""
        first = self.packed.operators[0]
        if first.source != NO_SOURCE:
            return IDENTITY
        return np.frombuffer(self.packed.data, np.uint8, 256, first.weights_offset)

    @property
    def hash(self) -> int:
        """CRC-32 of the packed model's body, as a board's Hello says it."""
        return self.packed.header.body_crc


def built_in_blob(flash: bytes) -> bytes:
    """The packed model that lies at the start of `flash`. Raises HostError when none does."""
    size = PackedHeader.LAYOUT.size
    if len(flash) < size or int.from_bytes(flash[:4], "little") != MAGIC:
        raise HostError("this firmware has no model built in", "give one, or another --elf")
    header = PackedHeader.unpack(flash[:size])
    assert isinstance(header, PackedHeader)
    return flash[: header.total_bytes]


def choose_model(path: Path | None, built_in: bytes, dead_channel_removal: bool) -> Model:
    """The model in the file `path`, or the firmware's own. Raises HostError for what is no model."""
    data = built_in if path is None else model_bytes(path)
    name = "built_in" if path is None else path.stem
    if int.from_bytes(data[:4], "little") != MAGIC:
        return _compile(data, name, dead_channel_removal)
    packed = unpack(data)
    refused = refusal(packed.header)
    if refused is not None:
        raise refused
    tflite = _find_source(packed, path)
    if dead_channel_removal:
        return Model(packed, tflite)
    if tflite is None:
        raise HostError(
            f"{packed.header.name} is compiled already, and its .tflite is not here",
            "give the .tflite",
        )
    return _compile(
        tflite, packed.header.name, dead_channel_removal, reading_of(Model(packed, tflite))
    )


def reading_of(model: Model) -> Reading:
    """What a picture's bytes stood for when it was packed."""
    header, table = model.packed.header, model.byte_table
    low = -header.input_scale * header.input_zero_point
    pixels = Pixels(low, low + 255 * header.input_scale)
    return Reading(pixels, None if table is IDENTITY else table)


def _compile(
    data: bytes, name: str, dead_channel_removal: bool, pixels: Choice = BY_SCALE
) -> Model:
    options = Options(dead_channel_removal=dead_channel_removal, pixels=pixels)
    compiled = compile_model(data, name, options=options)
    packed = unpack(compiled.blob)
    return Model(packed, data, compiled.model_macs)


def _find_source(packed: PackedModel, path: Path | None) -> bytes | None:
    """The .tflite whose hash the packed model carries: beside it, or among the project's models."""
    wanted = packed.header.source_hash_high << 32 | packed.header.source_hash_low
    folders = {MODELS} | ({path.parent} if path else set())
    for file in sorted(file for folder in folders for file in folder.glob("*.tflite")):
        data = model_bytes(file)
        if int.from_bytes(hashlib.sha256(data).digest()[:8], "big") == wanted:
            return data
    return None
