"""What the made camera's noise is by its description: means over many pictures, both ends of its range."""

from __future__ import annotations

import numpy as np
import pytest

from host.train.augment import Camera, _noise


def deviations(level: float, noise: float, pattern: float) -> np.ndarray:
    """float (400,): the spread of each picture's noise, of pictures of one level."""
    levels = np.full((400, 24, 24, 1), level, np.float32)
    camera = Camera(noise=noise, pattern=pattern)
    return np.asarray(_noise(levels, camera, np.random.default_rng(3)).std(axis=(1, 2, 3)))


@pytest.mark.parametrize(
    ("level", "share"), [(255.0, 1.0), (300.0, 1.0), (0.0, 0.3), (127.5, 0.65)]
)
def test_shot_noise_grows_with_the_light_to_what_was_given(level: float, share: float) -> None:
    """The strength is a uniform number's square: a third in the mean, never above 1. Read noise is 0.3 of it."""
    found = deviations(level, 7.0, 0.0) / (7.0 * share**0.5)
    assert found.mean() == pytest.approx(1 / 3, abs=0.05)
    assert 0.85 < found.max() < 1.15 and found.min() < 0.02
    assert np.median(found) == pytest.approx(1 / 4, abs=0.06)


def test_a_pattern_is_of_whole_columns_and_rows() -> None:
    """Two sources of one sigma: the square root of 2 of it."""
    found = deviations(100.0, 0.0, 3.0) / (3.0 * 2**0.5)
    assert found.mean() == pytest.approx(1 / 3, abs=0.05) and found.max() < 1.6
    levels = np.zeros((1, 24, 24, 3), np.float32)
    (noise,) = _noise(levels, Camera(noise=0.0, pattern=3.0), np.random.default_rng(3))
    assert np.allclose(noise[..., 0], noise[..., 2]), "of all colours alike"
    assert np.allclose(np.diff(noise[:, 1:, 0] - noise[:, :-1, 0], axis=0), 0, atol=1e-5)
