"""Peripherals of the chip register by register, without a CPU, as their document has them.

nRF52840 Product Specification 1.7: WDT (6.36), POWER and CLOCK (5.3, 5.4), NVMC (4.3), RNG (6.19), TEMP (6.29), EGU
(6.7).
"""

from __future__ import annotations

from typing import Any

import pytest

from host.virtual import words
from host.virtual.egu import Egu
from host.virtual.nvic import FIRST_INTERRUPT
from host.virtual.nvmc import Nvmc
from host.virtual.power import Power
from host.virtual.rng import Rng
from host.virtual.temp import Temp
from host.virtual.wdt import Wdt
from tests.virtual.guest import Guest, after

MICROSECOND, TICKS_A_SECOND, CPU_HZ = 64, 32_768, 64_000_000
INTENSET = 0x304
CRV, RREN, RR, RUNSTATUS, REQSTATUS, RELOAD = 0x504, 0x508, 0x600, 0x400, 0x404, 0x6E524635


def ticks(count: int) -> int:
    """Cycles of the CPU."""
    return count * CPU_HZ // TICKS_A_SECOND


@pytest.mark.parametrize(("reload_value", "counted"), [(99, 100), (15, 16), (14, 16), (0, 16)])
def test_a_watchdog_times_out_behind_its_reload_value_and_resets_two_ticks_later(
    guest: Guest, reload_value: int, counted: int
) -> None:
    bites: list[int] = []
    wdt = Wdt(guest.chip, lambda: bites.append(guest.now()))
    wdt.write(CRV, reload_value)
    wdt.write(INTENSET, 1)
    assert (wdt.read(RUNSTATUS), wdt.read(REQSTATUS)) == (0, 0)
    wdt.write(0x000, 1)
    assert (wdt.read(RUNSTATUS), wdt.read(REQSTATUS)) == (1, 1)
    after(guest, wdt, 0x100, ticks(counted))
    assert guest.nvic.pending == {FIRST_INTERRUPT + 16}
    guest.move_to(ticks(counted) + ticks(2) - 1)
    assert not bites
    guest.move_to(ticks(counted) + ticks(2))
    assert bites == [ticks(counted) + ticks(2)]


def test_every_channel_of_a_watchdog_requests_its_reload(guest: Guest) -> None:
    wdt = Wdt(guest.chip, lambda: None)
    wdt.write(RR, RELOAD)  # nothing runs
    for offset, value in ((CRV, 99), (RREN, 0x81), (0x000, 1)):
        wdt.write(offset, value)
    wdt.write(RREN, 0xFF)  # locked
    assert (wdt.read(RREN), wdt.read(REQSTATUS), wdt.read(RR)) == (0x81, 0x81, 0)
    guest.move_to(ticks(50))
    wdt.write(0x000, 1)  # it runs already
    wdt.write(RR + 4, RELOAD)  # a channel without a request
    wdt.write(RR + 28, RELOAD - 1)
    assert wdt.read(REQSTATUS) == 0x81
    wdt.write(RR + 28, RELOAD)
    assert wdt.read(REQSTATUS) == 0x01
    guest.move_to(ticks(60))
    wdt.write(RR, RELOAD)
    assert wdt.read(REQSTATUS) == 0x81
    after(guest, wdt, 0x100, ticks(100))
    wdt.reset()
    assert (wdt.read(RUNSTATUS), wdt.read(CRV), wdt.read(RREN)) == (0, 0xFFFFFFFF, 1)


def power_of(guest: Guest) -> tuple[Power, list[Any]]:
    events: list[Any] = []
    power = Power(guest.schedule, guest.nvic, guest.now, lambda: events.append("off"))
    power.supplied = events.append
    return power, events


