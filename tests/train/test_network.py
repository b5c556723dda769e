"""Weights of one MobileNetV1 in another: the same function where it can be, a narrower one where requested."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.train.quiet import load_tensorflow
from host.train.shape import Shape

load_tensorflow()
import keras  # noqa: E402  # after its chatter was silenced

from host.train.architecture_network import words_for  # noqa: E402
from host.train.fit import Plan, predict  # noqa: E402
from host.train.network import build, channels_at, transfer, width_of  # noqa: E402
from host.train.start import add_logit_bias, blend, last_dense, start_model  # noqa: E402
from host.train.teach import Teacher  # noqa: E402

SMALL = Shape(0.1, 32, 1, 2)


def shaken(shape: Shape) -> keras.Model:
    """A network with unlike weights, statistics and offsets everywhere."""
    keras.utils.set_random_seed(3)
    model = build(shape)
    random = np.random.default_rng(2)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    return model


def pictures(channels: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(1).integers(0, 256, (4, 32, 32, channels), np.uint8)


def test_the_widths_of_the_alphas() -> None:
    widths = (32, 64, 128, 256, 512, 1024)
    assert [channels_at(0.25, w) for w in widths] == [8, 16, 32, 64, 128, 256]
    assert [channels_at(0.1, w) for w in widths] == [4, 8, 12, 24, 52, 104]
    assert channels_at(1.0, 1024) == 1024


@pytest.mark.parametrize(("pictures", "steps"), [(10, 1), (64, 1), (127, 1), (128, 2)])
def test_an_epoch_is_whole_batches_and_one_at_least(pictures: int, steps: int) -> None:
    assert Plan(epochs=1, epoch_pictures=pictures, batch=64, worker=0).steps == steps


def test_all_weights_arrive() -> None:
    source, target = shaken(SMALL), build(SMALL)
    assert transfer(source, target)
    np.testing.assert_allclose(
        predict(target, pictures(1)), predict(source, pictures(1)), atol=1e-5
    )


def test_a_grey_picture_looks_the_same_to_the_grey_form_of_an_rgb_network() -> None:
    source = shaken(Shape(0.1, 32, 3, 2))
    target = build(SMALL)
    assert transfer(source, target)
    grey = pictures(1)
    expected = predict(source, np.repeat(grey, 3, axis=3))
    np.testing.assert_allclose(predict(target, grey), expected, atol=1e-5)


def test_a_channel_that_does_nothing_is_the_one_left_out() -> None:
    source, target = shaken(Shape(0.15, 32, 1, 2)), build(Shape(0.1, 32, 1, 2))
    wide, narrow = (m.get_layer("conv_pw_13").filters for m in (source, target))
    kernel, norm = source.get_layer("conv_pw_13"), source.get_layer("conv_pw_13_bn")
    gamma, beta, mean, variance = norm.get_weights()
    dead = np.arange(0, wide, 2)[: wide - narrow]
    gamma[dead], beta[dead] = 0, 0
    norm.set_weights([gamma, beta, mean, variance])
    marks = np.arange(wide, dtype=np.float32)
    kernel.set_weights([np.broadcast_to(marks, kernel.get_weights()[0].shape)])
    assert transfer(source, target)
    channels = target.get_layer("conv_pw_13").get_weights()[0][0, 0, 0].astype(int)
    assert not set(channels.tolist()) & set(dead.tolist())


def test_a_range_of_0_to_1_is_absorbed(tmp_path: Path) -> None:
    inputs = keras.Input((32, 32, 1))
    x = keras.layers.Conv2D(4, 3, activation="relu", padding="valid")(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    source = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(x))
    source.save(tmp_path / "other.keras")
    model = start_model(SMALL, tmp_path / "other.keras", zero_to_one=True)
    unit = (pictures(1).astype(np.float32) - 127) / 127.5 / 2 + 0.5
    np.testing.assert_allclose(predict(model, pictures(1)), source(unit), atol=1e-5)


def test_another_network_keeps_its_shape_and_gets_new_classes(tmp_path: Path) -> None:
    inputs = keras.Input((32, 32, 1))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(inputs))
    keras.Model(inputs, keras.layers.Dense(7)(x)).save(tmp_path / "other.h5")
    model = start_model(SMALL, tmp_path / "other.h5", zero_to_one=False)
    assert last_dense(model).units == 2
    np.testing.assert_allclose(predict(model, pictures(1)).sum(1), 1, atol=1e-5)


def test_another_networks_input_must_fit(tmp_path: Path) -> None:
    inputs = keras.Input((24, 24, 1))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(inputs))
    keras.Model(inputs, keras.layers.Dense(2)(x)).save(tmp_path / "other.keras")
    with pytest.raises(HostError, match="--size and --channels"):
        start_model(SMALL, tmp_path / "other.keras", zero_to_one=False)


@pytest.mark.parametrize("alpha", [0.1, 0.25, 0.3, 0.35, 0.75])
def test_a_width_is_read_off_the_layers(alpha: float) -> None:
    assert width_of(build(Shape(alpha, 32, 1, 2))) == alpha
    assert words_for(build(Shape(alpha, 32, 1, 2))) == f"MobileNetV1, width {alpha:g}"


def test_a_width_that_the_start_cannot_fill_is_refused_where_requested(tmp_path: Path) -> None:
    narrow = tmp_path / "narrow.keras"
    build(SMALL).save(narrow)
    wider = Shape(2 * SMALL.alpha, SMALL.size, SMALL.channels, SMALL.classes)
    with pytest.raises(HostError, match=f"--alpha 0.2: .*its own is {SMALL.alpha:g}"):
        start_model(wider, narrow, zero_to_one=False, own_width=False)
    own = start_model(wider, narrow, zero_to_one=False)
    assert (
        words_for(own) == f"MobileNetV1, width {SMALL.alpha:g}"
    )  # what it is, not what was requested
    inputs = keras.Input((32, 32, 1))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(inputs))
    keras.Model(inputs, keras.layers.Dense(2)(x)).save(tmp_path / "other.keras")
    with pytest.raises(HostError, match="it is another network"):
        start_model(SMALL, tmp_path / "other.keras", zero_to_one=False, own_width=False)


def test_blending_averages_every_weight(tmp_path: Path) -> None:
    other, model = shaken(SMALL), build(SMALL)
    other.save(tmp_path / "other.keras")
    own = model.get_weights()
    third = build(SMALL)
    third.save(tmp_path / "third.keras")
    blend(
        model,
        SMALL,
        [Teacher(tmp_path / "other.keras", 0.25), Teacher(tmp_path / "third.keras", 0.5)],
    )
    before = (own, other.get_weights(), third.get_weights())
    for found, mine, theirs, last in zip(model.get_weights(), *before, strict=True):
        expected = 0.25 * mine + 0.25 * theirs + 0.5 * last
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_bias_moves_one_logit_and_ranks_alike() -> None:
    model = shaken(SMALL)
    before = predict(model, pictures(1))
    add_logit_bias(model, ("no_person", "person"), {"person": 0.5})
    after = predict(model, pictures(1))
    odds = [np.log(scores[:, 1] / scores[:, 0]) for scores in (before, after)]
    np.testing.assert_allclose(odds[1] - odds[0], 0.5, atol=1e-4)


def test_networks_of_two_kinds_do_not_blend(tmp_path: Path) -> None:
    build(SMALL).save(tmp_path / "other.keras")
    with pytest.raises(HostError, match="of one shape"):
        blend(
            keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]),
            SMALL,
            [Teacher(tmp_path / "other.keras", 0.5)],
        )
