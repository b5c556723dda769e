"""Sensor conditions: the chain equals the board's own, and what each condition does to a picture and to a model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from host.base.pictures import read_picture
from host.deploy.model import read_model
from host.evaluate import __main__ as command
from host.evaluate.robust import under_conditions, worst_of
from host.evaluate.scored import Scored
from host.evaluate.sensor_conditions import CLEAN, CONDITIONS
from host.evaluate.sensor_view import SensorView, as_scene
from host.virtual.scene import Pictures
from tests.evaluate.drawn import LABELS, MODEL, PICTURES, own_pictures
from tests.goldens import check_golden_near, printed_json
from tests.system.board import ROOT, Bench

SCENE = as_scene(read_picture(PICTURES / "05_two_persons_street.jpg"))


def change(name: str, picture: NDArray[np.uint8] = SCENE) -> NDArray[np.uint8]:
    return CONDITIONS[name](picture, np.random.default_rng(1))


@pytest.mark.parametrize(("model", "channels"), [("person_grey_025", 1), ("person_rgb_025", 3)])
def test_the_chain_gives_what_the_firmware_gives_to_its_model(model: str, channels: int) -> None:
    """Byte for byte: a condition's figure is one that a board would have."""
    hazy = change("haze")
    bench = Bench(Pictures([hazy]))
    if channels == 3:
        bench.load_model(read_model(ROOT / "models" / f"{model}.tpm").data)
    seen = bench.frames(2)[-1]
    assert seen.shape == (96, 96, channels)
    np.testing.assert_array_equal(seen, SensorView(96, 96, channels).model_input(hazy))


def test_each_condition_does_what_its_name_says() -> None:
    """Of pictures in whole: levels, contrast, and where things are."""
    mean, contrast = float(SCENE.mean()), float(SCENE.std())
    haze = change("haze").astype(int)
    assert np.abs(haze - (SCENE / 2 + 80)).max() <= 0.5
    assert change("exposure_low").mean() < mean / 1.5
    assert change("exposure_high").mean() > mean * 1.1
    assert change("night").mean() < change("exposure_low").mean()
    noise = change("gain_noise").astype(int) - SCENE
    inner = (SCENE > 100) & (SCENE < 150)
    assert 24 < noise[inner].std() < 27 and abs(noise[inner].mean()) < 2
    across = np.abs(np.diff(change("motion_blur").astype(int), axis=1)).mean()
    down = np.abs(np.diff(change("motion_blur").astype(int), axis=0)).mean()
    assert across < down / 3
    assert change("defocus").std() < contrast
    flat = np.full_like(SCENE, 200)
    dim = change("vignette", flat)
    assert dim[240, 320].min() >= 199 and abs(int(dim[0, 0, 0]) - 60) <= 1
    np.testing.assert_array_equal(change("rotated_180", change("rotated_180")), SCENE)
    np.testing.assert_array_equal(change("mirrored")[:, ::-1], SCENE)
    marked = np.zeros_like(SCENE)
    marked[:240, 320:] = 200  # the upper right quarter goes to the upper left
    assert change("rotated_90", marked)[:200, :280].min() == 200
    assert change("rotated_90", marked)[280:].max() == 0
    assert change("crop_60").shape == SCENE.shape
    assert (change("crop_60")[240, 320].astype(int) - SCENE[240, 320]).max() <= 3
    assert change(CLEAN) is SCENE


def test_the_strengths_stay_so_that_models_can_be_compared() -> None:
    """Each as means of 4 x 4 blocks, the noise within them, and how sharp it is along and across."""
    lines = []
    for name in CONDITIONS:
        picture = change(name).astype(np.float64)
        parts = picture.reshape(4, 120, 4, 160, 3)
        sharp = [np.abs(np.diff(picture, axis=axis)).mean() for axis in (0, 1)]
        figures = [*parts.mean(axis=(1, 3, 4)).ravel(), *parts.std(axis=(1, 3, 4)).ravel(), *sharp]
        lines.append(f"{name} {' '.join(f'{figure:.2f}' for figure in figures)}")
    check_golden_near("robust_conditions", "\n".join(lines), 0.2)


def test_what_is_lost_is_counted_against_the_clean_ones_in_pairs() -> None:
    truth = np.repeat([0, 1], 50)
    right = np.eye(2)[truth]
    night = right.copy()
    night[50:80] = [1.0, 0.0]  # 30 of 50 persons are missed
    crop = 1 - right
    scored = {
        name: Scored(LABELS, truth, scores, 1)
        for name, scores in ((CLEAN, right), ("night", night), ("crop_60", crop))
    }
    clean, dark, cut = under_conditions(scored, 0.5)
    assert (clean.lost, cut.lost) == (0, 100) and dark.lost == pytest.approx(30)
    assert dark.lost_interval.low > 20 and dark.lost_interval.high < 40
    assert (dark.rates.true_positive_rate, dark.rates.true_negative_rate) == (0.4, 1.0)
    assert worst_of((clean, dark, cut)).name == "night"  # a crop may hide the person


def test_robust_from_the_command_line_repeats_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, output = own_pictures(tmp_path / "own"), tmp_path / "run"
    words = [str(MODEL), "--data", str(data), "--limit", "4", "--robust", "--no-float"]
    assert command.main([*words, "--json"]) == 0
    first = printed_json(capsys.readouterr().out)["robust"]
    assert [each["condition"] for each in first] == list(CONDITIONS)
    assert first[0]["accuracy"] == 1.0 and first[0]["lost_points"] == 0
    assert all(0 <= each["accuracy"] <= 1 for each in first)
    assert command.main([*words, "--output", str(output)]) == 0
    table = capsys.readouterr().out
    assert "worst condition: " in table and "gain_noise" in table
    lines = (output / "conditions.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(CONDITIONS)
    assert "Sensor conditions" in (output / "report.html").read_text(encoding="utf-8")
    again = json.loads((output / "run.json").read_text(encoding="utf-8"))["summary"]["robust"]
    assert again == first
