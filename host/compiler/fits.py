"""Whether a board can run a packed model: one answer and one sentence, for the compiler, its reports, training, the
benchmarks, the virtual board and deploying."""

from __future__ import annotations

from dataclasses import dataclass

from host.base.boards import APPLICATION_BYTES, MAX_IMAGE_HEIGHT, MAX_IMAGE_WIDTH
from host.base.errors import HostError
from host.compiler.format import MAX_OUTPUTS, MODEL_MEMORY_BYTES, PackedHeader

ALIGNMENT = 8  # of the arena, behind the image
# Arduino's core and its USB stack, estimated: `pio run` prints what a build takes
CORE_FLASH_BYTES = 91_500
SLOT_MOST_BYTES = 72 * 4096  # of a model that is sent to the board: firmware/src/slot/places.h
FREE_FLASH_BYTES = APPLICATION_BYTES - CORE_FLASH_BYTES


@dataclass(frozen=True)
class Room:
    """What a model may use. place: where it would lie. flash: of the packed model, memory: of image and arena, bytes.

    remedy: for one that is too long for this place.
    """

    place: str
    flash: int
    memory: int
    remedy: str = "train a narrower model"


# The firmware reserves so much memory (model.c), or it would not link.
BUILT_IN = Room("the board's flash", FREE_FLASH_BYTES, MODEL_MEMORY_BYTES)


def memory_bytes(header: PackedHeader) -> int:
    """RAM that the model takes: its image and its arena."""
    image = header.input_height * header.input_width * header.input_channels
    return sum(-(-size // ALIGNMENT) * ALIGNMENT for size in (image, header.arena_bytes))


def refusal(header: PackedHeader, room: Room = BUILT_IN) -> HostError | None:
    """Why it cannot run there, and what helps; None when it can."""
    found = [
        problem
        for problem in (_image(header), _memory(header, room), _flash(header, room))
        if problem is not None
    ]
    if header.output_count > MAX_OUTPUTS:
        scores = (
            f"the model has {header.output_count} scores; the engine gives at most {MAX_OUTPUTS}"
        )
        found.append(HostError(scores, "train it for fewer classes"))
    if not found:
        return None
    return HostError(
        ", and ".join(each.what for each in found), "; ".join(each.remedy for each in found)
    )


def _image(header: PackedHeader) -> HostError | None:
    """What the camera and its averaging can make."""
    shape = f"{header.input_height}x{header.input_width}x{header.input_channels}"
    if header.input_channels not in (1, 3):
        what = f"the model's input is {shape}; the camera makes 1 channel (grey) or 3 (RGB)"
        return HostError(what, "train a model of pictures")
    if header.input_width > MAX_IMAGE_WIDTH or header.input_height > MAX_IMAGE_HEIGHT:
        limit = f"{MAX_IMAGE_HEIGHT} rows of {MAX_IMAGE_WIDTH} pixels"
        what = f"the model's input is {shape}; the board makes at most {limit}"
        return HostError(what, "use a smaller image")
    return None


def _memory(header: PackedHeader, room: Room) -> HostError | None:
    needed = memory_bytes(header)
    if needed <= room.memory:
        return None
    image = header.input_height * header.input_width * header.input_channels
    what = (
        f"the model needs {needed} bytes of memory (image {image}, arena {header.arena_bytes}); the "
        f"firmware has {room.memory}"
    )
    return HostError(what, "use a smaller image or fewer channels")


def _flash(header: PackedHeader, room: Room) -> HostError | None:
    if header.total_bytes <= room.flash:
        return None
    what = f"the packed model has {header.total_bytes} bytes; {room.place} has {room.flash}"
    return HostError(what, room.remedy)
