"""Searched networks in Keras: what they inherit, and that they cost what was promised before they were trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.compiler.build import Options, compile_anyway
from host.compiler.report import report_on
from host.train.architecture import LARGEST_DEPTHS, Architecture
from host.train.quiet import load_tensorflow
from host.train.search.cost import Cost, cost_of
from tests.evaluate.drawn import own_pictures

load_tensorflow()
import keras  # noqa: E402  # after its messages were silenced

from host.train.architecture_network import build, start, words_for  # noqa: E402
from host.train.options import parse  # noqa: E402  # they import Keras
from host.train.quantise import to_int8  # noqa: E402
from host.train.search.proxy import ProxyTrainer, trial_name  # noqa: E402
from host.train.shape import Shape  # noqa: E402
from host.train.start import start_model  # noqa: E402

SMALL = Architecture(48, 1, (4, 8, 12, 24, 32, 64), LARGEST_DEPTHS)
SHALLOW = Architecture(32, 1, (4, 8, 12, 24, 32, 64), (1, 1, 1, 1, 1))
IMAGES = np.random.default_rng(3).uniform(-1, 1, (4, 48, 48, 1)).astype(np.float32)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with weights and moments of its own everywhere."""
    random = np.random.default_rng(1)
    model = build(SMALL, 2)
    for layer in model.layers:
        values = [np.abs(w + random.normal(0, 0.1, w.shape)) + 0.05 if "bn" in layer.name else w
                  for w in layer.get_weights()]  # fmt: skip
        layer.set_weights(values)
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights(
        [kernel, bias + np.array([0.5, -0.5], np.float32)]
    )  # unlike any fresh one
    path = tmp_path_factory.mktemp("source") / "source.keras"
    model.save(path)
    return path


@pytest.mark.parametrize("architecture", [SMALL, SHALLOW])
def test_a_manifest_names_channels_and_blocks(architecture: Architecture) -> None:
    model = build(architecture, 2)
    assert words_for(model).endswith(f"blocks {architecture.stages}")
    assert words_for(keras.Model(model.inputs, model.outputs, name="theirs")) == "theirs"


def test_a_start_that_gives_nothing_is_refused_where_a_user_named_it(tmp_path: Path) -> None:
    build(SHALLOW, 2).save(tmp_path / "shallow.keras")
    assert start(SHALLOW, 2, tmp_path / "shallow.keras").name == "searched"
    with pytest.raises(HostError, match="gives --network nothing"):
        start(SHALLOW, 2, tmp_path / "shallow.keras", must_fit=True)


def test_the_same_architecture_inherits_everything(source: Path) -> None:
    same = start(SMALL, 2, source)
    theirs = keras.models.load_model(source, compile=False)
    assert np.allclose(same(IMAGES), theirs(IMAGES), atol=1e-6)
    assert not np.allclose(start(SMALL, 2, None)(IMAGES), theirs(IMAGES), atol=1e-3)


@pytest.mark.parametrize(
    "other",
    [
        Architecture(64, 3, (8, 8, 8, 32, 16, 96), (1, 1, 2, 2, 1)),
        Architecture(48, 1, (4, 4, 4, 8, 8, 16), (1, 1, 1, 1, 1)),
    ],
)
def test_others_inherit_what_fits(source: Path, other: Architecture) -> None:
    made = start(other, 2, source)
    first = keras.models.load_model(source, compile=False).get_layer("conv1").get_weights()[0]
    got = made.get_layer("conv1").get_weights()[0]
    shared = got.sum(2)[..., :4] if other.channels == 3 else got[:, :, 0, :4]
    assert np.allclose(np.sort(shared, -1), np.sort(first[:, :, 0], -1), atol=1e-5)
    shape = (2, other.size, other.size, other.channels)
    assert np.isfinite(np.asarray(made(np.zeros(shape, np.float32)))).all()


def test_a_network_of_another_kind_gives_nothing(tmp_path: Path) -> None:
    inputs = keras.Input((48, 48, 1))
    pooled = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(inputs))
    path = tmp_path / "other.keras"
    keras.Model(inputs, keras.layers.Dense(2)(pooled)).save(path)
    assert start(SMALL, 2, path).count_params() == build(SMALL, 2).count_params()


def test_the_trained_and_quantised_network_costs_what_was_promised(source: Path) -> None:
    shown = np.random.default_rng(4).integers(0, 256, (8, 32, 32, 1), np.uint8)
    tflite = to_int8(start(SHALLOW, 2, source), shown)
    whole = Options(dead_channel_removal=False)  # random weights kill many channels
    report = report_on(compile_anyway(tflite, "x", options=whole), "x", None)
    promised = cost_of(SHALLOW, 2)
    assert promised is not None
    made = Cost(report.predicted_cycles, report.ram_bytes, report.flash_bytes)
    assert made.cycles == pytest.approx(promised.cycles, rel=0.02)
    assert made.ram_bytes == promised.ram_bytes
    # Weights decide which layers need records of 8 bytes a channel instead of 6: a tenth of so small a network.
    assert made.flash_bytes == pytest.approx(promised.flash_bytes, rel=0.1)


def test_a_trial_trains_keeps_its_network_and_goes_on_after_a_kill(
    source: Path, tmp_path: Path
) -> None:
    data = own_pictures(tmp_path / "data")
    manifest = data / "manifest.csv"
    rows = manifest.read_text().splitlines(keepends=True)
    for_training = [row.replace(",val,", ",train,", 1) for row in rows[1::4] + rows[2::4]]
    manifest.write_text("".join([rows[0], *for_training, *rows[3::4], *rows[4::4]]))
    words = ["--data", str(data), "--from", str(source), "--epochs", "2", "--batch", "4"]
    options = parse([*words, "--views", "2", "--output", str(tmp_path / "out")])
    output: list[str] = []
    trainer = ProxyTrainer(options, output.append)
    assert trainer.validation_count == 8
    reported: list[float] = []

    def killed(accuracy: float) -> None:
        reported.append(accuracy)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer(5, SHALLOW, killed)
    reached = trainer(6, SHALLOW, reported.append)
    assert len(reported) == 2 and 0 <= reached <= 1  # the first epoch was not trained again
    saved = keras.models.load_model(tmp_path / "out" / trial_name(6), compile=False)
    assert saved.input_shape == (None, 32, 32, 1)
    again = start_model(Shape(0.1, 32, 1, 2), tmp_path / "out" / trial_name(6), False)
    assert again.count_params() == saved.count_params()  # host.train goes on with this very network
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [trial_name(6)]
