"""What each Setting may be, what it is when the board starts, and what it means. C gets its limits from here."""

from __future__ import annotations

from dataclasses import dataclass

from host.link.messages import MARKER_PINS, MAX_SCORES, Setting


@dataclass(frozen=True)
class Limits:
    """least and most are allowed, both; at_start: what a board begins with; words: its unit and meaning."""

    least: int
    most: int
    at_start: int
    words: str
    only: tuple[int, ...] = ()  # where not all between them are allowed

    def allows(self, value: int) -> bool:
        """Whether a board takes it."""
        return self.least <= value <= self.most and (not self.only or value in self.only)

    @property
    def range(self) -> str:
        """For people."""
        if self.only:
            return ", ".join(map(str, self.only))
        return "0 or 1" if (self.least, self.most) == (0, 1) else f"{self.least:,} to {self.most:,}"


LIMITS: dict[Setting, Limits] = {
    Setting.COLOUR_BARS: Limits(0, 1, 0, "1: the sensor's test pattern"),
    Setting.DATA_SWAP: Limits(0, 1, 1, "1: D0 and D1 crossed (the kit's shield), 0: straight"),
    Setting.YUV_ORDER: Limits(0, 3, 0, "1: UYVY, else YUYV; 2 more: the sensor swaps U and V"),
    # At most 23: a loop of the firmware's line_loops.S waits 40 cycles for an edge, half a period has 24.
    Setting.CLOCK_DIVIDER: Limits(
        0, 23, 0, "CLKRC: the pixel clock is 16 MHz / (value + 1) before scaling; 0: by itself"
    ),
    Setting.INSTRUCTION_CACHE: Limits(0, 1, 1, "1: on"),
    Setting.DCDC: Limits(0, 1, 0, "1: the DC/DC converter (the module must carry the inductor)"),
    Setting.PROFILE: Limits(0, 1, 0, "1: cycles of each operator with every result"),
    Setting.GAIN: Limits(-1, 255, -1, "analogue gain, -1: automatic"),
    Setting.EXPOSURE: Limits(-1, 65_535, -1, "lines, -1: automatic"),
    Setting.MARKER_PIN: Limits(
        -1, max(MARKER_PINS), MARKER_PINS[0], "pin of port 0, -1: none", (-1, *MARKER_PINS)
    ),
    Setting.LOOKS_PER_MINUTE: Limits(1, 120, 6, "looks a minute while watching"),
    Setting.WATCH_ON_PERCENT: Limits(1, 100, 60, "%: from this score on a look speaks for yes"),
    Setting.WATCH_OFF_PERCENT: Limits(1, 100, 40, "%: below this score a look speaks for no"),
    Setting.WATCH_LOOKS: Limits(1, 20, 2, "looks in a row that change the verdict"),
    Setting.WATCH_LABEL: Limits(-1, MAX_SCORES - 1, -1, "which score is watched, -1: the last one"),
    Setting.WATCH_SETTLE_FRAMES: Limits(0, 30, 2, "frames let pass after waking the sensor"),
    Setting.HEARTBEAT_S: Limits(1, 3600, 60, "s between two heartbeats while watching"),
    Setting.HALVING: Limits(
        0, 2, 0, "320x240 by 0: COM3 and COM14, 1: COM7, 2: vendors' registers"
    ),
    Setting.MAINS_HZ: Limits(50, 60, 50, "Hz: light flickers at twice that", (50, 60)),
}