@pytest.mark.parametrize(
    ("start", "event", "run", "status", "source", "microseconds"),
    [(0x000, 0x100, 0x408, 0x40C, 1, 360), (0x008, 0x104, 0x414, 0x418, 0, 600),
     (0x008, 0x104, 0x414, 0x418, 1, 600), (0x008, 0x104, 0x414, 0x418, 2, 600)],
)  # fmt: skip
def test_a_clock_runs_when_it_has_started_and_until_it_is_stopped(
    guest: Guest, start: int, event: int, run: int, status: int, source: int, microseconds: int
) -> None:
    power, _ = power_of(guest)
    power.write(0x518, source | 0x30000)  # of LFCLK; bits beside it are no source
    power.write(start, 1)
    assert (power.read(run), power.read(status)) == (1, 0)
    after(guest, power, event, microseconds * MICROSECOND)
    assert power.read(status) == 1 << 16 | source
    power.write(start + 4, 1)
    assert (power.read(run), power.read(status)) == (0, 0)
    power.write(start, 1)
    power.write(start + 4, 1)
    guest.move_to(guest.now() + CPU_HZ)
    assert (power.read(event), power.read(status)) == (0, 0)


def test_what_a_reset_leaves_in_power(guest: Guest) -> None:
    power, events = power_of(guest)
    power.add_reset_reason(4)
    power.add_reset_reason(2)
    for offset, value in ((0x51C, 0x157), (0x520, 0x2AB), (0x578, 1)):
        power.write(offset, value)
    assert power.dcdc
    power.reset()
    assert (power.read(0x400), power.read(0x51C), power.read(0x520)) == (6, 0x57, 0xAB)
    assert not power.dcdc and power.bootloader_request == 0x57
    power.write(0x400, 2)
    assert power.read(0x400) == 4
    power.clear_bootloader_request()
    assert (power.read(0x51C), power.read(0x520)) == (0, 0xAB)
    power.write(0x500, 0)
    assert events == [False] * events.count(False)
    power.write(0x500, 1)
    assert events[-1] == "off"


def test_usbs_supply_follows_the_cable_and_its_regulator_the_controller(guest: Guest) -> None:
    power, events = power_of(guest)
    power.reset()
    after(guest, power, 0x11C, 100 * MICROSECOND)  # a cable is in
    assert (power.read(0x438), events) == (1, [])
    power.enable_usb(True)
    after(guest, power, 0x124, 200 * MICROSECOND)
    assert (power.read(0x438), events) == (3, [True])
    power.set_vbus(True)  # it is
    assert events == [True]
    power.set_vbus(False)
    assert (power.read(0x438), power.read(0x120), events) == (0, 1, [True, False])
    guest.move_to(guest.now() + CPU_HZ)
    assert (power.read(0x11C), power.read(0x124)) == (0, 0)
    power.set_vbus(True)
    after(guest, power, 0x11C, 100 * MICROSECOND)
    after(guest, power, 0x124, 100 * MICROSECOND)
    assert (power.read(0x438), events) == (3, [True, False, True])
    power.enable_usb(False)
    assert (power.read(0x438), events[-1]) == (1, False)


def nvmc_of(guest: Guest) -> tuple[Nvmc, list[int], list[tuple[int, int]]]:
    spent: list[int] = []
    changed: list[tuple[int, int]] = []

    def change(address: int, count: int) -> None:
        changed.append((address, count))

    return Nvmc(guest.memory, guest.warnings, spent.append, change), spent, changed


def test_flash_takes_words_where_they_are_let_in_and_bits_only_fall(guest: Guest) -> None:
    nvmc, spent, changed = nvmc_of(guest)
    assert (nvmc.read(0x400), nvmc.read(0x408)) == (1, 1)
    assert not nvmc.store(0x1000, 4, 0) and "CONFIG.WEN is off" in guest.output[-1]
    nvmc.write(0x504, 2)
    assert not nvmc.store(0x1000, 4, 0) and not nvmc.writes
    nvmc.write(0x504, 1)
    for address, size in ((0x1000, 1), (0x1000, 2), (0x1002, 4), (0x1001, 4)):
        assert not nvmc.store(address, size, 0)
    assert "words only" in guest.output[-1] and not spent and not nvmc.unsettled
    assert nvmc.store(0x1000, 4, 0xFFFF0F0F) and nvmc.store(0x1000, 4, 0x00FFFF0F)
    assert nvmc.store(0x1004, 4, 0x12345678)
    assert nvmc.unsettled and guest.memory.flash[0x1000] == 0xFF
    nvmc.settle()
    assert guest.memory.read(0x1000, 12) == bytes.fromhex("0f0fff00 78563412 ffffffff")
    assert spent == [41 * MICROSECOND] * 3 and not nvmc.unsettled
    assert changed == [(0x1000, 4), (0x1000, 4), (0x1004, 4)]


