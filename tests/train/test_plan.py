"""How long a run trains, at what rate, which weights it ends with, and which pictures decide the ranges."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from host.train.quiet import load_tensorflow
from tests.train.parsed import options

load_tensorflow()
import keras  # noqa: E402  # after its chatter was silenced

from host.train import checkpoint, fit  # noqa: E402
from host.train.checkpoint import Progress  # noqa: E402
from host.train.epoch import Epoch  # noqa: E402
from host.train.fit import Plan, balanced_loss, compile_model, stale_epochs  # noqa: E402
from host.train.quantise import calibration_inputs, representative  # noqa: E402
from host.train.run import _plan  # noqa: E402

LOSSES = (0.5, 0.4, 0.45, 0.46, 0.3, 0.3)


def epoch(number: int, loss: float) -> Epoch:
    return Epoch(number, 1.0, loss, 0.5, 0.0)


def test_every_class_weighs_alike_in_the_loss() -> None:
    """Three pictures of one class and one of the other; a score of 0 counts as 0.0001."""
    scores = np.array([[0.8, 0.2], [0.5, 0.5], [0.1, 0.9], [0.0, 1.0]], np.float32)
    first = -(np.log(0.8) + np.log(0.5) + np.log(1e-4)) / 3
    found = balanced_loss(scores, np.array([0, 0, 1, 0]))
    assert found == pytest.approx((first - np.log(0.9)) / 2, rel=1e-5)


@pytest.mark.parametrize(("count", "stale"), list(enumerate((0, 0, 0, 1, 2, 0, 1))))
def test_how_long_ago_the_loss_was_lowest(count: int, stale: int) -> None:
    """As low as before is not lower."""
    assert stale_epochs(tuple(epoch(1, loss) for loss in LOSSES[:count])) == stale


@pytest.mark.parametrize(
    ("patience", "epochs", "weights"), [(0, 6, None), (1, 3, 2), (2, 4, 2), (3, 6, 5)]
)
@pytest.mark.parametrize("worker", [0, 1])
def test_patience_ends_a_run_and_goes_back_to_its_best_weights(
    monkeypatch: pytest.MonkeyPatch, patience: int, epochs: int, weights: int | None, worker: int
) -> None:
    """weights: of which epoch they are put back; None: the last ones stay."""
    done, saved, put_back = list[int](), list[int](), list[object]()

    def one_epoch(*given: Any) -> Epoch:
        done.append(given[5])
        return epoch(given[5] + 1, LOSSES[given[5]])

    fakes: dict[str, Any] = {
        "compile_model": lambda *_: None,
        "_stepper": lambda model: None,
        "_one_epoch": one_epoch,
    }
    for name, value in fakes.items():
        monkeypatch.setattr(fit, name, value)
    monkeypatch.setattr(checkpoint, "restore", lambda *_: Progress((), []))
    monkeypatch.setattr(checkpoint, "weights_of", lambda model: len(done))
    monkeypatch.setattr(checkpoint, "save", lambda *given: saved.append(len(given[3].history)))
    monkeypatch.setattr(checkpoint, "set_weights", lambda model, best: put_back.append(best))
    plan = Plan(epochs=6, epoch_pictures=64, patience=patience, worker=worker)
    nothing = cast(Any, SimpleNamespace())
    told: list[int] = []
    history = fit.train(
        nothing, nothing, nothing, plan, Path("x"), "key", lambda latest: told.append(latest.number)
    )
    assert [each.number for each in history] == told == [*range(1, epochs + 1)]
    assert saved == ([] if worker else told), "one machine writes"
    assert put_back == ([] if weights is None else [weights])


@pytest.mark.parametrize(
    ("steps", "momentum"), [(20, 0.5), (40, 0.5), (100, 0.8), (1_000, 0.98), (9_999, 0.98)]
)
def test_the_rate_warms_up_and_falls_along_a_cosine(steps: int, momentum: float) -> None:
    """A twentieth of all steps from a twentieth of the rate; it ends at half a hundredth of it."""
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.BatchNormalization()(keras.layers.Dense(2)(inputs)))
    compile_model(model, Plan(epochs=1, epoch_pictures=steps * 8, batch=8, rate=0.4, worker=0))
    rates = [float(model.optimizer._learning_rate(step)) for step in (0, steps // 20, steps)]
    assert rates == pytest.approx([0.02, 0.4, 0.002], rel=1e-4)
    assert model.layers[-1].momentum == pytest.approx(momentum)
    assert model.optimizer.weight_decay == 1e-4 and model.optimizer.clipnorm == 5.0
    assert not model.optimizer.use_ema


def test_a_very_short_run_has_no_warm_up() -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    compile_model(
        model, Plan(epochs=1, epoch_pictures=19 * 8, batch=8, rate=0.4, ema=0.9, worker=0)
    )
    assert float(model.optimizer._learning_rate(0)) == pytest.approx(0.02)
    assert model.optimizer.use_ema and model.optimizer.ema_momentum == 0.9


@pytest.mark.parametrize(
    ("words", "shown", "batch"),
    [((), 70, 64), (("--batch", "80"), 70, 70), (("--epoch-pictures", "30"), 30, 30),
     (("--epoch-pictures", "300", "--batch", "100"), 300, 100)],
)  # fmt: skip
def test_an_epoch_shows_every_picture_once_unless_it_is_said(
    words: tuple[str, ...], shown: int, batch: int
) -> None:
    given = options(*words)
    given = given if "--batch" in words else replace(given, batch=64)
    plan = _plan(given, 70, 2)
    assert (plan.epoch_pictures, plan.batch, plan.worker) == (shown, batch, 2)
    assert (plan.epochs, plan.rate, plan.seed) == (given.epochs, given.rate, given.seed)


@pytest.mark.parametrize(("count", "chosen"), [(299, 299), (300, 300), (301, 300), (5_000, 300)])
def test_three_hundred_pictures_decide_the_ranges(count: int, chosen: int) -> None:
    found = representative(count, 4)
    assert len(found) == len(set(found.tolist())) == chosen
    assert found.tolist() == sorted(found.tolist()) and found[0] >= 0 and found[-1] < count
    assert np.array_equal(found, representative(count, 4))
    assert count < 301 or not np.array_equal(found, representative(count, 5))


def test_the_converter_is_shown_black_and_white() -> None:
    """The input's range is then the whole one: -127 / 127.5 to 128 / 127.5."""
    pictures = np.full((2, 3, 3, 1), 127, np.uint8)
    found = calibration_inputs(pictures)
    assert (found.min(), found.max()) == (
        pytest.approx(-127 / 127.5), pytest.approx(128 / 127.5),
    )  # fmt: skip
    assert np.count_nonzero(found) == 2 and np.all(pictures == 127)
