"""Whatever a driver writes, the sensor goes on: every frame has the bytes that its timing promises."""

from __future__ import annotations

import numpy as np
import pytest

from host.virtual.scene import Lit, Noise
from host.virtual.sensor_exposure import read_exposure
from tests.sensor.analyser import Desk, StillScene

RESET, SLEEP, COM2, COM7 = 0x80, 0x10, 0x09, 0x12
PICTURE = Noise(21).picture(0.0)


@pytest.mark.parametrize("lux", [None, 0.0, 300.0])
def test_random_registers(lux: float | None) -> None:
    source = np.random.default_rng(5)
    desk = Desk(Lit(StillScene(PICTURE), lux))
    for _ in range(60):
        for number, value in source.integers(0, 256, (40, 2)).tolist():
            written = (
                value & ~RESET if number == COM7 else value & ~SLEEP if number == COM2 else value
            )
            desk.write([(number, written)])
        timing = desk.sensor.timing
        assert timing is not None
        desk.frames(1)
        timing = desk.sensor.timing
        assert timing is not None
        frame = desk.sensor.last_frames[-1]
        assert frame.data.shape[0] == timing.lines_out
        assert frame.data.shape[1] in (timing.bytes_per_line, timing.bytes_per_line // 2 * 2)
        assert 0 <= read_exposure(desk.sensor.registers).rows <= 65_535
