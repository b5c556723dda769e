"""The virtual sensor of drawn registers, in numbers: what one change of it moves is seen, meant or not.

The other tests hold it against data sheets and drivers at the settings that those know; here are 60 that nobody chose:
times of pins, the picture's bytes by their means, exposure by what the loop makes of a light.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from host.virtual import sensor_registers as names
from host.virtual.sensor_exposure import ExposureLoop, digital_gain, read_exposure, read_limits
from host.virtual.sensor_picture import average_luma, render_frame
from host.virtual.sensor_registers import left_out, name_of, reset_registers, stored
from host.virtual.sensor_timing import Timing, sensor_timing
from host.virtual.sensor_windows import automatic_window
from tests.goldens import check_golden_near

SEED, SETTINGS, MOST_CHANGED = 7, 60, 7
TIMES = [
    "CLKRC",
    "DBLV",
    "COM3",
    "COM7",
    "COM14",
    "VREF",
    "VSTART",
    "VSTOP",
    "HSTART",
    "HSTOP",
    "HREF",
    "COM10",
    "EXHCH",
    "EXHCL",
    "HSYST",
    "HSYEN",
    "ADVFL",
    "ADVFH",
    "DM_LNL",
    "DM_LNH",
    "COM15",
    "COM12",
]
PICTURE = [
    "COM7",
    "COM13",
    "COM15",
    "COM17",
    "TSLB",
    "MVFP",
    "BRIGHT",
    "CONTRAS",
    "CONTRAS_CENTER",
    "MANU",
    "MANV",
    "MTX1",
    "MTX6",
    "RGB444",
]
PICTURE += ["SCALING_XSC", "SCALING_YSC", "COM3"]
LIGHT = [
    "COM8",
    "COM9",
    "COM11",
    "AEW",
    "AEB",
    "VPT",
    "AECHH",
    "AECH",
    "COM1",
    "GAIN",
    "VREF",
    "BD50ST",
    "BD60ST",
    "BD50MAX",
    "BD60MAX",
    "NT_CTRL",
    "REG74",
    "REGE1",
]
USUAL = {"COM7": (0x00, 0x04, 0x10, 0x14, 0x08, 0x20, 0x01, 0x05, 0x02), "COM8": (0xE7, 0xE5, 0xC7, 0x87, 0x02, 0x05),
         "COM14": (0x00, 0x10, 0x18, 0x19, 0x1A, 0x1C), "COM3": (0x00, 0x04, 0x08, 0x40)}  # fmt: skip
SCENE = np.stack([np.add.outer(np.arange(480) * a // 5, np.arange(640) * b // 6) % 256 for a, b in
                  ((1, 2), (2, 1), (1, 1))], axis=2).astype(np.uint8)  # fmt: skip


def drawn(random: np.random.Generator, among: Sequence[str]) -> tuple[bytearray, list[str]]:
    """Registers of a reset with some changed, usual values as often as any."""
    registers, changed = reset_registers(), list[str]()
    for name in random.choice(among, int(random.integers(1, MOST_CHANGED)), replace=False):
        number, usual = int(getattr(names, name)), USUAL.get(name)
        value = (
            int(random.choice(usual))
            if usual and random.random() < 0.8
            else int(random.integers(256))
        )
        registers[number] = stored(number, value)
        message = left_out(number, value)
        changed.append(f"{name_of(number)}={value:02X}" + (f" (not {message})" if message else ""))
    return registers, changed


def times(timing: Timing) -> str:
    return " ".join(f"{name}={value}" for name, value in vars(timing).items()) + (
        f" bytes={timing.bytes_per_line} out={timing.lines_out} line={float(timing.line_cycles):.2f} "
        f"frame={float(timing.frame_cycles):.0f}"
    )


def pictures(registers: bytearray, timing: Timing) -> Iterator[str]:
    for factor in (1.0, 0.6):
        frame = render_frame(SCENE, registers, timing, factor)
        places = [
            frame.data[row::2, column::4].astype(float) for row in (0, 1) for column in range(4)
        ]
        means = " ".join(f"{place.mean() if place.size else -1:.2f}" for place in places)
        luma = f"{frame.luma.mean():.2f}" if frame.luma.size else "no luma"
        grain = np.abs(np.diff(frame.data.astype(float), axis=0)).mean() if frame.data.size else 0.0
        yield f"  {frame.data.shape} {frame.luma.shape}: {means}, {luma}, {grain:.2f}"
    yield f"  average {average_luma(SCENE, registers, 0.8):.2f}"


def exposures(registers: bytearray) -> Iterator[str]:
    yield f"  {read_limits(registers, 510)} digital {digital_gain(registers)}"
    for lux in (None, 0.0, 30.0, 20_000.0):
        loop, now = ExposureLoop(lux), bytearray(registers)
        loop.settle(now, 510, 2e-5)
        steps = []
        for luma in (20.0, 200.0, 90.0, 20.0, 20.0, 250.0):
            steps.append(f"{read_exposure(now).rows}x{read_exposure(now).gain:.2f}")
            loop.step(now, 510, 2e-5, luma)
        night = loop.night_lines(now, 510)
        yield f"  {lux} lux: {' '.join(steps)}, factor {loop.factor(now, 2e-5):.4f}, night {night}"


def test_pins() -> None:
    random, lines = np.random.default_rng(SEED), list[str]()
    for number in range(SETTINGS):
        registers, changed = drawn(random, TIMES)
        if number % 5 == 0:
            registers = automatic_window(registers, registers[names.COM7])
        timing = sensor_timing(registers, Fraction(16_000_000 + 1000 * number), number % 3 * 40)
        lines.append(f"{number}: {', '.join(changed)}\n  {times(timing)}")
    check_golden_near("sensor_pins", "\n".join(lines), 0.02)


def test_pictures() -> None:
    random, lines = np.random.default_rng(SEED), list[str]()
    for number in range(SETTINGS // 3):
        registers, changed = drawn(random, PICTURE)
        timing = sensor_timing(registers, Fraction(16_000_000))
        lines += [f"{number}: {', '.join(changed)}", *pictures(registers, timing)]
    check_golden_near("sensor_pictures", "\n".join(lines), 0.05)


def test_exposures() -> None:
    random, lines = np.random.default_rng(SEED), list[str]()
    for number in range(SETTINGS):
        registers, changed = drawn(random, LIGHT)
        lines += [f"{number}: {', '.join(changed)}", *exposures(registers)]
    check_golden_near("sensor_exposures", "\n".join(lines), 0.02)
