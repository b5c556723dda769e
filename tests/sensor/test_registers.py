"""Values after a reset, bits and registers that do not take what is written, and what the model says it leaves out."""

from __future__ import annotations

import argparse

import pytest

from host.base.errors import HostError
from host.viewer.__main__ import arguments as viewer_arguments
from host.virtual.__main__ import _parse as board_arguments
from host.virtual.light import lit_url, lux
from host.virtual.scene import Lit, Noise, open_scene
from host.virtual.sensor_registers import RESET_VALUES, left_out, stored
from tests.sensor.analyser import Desk
from tests.sensor.sequences import (
    AR_SIZES,
    IN_SIZES,
    LX_DEFAULTS,
    LX_YUV,
    OM_SIZES,
    arduino,
)

TSLB, COM7, COM8, COM3 = 0x3A, 0x12, 0x13, 0x0C


def test_a_reset_gives_the_data_sheets_values_not_what_drivers_write() -> None:
    desk = Desk(Noise(1))
    desk.write([*LX_DEFAULTS, *LX_YUV, (COM7, 0x80)])
    desk.cycles += 64_000
    loop = {0x00, 0x03, 0x04, 0x07, 0x10}
    assert all(desk.read(n) == value for n, value in RESET_VALUES.items() if n not in loop)
    assert (desk.read(TSLB), desk.read(0x24), desk.read(0x25), desk.read(COM8)) == (
        0x0D,
        0x75,
        0x63,
        0x8F,
    )


def test_reserved_bits_do_not_clear() -> None:
    """TSLB is 0x0D after a reset; every driver that ran writes bit 2 as 1."""
    desk = Desk(Noise(1))
    desk.write([(TSLB, 0x00)])
    assert desk.read(TSLB) == 0x04
    desk.write([(TSLB, 0xFF)])
    assert desk.read(TSLB) == 0x3D
    assert stored(0x17, 0x5A) == 0x5A


@pytest.mark.parametrize("number", [0x0A, 0x0B, 0x1C, 0x1D, 0x05, 0x06, 0x08, 0x2F])
def test_identity_and_averages_cannot_be_written(number: int) -> None:
    desk = Desk(Noise(1))
    before = desk.read(number)
    desk.write([(number, before ^ 0xFF)])
    assert desk.read(number) == before


def test_the_average_is_measured() -> None:
    desk = Desk(Noise(1))
    luma = desk.frames(1)
    assert desk.read(0x2F) == int(luma.mean())


def test_what_the_model_does_not_have_is_said_once_and_by_name() -> None:
    desk = Desk(Noise(1))
    desk.write([(0xDE, 0x01), (0xDE, 0x02), (0x3C, 0xE8), (0x3C, 0xE8), (0x1B, 0x40), (0xAC, 0x80)])
    assert len(desk.lines) == 4, desk.lines
    for line, name in zip(
        desk.lines, ("0xDE", "COM12 (0x3C) bit 0x80", "PSHFT", "0xAC"), strict=True
    ):
        assert name in line and "not modelled" in line
    assert list(desk.sensor.unmodelled.values()) == [2, 0xE8, 0x40, 0x80]


def test_what_other_drivers_write_is_modelled_or_known_to_have_no_effect() -> None:
    desk = Desk(Noise(1))
    for size in AR_SIZES:
        arduino(desk, size, rgb565=True)
    desk.write([p for writes in (*OM_SIZES.values(), *IN_SIZES.values()) for p in writes])
    assert list(desk.sensor.unmodelled) == ["COM3 (0x0C) bit 0x08, digital zoom by SCALING_XSC/YSC"]
    assert left_out(COM3, 0x08) is not None and left_out(COM3, 0x04) is None


# -- the light of a scene -----------------------------------------------------------------------------


def test_a_scenes_name_may_have_a_light_and_a_seed() -> None:
    scene = open_scene("noise:3?light=42.5&noise=7")
    assert isinstance(scene, Lit)
    assert (scene.light_lux, scene.noise_seed) == (42.5, 7)
    assert (scene.picture(1.0) == Noise(3).picture(1.0)).all()
    assert not isinstance(open_scene("noise:3"), Lit)
    assert lit_url("default", 50.0) == "default?light=50"
    assert lit_url("synthetic?noise=1", 50.0) == "synthetic?light=50&noise=1"
    assert lit_url("default", None) == "default"
    assert lit_url("default", 0.25) == "default?light=0.25"


def test_a_light_that_cannot_be_is_refused() -> None:
    for url in ("default?light=2000000", "default?light=x", "default?lux=3"):
        with pytest.raises(HostError):
            open_scene(url)
    with pytest.raises(HostError, match="has a light of its own"):
        lit_url("default?light=3", 5.0)
    for text in ("-1", "x", "1e9", "nan"):
        with pytest.raises(argparse.ArgumentTypeError, match="lux from 0"):
            lux(text)


def test_the_virtual_board_and_the_viewer_take_a_light(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for arguments in (board_arguments, viewer_arguments):
        assert arguments(["--light", "50"]).light == 50
        assert arguments([]).light is None
        with pytest.raises(SystemExit):
            arguments(["--light", "-5"])
        assert "give lux from 0 to 1,000,000" in capsys.readouterr().err
