"""Crops and insets of pictures, what of a label they leave sure, and what the camera does to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.train.augment import Camera, as_camera, to_grey
from host.train.degradations import DEGRADATIONS, degraded
from host.train.views import CROP, INSET, MIX, SEEK, TELL, WHOLE, draw_views, hard_labels, render

NONE = Camera(1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@given(st.integers(1, 30), st.integers(1, 8), st.integers(32, 128), st.integers(0, 99))
def test_every_view_lies_inside_its_picture(count: int, each: int, side: int, seed: int) -> None:
    views = draw_views(count, each, side, seed, SEEK)
    for boxes in (views.box, views.place):
        assert boxes.min() >= 0 and boxes.max() <= side
        assert np.all(boxes[:, 2:] - boxes[:, :2] >= side // 4)
    assert np.array_equal(np.bincount(views.picture), np.full(count, each))
    assert np.all((views.behind >= 0) == np.isin(views.kind, (INSET, MIX)))


def test_a_view_shows_what_its_box_holds() -> None:
    pixels = np.zeros((1, 64, 64, 3), np.uint8)
    pixels[0, :, :, 0] = np.arange(64)
    views = draw_views(1, 6, 64, 3, TELL)
    left, _, right, _ = views.box[2]
    seen = render(pixels, views, 2, 32)
    assert seen.shape == (32, 32, 3) and not seen[..., 1:].any()
    assert abs(int(seen[0, 0, 0]) - left) <= 1 and abs(int(seen[0, -1, 0]) - right) <= 2


def test_an_inset_is_small_inside_the_other_picture() -> None:
    pixels = np.stack([np.full((64, 64, 3), level, np.uint8) for level in (10, 200)])
    views = draw_views(2, 4, 64, 1, SEEK)
    index = 3  # of picture 0
    assert views.kind[index] == INSET
    views.behind[index] = 1
    share = np.mean(render(pixels, views, index, 64) < 100)
    assert 0.15 < share < 0.8


def test_a_mix_is_the_sum_of_two_pictures() -> None:
    pixels = np.stack([np.full((64, 64, 3), level, np.uint8) for level in (10, 200)])
    views = draw_views(2, 6, 64, 1, SEEK)
    index = 2  # of picture 0
    assert views.kind[index] == MIX
    views.behind[index] = 1
    seen = render(pixels, views, index, 32).astype(float)
    through = (seen - 10) / 190
    assert np.ptp(through) < 1e-6 and 0.19 < through[0, 0, 0] < 0.51


def test_what_a_crop_may_have_cut_off_has_no_label() -> None:
    views = draw_views(2, 4, 64, 5, SEEK)
    views.behind[views.kind == INSET] = (1, 0)
    views.behind[views.kind == MIX] = (1, 0)
    found = hard_labels(views, np.array([0, 1]), empty=0)
    for index, label in enumerate(found):
        person, kind = views.picture[index] == 1, views.kind[index]
        if kind == INSET:
            assert label == (1 if person else -1)  # an empty one may hide the person behind it
        elif kind == MIX:
            assert label == -1  # there is a person in one, faintly
        else:
            assert label == (-1 if person and kind == CROP else int(person))


def test_where_each_picture_shows_something_every_label_stays() -> None:
    views = draw_views(3, 4, 64, 5, TELL)
    assert np.all(views.kind == WHOLE)
    assert np.array_equal(hard_labels(views, np.array([2, 0, 1]), None), np.repeat([2, 0, 1], 4))


def test_a_perfect_camera_at_most_mirrors() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (16, 24, 24, 1), np.uint8)
    seen = as_camera(pictures, NONE, np.random.default_rng(1))
    same = [np.array_equal(a, b) for a, b in zip(seen, pictures, strict=True)]
    mirrored = [np.array_equal(a, b[:, ::-1]) for a, b in zip(seen, pictures, strict=True)]
    assert all(a or b for a, b in zip(same, mirrored, strict=True))
    assert 3 < sum(mirrored) < 13


def test_the_camera_changes_light_and_adds_noise_by_its_seed() -> None:
    grey = np.full((32, 24, 24, 1), 120, np.uint8)
    first = as_camera(grey, Camera(1.0), np.random.default_rng(7))
    assert np.array_equal(first, as_camera(grey, Camera(1.0), np.random.default_rng(7)))
    assert first.dtype == np.uint8 and first.shape == grey.shape
    means = first.mean((1, 2, 3))
    assert means.min() < 95 and means.max() > 145
    assert 0.5 < np.median(first.std((1, 2, 3))) < 25


def test_luma_is_bt_601() -> None:
    colours = np.eye(3, dtype=np.uint8)[None] * 255
    assert to_grey(colours)[0, :, 0].tolist() == [76, 150, 29]


def test_a_bad_day_is_strong_and_seldom() -> None:
    ramp = np.tile(np.linspace(20, 230, 32).astype(np.uint8)[:, None], (1, 32))
    many = np.repeat(ramp[None, :, :, None], 200, axis=0)
    same = degraded(many, 0.0, np.random.default_rng(1))
    assert same is many
    some = degraded(many, 0.25, np.random.default_rng(1))
    changed = (some != many).any(axis=(1, 2, 3))
    assert 30 <= changed.sum() <= 70  # 50 expected, sigma 6
    assert some.dtype == np.uint8 and some.shape == many.shape
    again = degraded(many, 0.25, np.random.default_rng(1))
    assert np.array_equal(some, again)
    colour = degraded(np.repeat(many[:40], 3, axis=3), 1.0, np.random.default_rng(2))
    assert colour.shape == (40, 32, 32, 3)


@pytest.mark.parametrize("number", range(len(DEGRADATIONS)))
def test_every_bad_day_does_what_it_is_named_for(number: int) -> None:
    ramp = np.linspace(20, 230, 96, dtype=np.float32)
    plain = np.repeat(np.tile(ramp, (96, 1))[..., None], 3, axis=2)
    board = np.where(np.indices((96, 96)).sum(0) // 8 % 2, 220, 40).astype(np.float32)[..., None]
    meet, name = DEGRADATIONS[number], DEGRADATIONS[number].__name__.strip("_")
    for seed in range(20):
        draw = np.random.default_rng(seed)
        after, edges = meet(plain, draw), meet(board, draw)
        assert after.shape == plain.shape and edges.shape == board.shape
        if name == "haze":
            assert after.std() < 0.85 * plain.std() and after.min() > plain.min() + 10
        elif name == "night":
            assert after.mean() < 0.75 * plain.mean()
        elif name == "vignette":
            assert (
                after[0, 0, 0] < 0.75 * plain[0, 0, 0]
                and after[48, 48, 0] > 0.99 * plain[48, 48, 0]
            )
        elif name in ("motion", "defocus"):
            assert edges.std() < board.std() and abs(edges.mean() - board.mean()) < 3
        else:
            assert name == "exposure" and np.abs(after - plain).max() > 0
