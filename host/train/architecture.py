"""A MobileNetV1 with a free choice of size, colours, width of each stage and depth; and its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

STAGES = 5  # behind the first convolution; each but the first begins by halving rows and columns
LARGEST_DEPTHS = (1, 2, 2, 6, 2)  # blocks of each stage in Howard et al. 2017, table 1


@dataclass(frozen=True)
class Architecture:
    """size: pixels of the square input; channels: 1 grey, 3 RGB. widths: channels behind the first convolution and in
    each of the five stages. depths: blocks of each stage, at least one."""

    size: int
    channels: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.widths) != STAGES + 1 or len(self.depths) != STAGES or min(self.depths) < 1:
            raise ValueError(f"{self} has not {STAGES} stages")

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """(width, stride) of each block: a depthwise convolution of that stride and a pointwise one to that width."""
        found = []
        for stage, (width, depth) in enumerate(zip(self.widths[1:], self.depths, strict=True)):
            strides = [1 if stage == 0 else 2] + [1] * (depth - 1)
            found += [(width, stride) for stride in strides]
        return found

    @property
    def stages(self) -> str:
        """8-16x1-24x2-48x2-96x5-160x2: width behind the first convolution, then width x depth of each stage."""
        pairs = zip(self.widths[1:], self.depths, strict=True)
        return "-".join([str(self.widths[0]), *(f"{width}x{depth}" for width, depth in pairs)])

    @property
    def text(self) -> str:
        """80x80x1, 8-16x1-24x2-48x2-96x5-160x2."""
        return f"{self.size}x{self.size}x{self.channels}, {self.stages}"


SIZE, COLOURS = r"(?P<size>\d{1,4})x(?P=size)x(?P<channels>[13])", r"\s*,\s*"
WRITTEN = re.compile(rf"{SIZE}{COLOURS}(?P<first>\d{{1,4}})(?P<stages>(?:-\d{{1,4}}x\d)+)")
WIDEST, MULTIPLE = 1024, 4  # channels; the engine's kernels take them by fours


def architecture_of(text: str) -> Architecture:
    """From what Architecture.text writes. Raises ValueError that says what does not fit."""
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError("not SIZExSIZExCHANNELS,FIRST-WIDTHxDEPTH-... with five WIDTHxDEPTH")
    pairs = [pair.split("x") for pair in found["stages"].split("-")[1:]]
    widths = (int(found["first"]), *(int(width) for width, _ in pairs))
    depths = tuple(int(depth) for _, depth in pairs)
    if len(depths) != STAGES:
        raise ValueError(f"{len(depths)} stages, not {STAGES}")
    if any(width % MULTIPLE or not 0 < width <= WIDEST for width in widths):
        raise ValueError(f"widths are multiples of {MULTIPLE} from {MULTIPLE} to {WIDEST}")
    if any(not 0 < depth <= most for depth, most in zip(depths, LARGEST_DEPTHS, strict=True)):
        raise ValueError(f"depths are from 1 to {', '.join(map(str, LARGEST_DEPTHS))}")
    return Architecture(int(found["size"]), int(found["channels"]), widths, depths)
