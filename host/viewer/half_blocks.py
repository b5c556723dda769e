"""A picture in a terminal: half-blocks, two pixels a character; shades where there are no colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from host.base.colour import luma_of
from host.base.resize import averaged

SHADES, ASCII_SHADES = " ░▒▓█", " .:-=+*#%@"  # of a picture without colours, from dark to light


@lru_cache(maxsize=1 << 16)
def _cell(upper: int, lower: int) -> Style:
    """Style of ▀ for two colours 0xRRGGBB."""
    return Style.parse(f"#{upper:06x} on #{lower:06x}")


@dataclass(frozen=True)
class HalfBlocks:
    """uint8 (2 * rows, columns, 3) RGB as rows of ▀."""

    pixels: NDArray[np.uint8]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        is_plain = console.no_color or (console.is_terminal and console.color_system is None)
        if options.ascii_only or is_plain:
            yield from self._shaded(ASCII_SHADES if options.ascii_only else SHADES)
            return
        packed = self.pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
        for upper, lower in zip(packed[0::2].tolist(), packed[1::2].tolist(), strict=True):
            for above, below in zip(upper, lower, strict=True):
                yield Segment("▀", _cell(above, below))
            yield Segment.line()

    def _shaded(self, shades: str) -> Iterator[Segment]:
        """Two pixels a character, as a shade of their light."""
        rows, columns = self.pixels.shape[0] // 2, self.pixels.shape[1]
        light = averaged(luma_of(self.pixels)[..., None], columns, rows)[..., 0]
        for row in (light.astype(np.uint16) * len(shades) // 256).tolist():
            yield Segment("".join(shades[place] for place in row))
            yield Segment.line()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(self.pixels.shape[1], self.pixels.shape[1])
