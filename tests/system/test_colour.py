"""A model that takes RGB is shown the camera's colours: from the sensor's pins to the model's input, byte for byte."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from host.link.messages import Frame, Mode, Result, Setting
from host.virtual.options import BoardOptions, DataWiring
from tests.system.board import ROOT, Bench
from tests.system.sweep import measure

RGB_MODEL = ROOT / "models" / "person_rgb_025.tpm"

DEFAULT_DIVIDER = 11  # in colour


def colour_bench(scene: str = "noise:1", options: BoardOptions | None = None) -> Bench:
    """A board with the RGB model."""
    bench = Bench(scene, options)
    bench.load_model(RGB_MODEL.read_bytes())
    assert bench.hello.input_channels == 3
    return bench


@pytest.mark.parametrize("scene", ["default", "noise:7", "synthetic"])
def test_the_image_is_the_hosts_preprocessing_of_the_sensors_frame(scene: str) -> None:
    assert measure(colour_bench(scene), DEFAULT_DIVIDER).wrong == 0


def test_a_coloured_picture_keeps_its_colours(tmp_path: Path) -> None:
    quarters = np.array([[[220, 30, 40], [40, 180, 60]], [[50, 60, 210], [230, 220, 70]]], np.uint8)
    picture = quarters.repeat(240, axis=0).repeat(320, axis=1)
    cv2.imwrite(str(tmp_path / "quarters.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    image = colour_bench(f"image:{tmp_path / 'quarters.png'}").frames(1)[0]
    middles = image[24::48, 24::48].astype(int)
    assert np.abs(middles - quarters).max() <= 2, middles


def test_the_wiring_and_the_order_of_bytes_are_settings() -> None:
    bench = colour_bench("noise:4", BoardOptions(data_wiring=DataWiring.BREADBOARD))
    assert measure(bench, DEFAULT_DIVIDER).wrong > 0
    bench.set(Setting.DATA_SWAP, 0)
    assert measure(bench, DEFAULT_DIVIDER).wrong == 0
    bench.set(Setting.YUV_ORDER, 1)
    assert measure(bench, DEFAULT_DIVIDER, luma_second=True).wrong == 0


def test_bars_are_grey_as_they_are_for_the_wires() -> None:
    bench = colour_bench("noise:6")
    bench.set(Setting.COLOUR_BARS, 1)
    image = bench.frames(1)[0]
    assert (image[..., 0] == image[..., 1]).all() and (image[..., 0] == image[..., 2]).all()
    assert (np.diff(image[48, 6::12, 0].astype(int)) < 0).all()


def test_no_frame_is_lost_though_one_fills_the_queue() -> None:
    bench = colour_bench("drawings")
    bench.mode(Mode.STREAM)
    results = [bench.wait(Result) for _ in range(8)]
    assert results[-1].dropped_messages == 0
    frames = [message.frame for message in bench.messages if isinstance(message, Frame)]
    assert frames[:7] == [result.frame for result in results[:7]], "the last is on its way"
