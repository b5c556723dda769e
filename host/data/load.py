"""A Dataset -> the pixels that a model of a given input would see of it, by the firmware's own preprocessing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from host.base.colour import luma_of
from host.base.errors import HostError
from host.base.pictures import decode
from host.base.regular_files import UnreadableError
from host.data.dataset import Dataset, Read
from host.data.manifest import Picture
from host.data.model_input import to_input

MOST_INPUT_BYTES = 8 << 30
MOST_SIDE = 4096
Pixels = NDArray[np.uint8]
Say = Callable[[str], None]


def load_pixels(dataset: Dataset, height: int, width: int, channels: int) -> NDArray[np.uint8]:
    """uint8 (N, height, width, channels) in the data set's order; channels 1 (BT.601 luma) or 3 (RGB).

    One file is in memory at a time beside the result. Raises UnreadableError at the first file that is no picture.
    """
    pixels = _room(len(dataset.pictures), height, width, channels)
    with dataset.open() as read:
        for index, picture in enumerate(dataset.pictures):
            _, pixels[index] = one_input(read, picture, height, width, channels)
    return pixels


def load_readable(
    dataset: Dataset, height: int, width: int, channels: int, say: Say
) -> tuple[Dataset, NDArray[np.uint8]]:
    """As load_pixels, but a file that is no picture is left out of both results, and `say` gets its line.

    Raises HostError when nothing is left.
    """
    pixels = _room(len(dataset.pictures), height, width, channels)
    readable = fill_readable(
        dataset, pixels, lambda whole: to_input(whole, height, width, channels), say
    )
    return readable, pixels[: len(readable.pictures)]


def fill_readable(
    dataset: Dataset, pixels: NDArray[np.uint8], fitted: Callable[[Pixels], Pixels], say: Say
) -> Dataset:
    """What could be read, with hashes; its pictures are in the first rows of `pixels`, uint8 (n, height, width, c).

    fitted: uint8 (H, W, 1 or 3) of a file -> a row of `pixels`. A file that is no picture is left out, and `say`
    gets its line. Raises HostError when nothing is left.
    """
    readable: list[Picture] = []
    with dataset.open() as read:
        for picture in dataset.pictures:
            try:
                content = read(picture)
                pixels[len(readable)] = fitted(decode(content, picture.path))
            except UnreadableError as error:
                say(f"left out: {error}")
            else:
                readable.append(hashed(picture, content))
    if not readable:
        raise HostError(f"{dataset.root}: none of its {len(dataset.pictures)} files can be read")
    return replace(dataset, pictures=tuple(readable))


def each_picture(dataset: Dataset) -> Iterator[NDArray[np.uint8] | UnreadableError]:
    """(H, W, 1 or 3) of each at its own size, in order; the error instead of one that cannot be read."""
    with dataset.open() as read:
        for picture in dataset.pictures:
            try:
                yield decode(read(picture), picture.path)
            except UnreadableError as error:
                yield error


def each_luma(dataset: Dataset) -> Iterator[NDArray[np.uint8] | UnreadableError]:
    """As each_picture, (H, W)."""
    for found in each_picture(dataset):
        yield found if isinstance(found, UnreadableError) else luma_of(found)


def one_input(
    read: Read, picture: Picture, height: int, width: int, channels: int
) -> tuple[Picture, NDArray[np.uint8]]:
    """The picture with its hash, and uint8 (height, width, channels). Raises UnreadableError."""
    content = read(picture)
    pixels = to_input(decode(content, picture.path), height, width, channels)
    return hashed(picture, content), pixels


def hashed(picture: Picture, content: bytes) -> Picture:
    """With the SHA-256 of its file, where nobody wrote it down."""
    if picture.sha256:
        return picture
    return replace(picture, sha256=hashlib.sha256(content).hexdigest())


def with_hashes(dataset: Dataset) -> Dataset:
    """Every picture with the SHA-256 of its file; one that cannot be read stays without."""
    if all(picture.sha256 for picture in dataset.pictures):
        return dataset
    known = []
    with dataset.open() as read:
        for picture in dataset.pictures:
            try:
                known.append(picture if picture.sha256 else hashed(picture, read(picture)))
            except UnreadableError:
                known.append(picture)
    return replace(dataset, pictures=tuple(known))


def _room(count: int, height: int, width: int, channels: int) -> NDArray[np.uint8]:
    if channels not in (1, 3) or not (0 < height <= MOST_SIDE and 0 < width <= MOST_SIDE):
        raise HostError(f"no input of {height}x{width}x{channels}: 1 or 3 channels, sides to 4096")
    size = count * height * width * channels
    if size > MOST_INPUT_BYTES:
        raise HostError(
            f"{count} pictures of {height}x{width}x{channels} take {size >> 30} GB", "use fewer"
        )
    return np.empty((count, height, width, channels), np.uint8)
