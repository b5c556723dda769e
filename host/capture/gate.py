"""Which frames are worth a label: by time, by change, by the model's doubt. Time is the board's, not the wall's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.base.colour import luma_of
from host.capture.options import Options
from host.preprocess import area_average
from host.samples import Sample

CELLS = 8  # a side: the scene is compared in so many squared cells
# of 255: noise moves the mean of a cell by less than 2, a face that turns by more
CHANGED_LEVELS = 16


class Gate:
    """Says of each sample, in order, whether it passes."""

    def __init__(self, options: Options, watched: str) -> None:
        self._options, self._watched = options, watched
        self._seconds = 0.0
        self._next = 0.0
        self._last: NDArray[np.int16] | None = None

    def admits(self, sample: Sample) -> bool:
        """True for a frame that is wanted; the next ones are then compared with it."""
        if sample.cycles is not None:
            self._seconds += sample.cycles.period / max(1, sample.clock_hz)
        if sample.image is None or not (self._is_time() and self._is_uncertain(sample)):
            return False
        cells = _cells(sample.image)
        if self._options.on_change and not self._has_changed(cells):
            return False
        self._last = cells
        if self._options.rate is not None:
            self._next = self._seconds + 1 / self._options.rate
        return True

    def _is_time(self) -> bool:
        return self._options.rate is None or self._seconds >= self._next

    def _is_uncertain(self, sample: Sample) -> bool:
        if self._options.band is None:
            return True
        score, (low, high) = sample.score_if_known(self._watched), self._options.band
        return score is not None and low <= score <= high

    def _has_changed(self, cells: NDArray[np.int16]) -> bool:
        return self._last is None or int(np.abs(cells - self._last).max()) >= CHANGED_LEVELS


def _cells(image: NDArray[np.uint8]) -> NDArray[np.int16]:
    return area_average(luma_of(image), CELLS, CELLS).astype(np.int16)
