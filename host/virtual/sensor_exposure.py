"""Exposure and gain of the OV7675: what the registers say, and the loop that follows the light. Sources: see
sensor_registers.

Exposure is AEC[15:0] rows, gain a product of doublings and sixteenths (DS75 4.4.2, table 7-1). The loop compares the
average luma with AEB..AEW once a frame (DS75 4.4.5: the OV7675 has the average-based algorithm alone); exposure rises
before gain and gain falls before exposure (DS75 4.4.8). Outside the zone of VPT a fast step doubles or halves, every
other step is a sixteenth (OV9650 guide 1.1, whose text DS75 repeats without the figures). Banding: whole bands of
BD50ST or BD60ST rows, at most one more than BD50MAX or BD60MAX (AR's, LX's and IN's pairs fit this and no other rule).
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass, replace

from host.virtual.sensor_registers import (
    AEB,
    AECH,
    AECHH,
    AEW,
    BD50MAX,
    BD50ST,
    BD60MAX,
    BD60ST,
    COM1,
    COM8,
    COM9,
    COM11,
    GAIN,
    NT_CTRL,
    REG74,
    REGE1,
    VPT,
    VREF,
)

FAST, BANDING, AUTOMATIC_GAIN, AUTOMATIC_EXPOSURE = 0x80, 0x20, 0x04, 0x01  # of COM8: LX COM8_*
FREEZE = 0x01  # of COM9: DS70 "freeze AGC/AEC"
NIGHT, FIFTY_HERTZ, BELOW_BAND = 0x80, 0x08, 0x02  # of COM11: LX COM11_*, DS75 table 4-5
# The model's own: so many lux for so many seconds at gain 1 show a scene's picture as it is (500 lux for 20 ms).
LUX_SECONDS = 10.0
NOMINAL_LUX = 500.0


@dataclass(frozen=True)
class Exposure:
    """rows: of the array, 0..65535. gain_code: AGC[9:0]."""

    rows: int
    gain_code: int

    @property
    def gain(self) -> float:
        """DS75: each of bits 9..4 doubles, the four lowest add sixteenths."""
        return (1 + (self.gain_code & 15) / 16) * (1 << (self.gain_code >> 4).bit_count())

    @property
    def product(self) -> float:
        """Rows at unity gain with the same effect."""
        return self.rows * self.gain


@dataclass(frozen=True)
class Limits:
    """What the registers allow. band: rows, 0 without the filter. night: rows that the night mode may add."""

    most_rows: int
    band: int
    below_band: bool
    ceiling: float
    night_rows: int
    night_gain: float

    def quantised(self, rows: float) -> int:
        """The allowed number of rows nearest below; the least one allowed when there is none."""
        whole = max(1, int(rows))
        if not self.band or whole >= self.band:
            return min(whole, self.most_rows) // (self.band or 1) * (self.band or 1)
        return whole if self.below_band else self.band

    def share(self, product: float, now: Exposure, com8: int) -> Exposure:
        """Exposure and gain for `product`; what is not automatic stays as it is `now`."""
        rows, code = now.rows, now.gain_code
        if com8 & AUTOMATIC_EXPOSURE:
            fixed = 1.0 if com8 & AUTOMATIC_GAIN else now.gain
            rows = self._exposed(product / fixed)
        if com8 & AUTOMATIC_GAIN:
            code = gain_code(min(self.ceiling, product / max(1, rows)))
        return Exposure(rows, code)

    def _exposed(self, product: float) -> int:
        rows = self.quantised(product)
        if self.night_rows and product / max(1, rows) > self.night_gain:
            wanted = int(min(product / self.night_gain, self.most_rows + self.night_rows))
            rows = max(rows, wanted // (self.band or 1) * (self.band or 1))
        return rows

    def clamped(self, product: float, now: Exposure, com8: int) -> float:
        """`product`, no further than the registers can follow."""
        gain = self.ceiling if com8 & AUTOMATIC_GAIN else now.gain
        least = self.quantised(1) * (1.0 if com8 & AUTOMATIC_GAIN else now.gain)
        most = (self.most_rows + self.night_rows) * gain
        if not com8 & AUTOMATIC_EXPOSURE:
            least, most = max(1, now.rows) * 1.0, max(1, now.rows) * gain
        return max(least, min(product, most))


def gain_code(gain: float) -> int:
    """AGC[9:0] for the greatest gain that is not above this one, 1..126."""
    doublings = min(6, max(0, int(gain).bit_length() - 1))
    sixteenths = min(15, max(0, int((gain / (1 << doublings) - 1) * 16)))
    return ((1 << doublings) - 1) << 4 | sixteenths


def read_exposure(registers: Sequence[int]) -> Exposure:
    """What the registers hold: AECHH, AECH, COM1; VREF, GAIN."""
    rows = (registers[AECHH] & 0x3F) << 10 | registers[AECH] << 2 | registers[COM1] & 3
    return Exposure(rows, (registers[VREF] & 0xC0) << 2 | registers[GAIN])


def write_exposure(registers: MutableSequence[int], exposure: Exposure) -> None:
    """The other way round: the chip shows there what its loop arrived at."""
    registers[AECHH] = registers[AECHH] & 0xC0 | exposure.rows >> 10 & 0x3F
    registers[AECH] = exposure.rows >> 2 & 0xFF
    registers[COM1] = registers[COM1] & 0xFC | exposure.rows & 3
    registers[VREF] = registers[VREF] & 0x3F | exposure.gain_code >> 2 & 0xC0
    registers[GAIN] = exposure.gain_code & 0xFF


def read_limits(registers: Sequence[int], frame_lines: int) -> Limits:
    """frame_lines: of a frame without the night mode's; two of them cannot be exposed (DS75 4.4.3)."""
    com11, most = registers[COM11], frame_lines - 2
    band = 0
    if registers[COM8] & BANDING:
        fifty = bool(com11 & FIFTY_HERTZ)
        upper = registers[REGE1] & 3 if fifty else registers[REGE1] >> 2 & 3
        band = upper << 8 | registers[BD50ST if fifty else BD60ST]
        steps = registers[BD50MAX if fifty else BD60MAX] + 1
        most = max(band, min(most, steps * band)) if band else most
    # DS70: same, 1/2, 1/4, 1/8 of the frame rate
    slowest = (1 << (com11 >> 5 & 3)) if com11 & NIGHT else 1
    return Limits(
        most_rows=most,
        band=band,
        below_band=bool(com11 & BELOW_BAND),
        ceiling=float(2 << min(6, registers[COM9] >> 4 & 7)),  # DS75 table 4-7
        night_rows=frame_lines * slowest - 2 - most if slowest > 1 else 0,
        night_gain=float(2 << min(2, registers[NT_CTRL] & 3)),  # ZE NT_CTRL_AFR_PT_2X, _4X, _8X
    )


