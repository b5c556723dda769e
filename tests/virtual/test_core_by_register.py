"""The core's own peripherals, register by register, as their document has them.

ARMv7-M Architecture Reference Manual: SysTick (B3.3), DWT (C1.8), NVIC (B3.4).
"""

from __future__ import annotations

from host.virtual import words
from host.virtual.board import VirtualBoard
from host.virtual.dwt import Dwt
from host.virtual.nvic import FIRST_INTERRUPT, SYSTICK
from host.virtual.scene import Noise
from host.virtual.systick import SysTick
from tests.virtual.build_probes import PROBES
from tests.virtual.guest import Guest

ENABLE, TICKINT, CORE_CLOCK, COUNTFLAG = 1, 2, 4, 1 << 16


def test_systick_counts_down_from_its_reload_value_and_around(guest: Guest) -> None:
    tick = SysTick(guest.schedule, guest.nvic, guest.now)
    tick.reload = 99
    tick.write_control(ENABLE | CORE_CLOCK | 0xF0)
    assert tick.read_control() == ENABLE | CORE_CLOCK
    for cycle, value in ((1, 99), (2, 98), (99, 1), (100, 0), (101, 99), (199, 1), (200, 0)):
        guest.move_to(cycle)
        assert tick.read_value() == value, cycle
    assert tick.read_control() & COUNTFLAG and not tick.read_control() & COUNTFLAG
    assert not guest.nvic.pending, "TICKINT is off"
    guest.move_to(250)
    tick.write_value(77)  # any value clears it
    assert tick.read_value() == 0 and not tick.read_control() & COUNTFLAG
    tick.write_control(ENABLE | TICKINT)
    guest.move_to(349)
    assert tick.read_value() == 1 and not guest.nvic.pending
    guest.move_to(350)
    assert guest.nvic.pending == {SYSTICK} and tick.read_control() & COUNTFLAG


def test_a_stopped_systick_holds_its_value_and_goes_on_from_it(guest: Guest) -> None:
    tick = SysTick(guest.schedule, guest.nvic, guest.now)
    tick.reload = 99
    tick.write_control(ENABLE | TICKINT)
    guest.move_to(60)
    tick.write_control(TICKINT)
    guest.move_to(5000)
    assert tick.read_value() == 40 and not guest.nvic.pending
    tick.write_value(0)
    guest.move_to(5500)
    assert tick.read_value() == 0 and not guest.nvic.pending, "cleared, it stands"
    tick.reload = 38
    tick.write_control(ENABLE | TICKINT)
    guest.move_to(5510)
    tick.write_control(0)
    assert tick.read_value() == 29
    tick.write_control(ENABLE | TICKINT)
    guest.move_to(5538)
    assert tick.read_value() == 1 and not guest.nvic.pending
    guest.move_to(5539)
    assert guest.nvic.pending == {SYSTICK}
    tick.reset()
    assert (tick.read_control(), tick.reload, tick.read_value()) == (0, 0, 0)


def test_the_cycle_counter_runs_where_both_switches_are_on(guest: Guest) -> None:
    allowed = [False]
    dwt = Dwt(guest.state, guest.now, lambda: allowed[0])

    def counter() -> int:
        runs = guest.state[words.CYCCNT_RUNS]
        return int(guest.state[words.CYCCNT_VALUE] + (guest.now() if runs else 0))

    assert dwt.read(0x000) >> 28 == 4, "comparators"
    dwt.write(0x000, 0xF0000001)
    assert dwt.read(0x000) == 4 << 28 | 1
    guest.move_to(1000)
    assert counter() == 0, "TRCENA is off"
    allowed[0] = True
    dwt.update()
    guest.move_to(1500)
    assert counter() == 500
    dwt.write(0x004, 7)
    guest.move_to(1600)
    assert counter() == 107
    dwt.write(0x000, 0)
    guest.move_to(9999)
    assert counter() == 107
    dwt.write(0x004, 3)
    assert counter() == 3
    dwt.write(0x000, 1)
    guest.move_to(10_009)
    assert counter() == 13
    dwt.write(0x014, 0xFF)  # FOLDCNT and comparators are stored
    dwt.write(0x05C, 5)
    assert (dwt.read(0x014), dwt.read(0x05C)) == (0xFF, 5)
    dwt.reset()
    assert counter() == 0 and not guest.state[words.CYCCNT_RUNS]


