"""A model that takes RGB is shown the camera's colours: from the sensor's pins to the model's input, byte for byte."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from host.link.messages import Fault, Frame, Mode, Result, Setting
from host.virtual.options import BoardOptions, DataWiring
from tests.system.board import ROOT, Bench
from tests.system.sweep import cycles_a_byte, fastest_exact, measure

RGB_MODEL = ROOT / "models" / "person_rgb_025.tpm"

DEFAULT_DIVIDER = 7  # in colour
AVERAGED_BEHIND = 11  # from here on a line is decoded and averaged in its blanking


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


def test_the_sweep_of_pixel_clocks_leaves_a_margin() -> None:
    """An eighth of a byte's time is the next clock. One that is too fast loses whole frames, and no pixel."""
    bench = colour_bench("noise:2")
    points = [measure(bench, divider) for divider in (AVERAGED_BEHIND, DEFAULT_DIVIDER, 6, 5)]
    for point in points:
        print(f"{point.cycles:3d} cycles a byte: {point.wrong:.3%} of the bytes wrong")
    assert points[-1].wrong == 1, "a clock that is too fast must be seen to fail: no frame at all"
    assert cycles_a_byte(DEFAULT_DIVIDER) / fastest_exact(points) >= 1.125


def test_the_slowest_clock_is_exact() -> None:
    assert measure(colour_bench("noise:8"), 23).wrong == 0


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


def test_colour_costs_no_frame_at_the_same_clock() -> None:
    """It is read while the frame before is looked at: no more time than the stages together."""
    bench = colour_bench("default")
    bench.set(Setting.CLOCK_DIVIDER, DEFAULT_DIVIDER)
    bench.mode(Mode.RESULTS)
    results = [bench.wait(Result) for _ in range(4)]
    assert not [message for message in bench.messages if isinstance(message, Fault)]
    assert [r.frame for r in results] == list(range(results[0].frame, results[0].frame + 4))
    last, lines = results[-1], 240 * 1280 * (DEFAULT_DIVIDER + 1)
    assert last.capture_cycles < 1.25 * lines, "reading the lines and little waiting"
    stages = last.capture_cycles + last.preprocess_cycles + last.inference_cycles + last.send_cycles
    assert last.period_cycles == pytest.approx(stages, rel=0.03)


def test_no_frame_is_lost_though_one_fills_the_queue() -> None:
    bench = colour_bench("drawings")
    bench.mode(Mode.STREAM)
    results = [bench.wait(Result) for _ in range(8)]
    assert results[-1].dropped_messages == 0
    frames = [message.frame for message in bench.messages if isinstance(message, Frame)]
    assert frames[:7] == [result.frame for result in results[:7]], "the last is on its way"
