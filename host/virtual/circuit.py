"""What a virtual board is made of: the chip's blocks, the sensor and the cable's other end, wired together.

Nothing moves by itself here: board.py lets time pass, and says what a reset and a lockup do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from host.link.messages import MARKER_PINS
from host.virtual import words
from host.virtual.bus import PeripheralBus, Warnings
from host.virtual.chip import Chip
from host.virtual.core_load import CoreLoad
from host.virtual.cpu import Bus as CpuBus
from host.virtual.cpu import Cpu
from host.virtual.dwt import Dwt
from host.virtual.exactness import Exactness
from host.virtual.exception_unit import ExceptionUnit
from host.virtual.ficr import make_uicr
from host.virtual.gpio import Gpio
from host.virtual.gpiote import Gpiote
from host.virtual.i2s import I2s
from host.virtual.memory import Memory
from host.virtual.nvic import Nvic
from host.virtual.nvmc import Nvmc
from host.virtual.observer import Observer
from host.virtual.options import BoardOptions
from host.virtual.ov7675 import SCCB_ADDRESS, Ov7675
from host.virtual.peripherals import connect, make_banks
from host.virtual.pins import Pins
from host.virtual.power import Power
from host.virtual.sccb import SccbSlave
from host.virtual.scene import Scene
from host.virtual.schedule import Schedule
from host.virtual.scs import DEMCR, SystemControlSpace
from host.virtual.systick import SysTick
from host.virtual.twi import PLACES as TWI_PLACES
from host.virtual.twi import Bus, Twi
from host.virtual.uarte import Uarte
from host.virtual.usb.cdc import CdcPort
from host.virtual.usb.host import UsbHost
from host.virtual.usb.usbd import Usbd

SDA_PIN, SCL_PIN = 31, 2  # of P0
MARKERS = sum(1 << pin for pin in MARKER_PINS)  # of P0: the firmware drives one of them at most
CAMERA_POWER_DOWN_PIN, CAMERA_RESET_PIN = 1, 8  # of P1
TRACE_ENABLE = 1 << 24


class Circuit(ABC):
    """Every part by its name. `received` is called with what the firmware sends over its serial port."""

    def __init__(
        self,
        scene: Scene,
        options: BoardOptions,
        received: Callable[[bytes], None],
        say: Callable[[str], None],
    ) -> None:
        self.options = options
        self.memory = Memory()
        self.received = received
        self.marked: Callable[[bool], None] = lambda high: None  # the marker pin changed
        self._uicr: dict[int, int] = {}
        self._observer = Observer()
        self._cable_pulled = False
        self._marker = False
        self._build(scene, say)

    @abstractmethod
    def _request_reset(self) -> None:
        """By software: after the instruction that asks for it."""

    @abstractmethod
    def _bite(self) -> None:
        """The watchdog was not fed."""

    @abstractmethod
    def _lock_up(self, why: str) -> None:
        """A fault that no handler takes."""

    def _build(self, scene: Scene, say: Callable[[str], None]) -> None:
        state = self.memory.state
        self.nvic = Nvic(self.memory)
        silicon = self.options.silicon
        self.core_load = CoreLoad(state, silicon.interrupt)
        self.schedule = Schedule(state)
        access = CpuBus(self._read, self._write, self._store_to_flash)
        model = silicon.model(self.options.cycle_model)
        self.cpu = Cpu(self.memory, access, model, silicon.flash)
        self.exactness = Exactness(self.cpu, self.schedule, self.options.always_exact)
        self.warnings = Warnings(say, self.cpu.program_counter)
        self.chip = Chip(self.memory, self.schedule, self.nvic, self.warnings, self._now)
        self.bus = PeripheralBus(self.warnings)
        self._build_core()
        self._build_camera(scene)
        self._build_usb()
        self._connect()
        self._fill_state()

    def _build_core(self) -> None:
        now, state = self._now, self.memory.state
        self.systick = SysTick(self.schedule, self.nvic, now)
        self.scs = SystemControlSpace(
            self.cpu, self.nvic, self.systick, self.warnings, self._request_reset
        )
        self.exceptions = ExceptionUnit(self.cpu, self.memory, self.nvic, self.scs, self._lock_up)
        self.power = Power(self.schedule, self.nvic, now, self._request_reset)
        self.nvmc = Nvmc(self.memory, self.warnings, self.cpu.spend, self.cpu.code_changed)
        self.uarte = Uarte(
            self.memory, self.schedule, self.nvic, self.warnings, now, self._transmit
        )
        self.dwt = Dwt(state, now, lambda: bool(self.scs.values[DEMCR] & TRACE_ENABLE))
        self.scs.on_write(DEMCR, self._write_demcr)

    def _build_camera(self, scene: Scene) -> None:
        state = self.memory.state
        self.sensor = Ov7675(state, scene, self.options, self._now, self.warnings)
        self._sccb = SccbSlave(SCCB_ADDRESS, self.sensor)
        self._pins = Pins(self.chip, state)
        self.sensor.moved = self._pins.look
        self.gpio = Gpio(state, self._pins_changed)
        self.gpio.pull_up(0, SDA_PIN, SCL_PIN)
        self.gpio.pull_up(1, CAMERA_RESET_PIN)
        self.i2s = I2s(self.sensor.set_clock)

    def _build_usb(self) -> None:
        self.usbd = Usbd(self.chip, self.power.enable_usb)
        self.power.supplied = self.usbd.supply
        self.usb = UsbHost(self.chip, self.usbd)
        self.serial = CdcPort(self.usb)
        self.serial.received = self._transmit

    def _fill_state(self) -> None:
        """What compiled hooks call."""
        state = self.memory.state
        state[words.GPIO_FUNCTION] = self.cpu.native_callback(
            lambda offset, _: self.bus.read(0x50000000 + offset, 4)
        )
        state[words.DWT_FUNCTION] = self.cpu.native_callback(
            lambda offset, _: self.bus.read(0xE0001000 + offset, 4)
        )
        state[words.RENDER_FUNCTION] = self.cpu.native_callback(self._render)
        state[words.PIN_WAIT] = self.options.pin_wait_cycles + self.options.silicon.wait

    def _connect(self) -> None:
        sensor_bus = Bus(SCL_PIN, SDA_PIN, {SCCB_ADDRESS: self.sensor})
        banks = [self.scs, self.power, self.nvmc, self.uarte, self.dwt, self.gpio, self.i2s]
        banks += [self.usbd, self.usbd.errata, Gpiote(self.chip, self.gpio, self._pins)]
        banks += [Twi(n, self.chip, (sensor_bus,)) for n in range(len(TWI_PLACES))]
        banks += make_banks(self.chip, self.options.serial_number, self._bite)
        banks.append(make_uicr(self._uicr, lambda: self.nvmc.writes))
        ppi = connect(self.chip, self.bus, banks)
        state = self.memory.state
        state[words.PPI_FUNCTION] = self.cpu.native_callback(
            lambda address, _: ppi.on_event(address)
        )
        state[words.DUE_FUNCTION] = self.cpu.native_callback(self._run_due)

    # -- what the CPU and the peripherals call ----------------------------------------------------------------------

    def _now(self) -> int:
        return self.schedule.time(self.cpu.now)

    def _catch_up(self) -> None:
        """What was due before this access happens before it, though the block has not come to its end."""
        state = self.memory.state
        if state[words.CYCLES] >= state[words.EVENT]:
            self.schedule.run_due(self.cpu.now())

    def _run_due(self, cycle: int, _: int) -> int:
        self.schedule.run_due(cycle)
        return 0

    def _read(self, address: int, size: int) -> int:
        self._catch_up()
        return self.bus.read(address, size)

    def _write(self, address: int, size: int, value: int) -> None:
        self._catch_up()
        self.bus.write(address, size, value)

    def _store_to_flash(self, address: int, size: int, value: int) -> bool:
        if not self.nvmc.store(address, size, value):
            return False
        # to settle; stopping here would make Unicorn repeat the store for ever
        state = self.memory.state
        state[words.ATTENTION], state[words.DEADLINE] = 1, 0
        return True

    def _write_demcr(self, value: int) -> None:
        self.scs.values[DEMCR] = value
        self.dwt.update()

    def _transmit(self, data: bytes) -> None:
        if not self._cable_pulled:
            self._observer.sent(data)
            self.received(data)

    def _render(self, frame: int, _: int) -> int:
        self.sensor.render(frame)
        return 0

    def _pins_changed(self, levels_p0: int, levels_p1: int) -> None:
        """Outputs changed: the sensor's bus, its control pins."""
        self._pins.look()
        self._sccb.lines(bool(levels_p0 >> SCL_PIN & 1), bool(levels_p0 >> SDA_PIN & 1))
        stuck = self.options.faults.data_line_stuck
        self.gpio.hold_low(0, SDA_PIN, self._sccb.low or stuck)
        self.sensor.set_control(
            bool(levels_p1 >> CAMERA_POWER_DOWN_PIN & 1), not levels_p1 >> CAMERA_RESET_PIN & 1
        )
        if self._marker != bool(levels_p0 & MARKERS):
            self._marker = not self._marker
            self._observer.changed()
            self.marked(self._marker)
