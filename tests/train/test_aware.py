"""Quantisation-aware training: the ranges that are trained with are those of the .tflite, and it brings int8 nearer."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.places import MODELS
from host.compiler.graph import Graph, Tensor
from host.compiler.read_graph import read_graph
from host.train.__main__ import main
from host.train.gather import gather
from host.train.options import parse
from host.train.quiet import load_tensorflow
from tests.models.reference import model_view
from tests.train.shapes import CLASSES, arguments, draw
from tools.draw_pictures import FOLDER

load_tensorflow()
import keras  # noqa: E402  # after its chatter was silenced

from host.train.aware import Aware, check_ranges, make_aware, quantisation  # noqa: E402
from host.train.fit import Plan, ValidationSet, predict, train  # noqa: E402
from host.train.fold import chain_of, folded, unfold  # noqa: E402
from host.train.network import load  # noqa: E402
from host.train.quantise import Int8Model, calibration_inputs, to_int8  # noqa: E402
from host.train.rounding import Rounding  # noqa: E402
from host.train.shape import Shape  # noqa: E402
from host.train.start import add_logit_bias, start_model  # noqa: E402
from host.train.teaching import draw_training_views  # noqa: E402
from tests.train.test_network import SMALL, shaken  # noqa: E402

PERSON = MODELS / "person_grey_025.keras"
DRAWN = sorted(FOLDER.glob("*.jpg"))
SHOWN = np.random.default_rng(7).integers(0, 256, (20, 32, 32, 1), np.uint8)


@pytest.fixture(scope="module")
def aware() -> Aware:
    """Of a network whose weights moved after it was calibrated, as training moves them."""
    made = make_aware(shaken(SMALL), calibration_inputs(SHOWN), (0.0, 0.0), False, 1)
    random = np.random.default_rng(3)
    for layer in made.layers:
        if isinstance(layer, Rounding):
            layer.kernel.assign(layer.kernel.numpy() * random.uniform(0.9, 1.1, layer.kernel.shape))
            layer.bias.assign(layer.bias.numpy() + random.normal(0, 0.01, layer.bias.shape))
    return made


@pytest.fixture(scope="module")
def content(aware: Aware) -> bytes:
    return to_int8(aware.exported, SHOWN)


@pytest.fixture(scope="module")
def graph(content: bytes) -> Graph:
    return read_graph(content)


def scale_of(tensor: Tensor) -> tuple[float, int]:
    assert tensor.quantisation is not None
    return float(tensor.quantisation.scales[0]), int(tensor.quantisation.zero_points[0])


def test_activations_have_the_ranges_that_were_trained_with(aware: Aware, graph: Graph) -> None:
    found = [scale_of(graph.tensors[graph.inputs[0]])]
    found += [scale_of(graph.tensors[o.outputs[0]]) for o in graph.operators]
    assert len(found) == len(aware.ranges) + 1 and found[-1] == (1 / 256, -128)  # the softmax
    for (scale, zero), (low, high) in zip(found, aware.ranges, strict=False):
        wanted, at = quantisation(low, high)
        assert scale == pytest.approx(wanted, rel=1e-6) and zero == at
    assert any(low < 0 for low, _ in aware.ranges[1:])  # the logits


def test_kernels_are_rounded_as_in_training(aware: Aware, graph: Graph) -> None:
    weighted = [layer for layer in aware.layers if isinstance(layer, Rounding)]
    operators = [o for o in graph.operators if len(o.inputs) == 3]
    assert len(weighted) == len(operators) == 28
    for layer, operator in zip(weighted, operators, strict=True):
        stored = graph.tensors[operator.inputs[1]]
        assert stored.quantisation is not None
        kernel = in_tflites_order(layer)
        axis = tuple(i for i in range(kernel.ndim) if i != stored.quantisation.axis)
        steps = np.abs(kernel).max(axis, keepdims=True) / 127
        np.testing.assert_allclose(stored.quantisation.scales, steps.ravel(), rtol=1e-5)
        ours = np.rint(kernel / steps).astype(int)
        assert np.abs(ours).max() == 127
        apart = np.abs(ours - stored.constant(np.int8))
        assert apart.max() <= 1 and apart.mean() < 0.002  # halves


def in_tflites_order(layer: Rounding) -> NDArray[np.float32]:
    kernel: NDArray[np.float32] = layer.kernel.numpy()
    if isinstance(layer.part.layer, keras.layers.DepthwiseConv2D):
        return kernel.reshape(1, *kernel.shape[:2], -1)
    return np.moveaxis(kernel, -1, 0)


def test_what_is_taught_is_what_int8_computes() -> None:
    """The scores of the rounded network are those of the .tflite, whose softmax knows steps of 1/256."""
    views = [model_view(np.asarray(cv2.imread(str(path)), np.uint8)) for path in DRAWN]
    seen = np.stack([part for view in views for part in (view, np.roll(view, 30, 1))])[..., None]
    made = make_aware(load(PERSON), calibration_inputs(seen), (0.0, 0.0), False, 1)
    taught = predict(made.taught, seen)[:, 1]
    int8 = Int8Model(to_int8(made.exported, seen)).scores(seen)[:, 1]
    unrounded = predict(load(PERSON), seen)[:, 1]
    assert np.ptp(taught) > 0.5
    assert np.abs(taught - int8).max() < 0.03
    assert np.abs(taught - int8).mean() < 0.5 * np.abs(unrounded - int8).mean()


def test_a_converter_that_chose_other_ranges_is_found_out(aware: Aware, content: bytes) -> None:
    check_ranges(content, aware.ranges)
    other = (*aware.ranges[:3], (0.0, 5.9), *aware.ranges[4:])
    with pytest.raises(HostError, match="converts otherwise"):
        check_ranges(content, other)


def test_before_training_the_ranges_are_the_converters_own() -> None:
    model = shaken(SMALL)
    made = make_aware(model, calibration_inputs(SHOWN), (0.0, 0.0), False, 1)
    plain = read_graph(to_int8(model, SHOWN))
    for operator, (low, high) in zip(plain.operators, made.ranges[1:], strict=False):
        scale, zero = scale_of(plain.tensors[operator.outputs[0]])
        assert scale == pytest.approx(quantisation(low, high)[0], rel=1e-4)
        assert zero == quantisation(low, high)[1]


def test_folding_and_back_changes_nothing() -> None:
    model = shaken(Shape(0.1, 32, 1, 3))
    norm = model.get_layer("conv_pw_2_bn")
    gamma, *rest = norm.get_weights()
    gamma[1] = 0  # a dead channel, which training may bring to life
    norm.set_weights([gamma, *rest])
    before = predict(model, SHOWN)
    parts = chain_of(model)
    weights = [folded(part) for part in parts if part.weighted]
    weights[4][0][..., 1] = 0.5
    weights[4][1][1] = -100.0  # alive, and not to be seen behind its ReLU
    unfold(parts, weights)
    again = [folded(part) for part in parts if part.weighted]
    for (kernel, bias), (found, moved) in zip(weights, again, strict=True):
        np.testing.assert_allclose(found, kernel, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(moved, bias, rtol=1e-5, atol=1e-5)
    assert np.abs(predict(model, SHOWN) - before).max() < 0.05


def test_a_mobilenet_can_be_begun_with_again(tmp_path: Path) -> None:
    model = shaken(SMALL)
    made = make_aware(model, calibration_inputs(SHOWN), (0.0, 0.0), False, 1)
    for layer in made.layers:
        if isinstance(layer, Rounding):
            layer.kernel.assign(layer.kernel.numpy() * 1.1)
    made.put_back()
    model.save(tmp_path / "learnt.keras")
    again = start_model(SMALL, tmp_path / "learnt.keras", zero_to_one=False)
    ours = [folded(part)[0] for part in chain_of(again) if part.weighted]
    learnt = [layer.kernel.numpy() for layer in made.layers if isinstance(layer, Rounding)]
    for found, wanted in zip(ours, learnt, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_a_network_that_branches_is_refused() -> None:
    inputs = keras.Input((32, 32, 1))
    x = keras.layers.Conv2D(4, 3, padding="same")(inputs)
    x = keras.layers.Add()([x, inputs])
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(x))
    with pytest.raises(HostError, match=r"Add.*leave --aware out"):
        chain_of(model)


def test_the_logit_bias_stays_through_training() -> None:
    plain, biased = shaken(SMALL), shaken(SMALL)
    add_logit_bias(biased, ("no_disc", "disc"), {"disc": 0.5})
    inputs = calibration_inputs(SHOWN)
    taught = [
        make_aware(model, inputs, amounts, False, 1).taught
        for model, amounts in ((plain, (0.0, 0.0)), (biased, (0.0, 0.5)))
    ]
    np.testing.assert_allclose(predict(taught[0], SHOWN), predict(taught[1], SHOWN), atol=0.01)
    odds = [np.log(s[:, 1] / s[:, 0]) for s in (predict(plain, SHOWN), predict(biased, SHOWN))]
    np.testing.assert_allclose(odds[1] - odds[0], 0.5, atol=1e-4)


def test_what_int8_would_lose_is_learnt_back(
    pictures: Path, lopsided: keras.Model, tmp_path: Path
) -> None:
    """Rounded at the end it tells other things than its float form did; trained on while rounded it does not."""
    random = np.random.default_rng(9)
    drawn = [cv2.resize(draw(label, random), (32, 32)) for label in CLASSES for _ in range(40)]
    seen = np.stack(drawn).astype(np.uint8)[..., None]
    wanted = predict(lopsided, seen)
    after = np.abs(Int8Model(to_int8(lopsided, seen)).scores(seen) - wanted).mean()
    options = parse(arguments(pictures, tmp_path))
    found = gather(options, lambda text: None)
    made = make_aware(lopsided, calibration_inputs(seen), (0.0, 0.0), False, 1)
    plan = Plan(epochs=6, epoch_pictures=96, batch=16, rate=0.001, worker=0)
    training_views, validation = (
        draw_training_views(found.learn, options, lambda done: None),
        ValidationSet(found.validation.pixels, found.validation.labels),
    )
    train(made.taught, training_views, validation, plan, tmp_path, "key", lambda epoch: None)
    within = np.abs(Int8Model(to_int8(made.exported, seen)).scores(seen) - wanted).mean()
    assert after > 0.08  # it was 0.15, and 0.02 afterwards
    assert within < after / 2


@pytest.fixture(scope="module")
def lopsided(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> keras.Model:
    """Trained; then a channel was made 200 times smaller and what reads it larger: for float the same function."""
    folder = tmp_path_factory.mktemp("lopsided")
    write_two_layers(folder / "fresh.keras")
    words = ("--from", str(folder / "fresh.keras"), "--epochs", "20", "--rate", "0.01")
    assert main(arguments(pictures, folder, *words)) == 0
    model = load(folder / "tiny.keras")
    norm, reader = model.get_layer("first_bn"), model.get_layer("second")
    gamma, beta, *moments = norm.get_weights()
    (kernel,) = reader.get_weights()
    gamma[5], beta[5], kernel[:, :, 5] = gamma[5] / 200, beta[5] / 200, kernel[:, :, 5] * 200
    norm.set_weights([gamma, beta, *moments])
    reader.set_weights([kernel])
    return model


def write_two_layers(path: Path) -> None:
    """Untrained; its ReLUs have no highest value, so that channels may be scaled."""
    keras.utils.set_random_seed(6)
    layers = keras.layers
    x = inputs = keras.Input((32, 32, 1))
    for name in ("first", "second"):
        x = layers.Conv2D(8, 5, strides=2, use_bias=False, name=name)(x)
        x = layers.ReLU()(layers.BatchNormalization(name=f"{name}_bn")(x))
    x = layers.GlobalAveragePooling2D()(layers.Dropout(0.1)(x))
    keras.Model(inputs, layers.Dense(2, activation="softmax")(x)).save(path)