def test_flash_is_erased_by_pages_where_that_is_let_in(guest: Guest) -> None:
    nvmc, spent, changed = nvmc_of(guest)
    guest.memory.flash[:] = 0
    nvmc.write(0x508, 0x2000)
    nvmc.write(0x504, 1)
    nvmc.write(0x508, 0x2000)
    nvmc.write(0x504, 2)
    nvmc.write(0x508, 1 << 20)
    assert not spent and len(guest.output) == 1, "each complaint once"
    nvmc.write(0x508, 0x2FFC)
    assert guest.memory.read(0x1FFC, 0x1008) == bytes(4) + b"\xff" * 4096 + bytes(4)
    assert (spent, changed) == ([85_000 * MICROSECOND], [(0x2000, 4096)])
    nvmc.write(0x50C, 1)
    assert "ERASEALL: refused" in guest.output[-1] and guest.memory.flash[0] == 0


def test_the_instruction_cache_is_empty_when_it_goes_on_and_off_after_a_reset(
    guest: Guest,
) -> None:
    nvmc, *_ = nvmc_of(guest)
    for value, on in ((1, True), (0x101, True), (0x100, False), (3, True)):
        guest.memory.cache[:] = 7
        was = nvmc.instruction_cache
        nvmc.write(0x540, value)
        assert nvmc.instruction_cache is on and bool(guest.state[words.CACHE_ON]) is on
        assert bool((guest.memory.cache == 7).all()) is (was is on)
    nvmc.reset()
    assert not nvmc.instruction_cache and not guest.state[words.CACHE_ON]


def test_random_numbers_go_on_until_they_are_stopped(guest: Guest) -> None:
    rng = Rng(guest.chip, 1)
    rng.write(0x000, 1)
    found = []
    for _ in range(4):
        after(guest, rng, 0x100, 30 * MICROSECOND)
        found.append(rng.read(0x508))
    assert len(set(found)) > 2 and max(found) < 256
    rng.write(0x004, 1)
    guest.move_to(guest.now() + CPU_HZ)
    assert rng.read(0x100) == 0


def test_a_measured_temperature_raises_its_interrupt_and_a_stopped_one_does_not(
    guest: Guest,
) -> None:
    temp = Temp(guest.chip)
    temp.write(INTENSET, 1)
    temp.write(0x000, 1)
    temp.write(0x004, 1)
    guest.move_to(CPU_HZ)
    assert temp.read(0x100) == 0 and not guest.nvic.pending
    temp.write(0x000, 1)
    after(guest, temp, 0x100, 36 * MICROSECOND)
    assert guest.nvic.pending == {FIRST_INTERRUPT + 12}


@pytest.mark.parametrize("unit", range(6))
def test_a_trigger_is_its_event_and_its_interrupt(guest: Guest, unit: int) -> None:
    egu = Egu(unit, guest.chip)
    assert egu.start == 0x40014000 + 0x1000 * unit
    egu.write(INTENSET, 1 << 3 | 1 << 15)
    for task, pends in ((0, False), (3, True), (4, False), (15, True)):
        egu.write(4 * task, 1)
        events = [egu.read(0x100 + 4 * n) for n in range(16)]
        assert events == [int(n == task) for n in range(16)]
        assert guest.nvic.pending == ({FIRST_INTERRUPT + 20 + unit} if pends else set())
        egu.write(0x100 + 4 * task, 0)
        guest.nvic.unpend(FIRST_INTERRUPT + 20 + unit)
