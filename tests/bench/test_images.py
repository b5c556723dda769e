"""The images that engines are measured with: the same in each release, or its figures are of other images."""

from __future__ import annotations

import numpy as np
import pytest

from host.bench.engine.images import sample_images
from tests.goldens import check_golden


def test_they_are_those_of_every_release() -> None:
    """Means of blocks of 16 x 16, and how far pixels lie from the one to their left."""
    lines = []
    for shape in ((96, 96, 1), (64, 96, 3)):
        for number, image in enumerate(sample_images(shape, 5)):
            blocks = image.reshape(shape[0] // 16, 16, shape[1] // 16, 16, shape[2]).mean((1, 3))
            grain = np.abs(np.diff(image.astype(float), axis=1)).mean()
            lines.append(f"== {shape} number {number}, grain {grain:.2f}")
            lines += [" ".join(f"{mean:.1f}" for mean in row.ravel()) for row in blocks]
    check_golden("engine_images", "\n".join(lines))


@pytest.mark.parametrize("shape", [(8, 8, 1), (10, 20, 3)])
def test_noise_and_soft_shapes_by_turns(shape: tuple[int, int, int]) -> None:
    found = sample_images(shape, 6)
    assert [image.shape for image in found] == [shape] * 6
    assert all(image.dtype == np.uint8 for image in found) and sample_images(shape, 0) == []
    noise = [np.abs(np.diff(image.astype(float), axis=1)).mean() for image in found]
    assert min(noise[::2]) > 60 > 30 > max(noise[1::2])
    again = sample_images(shape, 4)
    assert all(np.array_equal(a, b) for a, b in zip(found, again, strict=False))
