"""Puts errors back that this project had once, one at a time: a test by name must fail at each.

python -m tests.mutants.old_errors             all of them; the last commit, not what is uncommitted
python -m tests.mutants.old_errors bars bands  these

Each stands for a kind of error that ran on the virtual board, because firmware and model had it alike, and would have
failed on silicon. Exit code 1 when one of them passes the tests that should notice it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.folders import ROOT
from tests.mutants.mutation import Mutation
from tests.mutants.workplace import Change, judge, workplace

CAMERA, BOARD = "firmware/src/camera", "firmware/src/board"
REGISTERS = "tests/camera/test_registers.py::test_"


@dataclass(frozen=True)
class OldError:
    """`old`, which stands once in `source`, becomes `new`; `test` must fail. was: what the error did."""

    name: str
    was: str
    source: str
    old: str
    new: str
    test: str

    def change(self) -> Change:
        """As the other mutants' machinery takes it. Raises ValueError when the source has moved on."""
        text = (ROOT / self.source).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(
                f"{self.name}: {self.source} has {self.old!r} {text.count(self.old)} times"
            )
        start = text.index(self.old)
        return Change(Path(self.source), Mutation(start, start + len(self.old), self.old, self.new))


OLD_ERRORS = (
    OldError(
        "bars",
        "both bits of the test pattern: bars that fade to grey",
        f"{CAMERA}/ov7675.c",
        "{REG_XSC, XSC_SCALE}",
        "{REG_XSC, (uint8_t)(XSC_SCALE | (settings->colour_bars ? YSC_BARS : 0))}",
        f"{REGISTERS}colour_bars_are_eight_bars_and_do_not_fade_to_grey",
    ),
    OldError(
        "bands",
        "the banding filter without its bands: one whole frame as the shortest exposure",
        f"{CAMERA}/ov7675.c",
        "{REG_BD60ST, (uint8_t)rows_60}",
        "{REG_BD60ST, (uint8_t)(0 * rows_60)}",
        f"{REGISTERS}bands_of_the_banding_filter_follow_every_pixel_clock",
    ),
    OldError(
        "sun",
        "COM11 bit 1 left at 0: no exposure shorter than a band in any light",
        f"{CAMERA}/ov7675.c",
        "return COM11_SHORT_IN_SUN | ",
        "return 0 | ",
        f"{REGISTERS}the_sun_makes_exposures_shorter_than_a_band",
    ),
    OldError(
        "order",
        "TSLB compared as a whole, its reserved bits, which keep their value, included",
        f"{CAMERA}/ov7675.c",
        "write_masked(REG_TSLB, TSLB_RESERVED | order, TSLB_LUMA_SECOND)",
        "write_checked(REG_TSLB, order)",
        f"{REGISTERS}the_order_of_bytes_is_two_bits_and_the_reserved_ones_stay",
    ),
    OldError(
        "ended",
        "interrupts that had waited run between a line's end and the clock that times the next",
        f"{CAMERA}/capture.c",
        "due = timing.gap - (board_cycles() - reading.ended_cycles);",
        "due = timing.gap;",
        "tests/system/test_core_load.py::test_no_frame_and_no_result_is_lost_to_the_cores_interrupts",
    ),
    OldError(
        "urgent",
        "the camera's interrupt no more urgent than the core's",
        f"{BOARD}/interrupts.c",
        "NVIC_PRIORITY(LINE_TIMER_IRQ) = NVIC_HIGHEST;",
        "NVIC_PRIORITY(LINE_TIMER_IRQ) = NVIC_LOWEST;",
        "tests/system/test_core_load.py::test_no_frame_and_no_result_is_lost_to_the_cores_interrupts",
    ),
    OldError(
        "room",
        "room for the Frame alone: no Result behind an RGB frame",
        "firmware/src/link/link.c",
        "return outbox_has_room(&outbox, bytes + RESERVE_BYTES);",
        "return outbox_has_room(&outbox, bytes);",
        "tests/link/test_full_ring.py::test_what_follows_a_frame_finds_room_in_a_full_ring",
    ),
    OldError(
        "led",
        "power LED and sensors' supply on in Hold SLEEP",
        "firmware/src/hold.c",
        "        board_set_accessories(false);\n",
        "",
        "tests/camera/test_sleep.py::test_led_and_sensors_are_off_while_the_board_is_held_asleep",
    ),
    OldError(
        "slots",
        "model slots inside the image, and nothing says so",
        "firmware/src/slot/places.h",
        "SLOTS_START = 0x6E000,",
        "SLOTS_START = 0x40000,",
        "tests/tools/test_pio_build.py",
    ),
    OldError(
        "stop",
        "lines that stop while the others are held off leave them off",
        f"{BOARD}/interrupts.c",
        "    TIMER_EVENTS_COMPARE2(LINE_TIMER) = 0;\n    (void)",
        "    (void)",
        "tests/system/test_line_stop.py",
    ),
)


def main(argv: list[str] | None = None) -> int:
    """Prints a line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=", ".join(e.name for e in OLD_ERRORS)
    )
    wanted = parser.parse_args(argv).names
    chosen = [error for error in OLD_ERRORS if not wanted or error.name in wanted]
    missed = 0
    with workplace() as copy:
        for error in chosen:
            outcome = judge(copy, [error.change()], [error.test])
            missed += outcome.verdict != "killed"
            print(f"{outcome.verdict:14s} {error.name}: {error.was}  {outcome.by}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