SCS, ISER, ICER, ISPR, ICPR, IPR, SHPR = 0xE000E000, 0x100, 0x180, 0x200, 0x280, 0x400, 0xD18


class Core:
    """The system control space of a board whose CPU stands still: what is pending is never taken."""

    def __init__(self) -> None:
        self.board = VirtualBoard(PROBES, Noise(1), say=lambda line: None)

    def read(self, offset: int) -> int:
        return self.board.bus.read(SCS + offset, 4)

    def write(self, offset: int, value: int, size: int = 4) -> None:
        self.board.bus.write(SCS + offset, size, value)


def test_interrupts_are_enabled_pended_and_ordered_by_their_own_bits() -> None:
    core = Core()
    read, write = core.read, core.write
    write(ICER, 0xFFFFFFFF)
    write(ICER + 4, 0xFFFFFFFF)
    for number in (0, 7, 31, 32, 47):
        word, bit = 4 * (number // 32), 1 << number % 32
        for on, off in ((ISPR, ICPR), (ISER, ICER)):  # pending first, and never taken: no CPU runs
            write(on + word, bit)
            assert read(on + word) == read(off + word) == bit
            assert read(on + 4 - word) == 0
            write(off + word, ~bit & 0xFFFFFFFF)
            assert read(on + word) == bit
            write(off + word, bit)
            assert read(on + word) == 0
        write(IPR + number, 0xBF, 1)  # three bits of eight
        assert read(IPR + number // 4 * 4) == 0xA0 << 8 * (number % 4)
        write(IPR + number // 4 * 4, 0)
    write(IPR + 8, 0xE0C0A080)
    assert read(IPR + 8) == 0xE0C0A080 and read(IPR + 4) == read(IPR + 12) == 0
    write(SHPR + 8, 0xE0200000)  # SysTick and PendSV
    assert read(SHPR + 8) == 0xE0200000 and (read(SHPR), read(SHPR + 4)) == (0, 0)
    write(IPR + 47, 0x6060, 2)  # the last one's, and a byte that is nobody's
    assert read(IPR + 44) == 0x60000000
    write(0xF00, 33)  # STIR
    assert read(ISPR + 4) == 2
    write(0xD0C, 0x00000500)  # without its key
    assert read(0xD0C) == 0xFA050000
    write(0xD0C, 0x05FA0500)
    assert read(0xD0C) == 0xFA050500
    assert read(0xD00) == 0x410FC241 and read(0x004) == 1


def test_the_system_control_block_and_systicks_registers() -> None:
    core = Core()
    read, write = core.read, core.write
    write(ICER, 0xFFFFFFFF)
    write(ICER + 4, 0xFFFFFFFF)
    write(0x010, 0)
    write(0x014, 0xFFFFFFFF)
    assert read(0x014) == 0xFFFFFF
    write(0x014, 999)
    write(0x018, 5)
    assert (read(0x010), read(0x014), read(0x018), read(0x01C)) == (0, 999, 0, 0xC0000000)
    icsr, rettobase = 0xD04, 1 << 11
    write(icsr, 1 << 27 | 1 << 25)
    assert read(icsr) == rettobase
    for set_bit, clear_bit, exception in ((28, 27, 14), (26, 25, 15)):  # PendSV, SysTick
        write(icsr, 1 << set_bit)
        assert read(icsr) == 1 << set_bit | exception << 12 | rettobase
        write(icsr, 1 << clear_bit)
        assert read(icsr) == rettobase
    write(ISPR + 4, 2)
    assert read(icsr) == rettobase, "pending, not enabled"
    write(ISER + 4, 2)
    assert read(icsr) == 1 << 22 | (FIRST_INTERRUPT + 33) << 12 | rettobase
    for register in (0xD28, 0xD2C, 0xD30):  # CFSR, HFSR, DFSR: a 1 clears
        core.board.scs.values[register] = 0x80010001
        write(register, 0x80000001)
        assert read(register) == 0x00010000
    write(0xD08, 0x00020000)
    assert read(0xD08) == 0x00020000
    assert (read(0xD14), read(0xD90) >> 8) == (0x200, 8), "STKALIGN; eight regions"