def digital_gain(registers: Sequence[int]) -> float:
    """REG74: bit 4 hands it to bits 1:0, which bypass it or take 1x, 2x, 4x (ZE REG74_DGAIN_*)."""
    return (1.0, 1.0, 2.0, 4.0)[registers[REG74] & 3] if registers[REG74] & 0x10 else 1.0


@dataclass
class ExposureLoop:
    """Follows the light of a scene. lux: None for a scene that counts as exposed properly, whatever it shows."""

    lux: float | None
    _wanted: float = 0.0  # product that the loop aims at
    _reference: float = 0.0  # seconds at unity gain that show the scene as it is

    def settle(self, registers: MutableSequence[int], frame_lines: int, row_s: float) -> None:
        """Registers or row time changed. Without a light what is automatic has settled at once."""
        com8, now = registers[COM8], read_exposure(registers)
        if self.lux is not None:
            self._reference = LUX_SECONDS / self.lux if self.lux else float("inf")
            self._wanted = max(1.0, now.product)
            return
        automatic = com8 & (AUTOMATIC_GAIN | AUTOMATIC_EXPOSURE)
        if not automatic or registers[COM9] & FREEZE:
            return
        limits = read_limits(registers, frame_lines)
        both = automatic == AUTOMATIC_GAIN | AUTOMATIC_EXPOSURE
        target = LUX_SECONDS / NOMINAL_LUX if both or not self._reference else self._reference
        after = limits.share(target / row_s, now, com8)
        write_exposure(registers, after)
        if both or not self._reference:
            self._reference = after.product * row_s

    def step(
        self, registers: MutableSequence[int], frame_lines: int, row_s: float, luma: float
    ) -> None:
        """One frame with this average luma, 0..255, has gone out."""
        com8, now = registers[COM8], read_exposure(registers)
        stands = self.lux is None or registers[COM9] & FREEZE
        if stands or not com8 & (AUTOMATIC_GAIN | AUTOMATIC_EXPOSURE):
            return
        high, low = registers[AEW], registers[AEB]
        if low <= luma <= high:
            return
        limits = read_limits(registers, frame_lines)
        zone_high, zone_low = registers[VPT] & 0xF0, (registers[VPT] & 0x0F) << 4
        far = luma > zone_high or luma < zone_low
        factor = 2.0 if com8 & FAST and far else 17 / 16
        wanted = self._wanted * factor if luma < low else self._wanted / factor
        self._wanted = limits.clamped(wanted, now, com8)
        write_exposure(registers, limits.share(self._wanted, now, com8))

    def factor(self, registers: Sequence[int], row_s: float) -> float:
        """Brightness against the scene's picture; 1 exactly where the loop has settled without a light."""
        com8, now = registers[COM8], read_exposure(registers)
        seconds = now.product * row_s
        if self.lux is None and com8 & (AUTOMATIC_GAIN | AUTOMATIC_EXPOSURE):
            both = com8 & AUTOMATIC_GAIN and com8 & AUTOMATIC_EXPOSURE
            ratio = seconds / self._reference if self._reference else 1.0
            near = 0.9 <= ratio <= 1.1 or (com8 & AUTOMATIC_EXPOSURE and 0.5 <= ratio <= 2)
            return 1.0 if both or near else ratio
        return seconds / self._reference * digital_gain(registers) if self._reference else 1.0

    def night_lines(self, registers: Sequence[int], frame_lines: int) -> int:
        """Lines that the frame grows by so that the exposure fits (DS70 COM11[7]: "inserts dummy lines")."""
        if not registers[COM11] & NIGHT or self.lux is None:
            return 0
        return max(0, read_exposure(registers).rows + 2 - frame_lines)

    def with_light(self, lux: float | None) -> ExposureLoop:
        """The same loop under another light."""
        return replace(self, lux=lux)
