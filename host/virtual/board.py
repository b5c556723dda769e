"""The virtual board: the CPU, its peripherals and the camera, wired together, and the loop that moves guest time on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from host.link.messages import MARKER_PINS
from host.virtual import words
from host.virtual.bus import PeripheralBus, Warnings
from host.virtual.chip import Chip
from host.virtual.core_load import CALL_BYTES, SEND_CYCLES, CoreLoad
from host.virtual.cpu import Bus as CpuBus
from host.virtual.cpu import Cpu, Stop
from host.virtual.ctrl_c import ctrl_c_waits
from host.virtual.dwt import Dwt
from host.virtual.exactness import Exactness
from host.virtual.exception_unit import ExceptionUnit
from host.virtual.ficr import CALL_BYTES as CALL_BYTES_PLACE
from host.virtual.ficr import RESET_PIN, RESET_PINS, make_uicr
from host.virtual.gpio import Gpio
from host.virtual.gpiote import Gpiote
from host.virtual.i2s import I2s
from host.virtual.image import Image, lay_model, read_image
from host.virtual.memory import Memory
from host.virtual.native.attention import go_on
from host.virtual.nvic import SVC, Nvic
from host.virtual.nvmc import Nvmc
from host.virtual.observer import Observer, say_on_stderr
from host.virtual.options import CORE_IMAGE, BoardOptions
from host.virtual.ov7675 import SCCB_ADDRESS, Ov7675
from host.virtual.peripherals import connect, make_banks
from host.virtual.pins import Pins
from host.virtual.power import REASON_LOCKUP, REASON_PIN, REASON_SOFTWARE, REASON_WATCHDOG, Power
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


class VirtualBoard:
    """A Nano 33 BLE Sense with a camera. `received` is called with what the firmware sends over its serial port."""

    def __init__(
        self,
        firmware: Path | Image,
        scene: Scene,
        options: BoardOptions | None = None,
        received: Callable[[bytes], None] | None = None,
        say: Callable[[str], None] = say_on_stderr,
    ) -> None:
        self.options = options or BoardOptions()
        self.memory = Memory()
        self.image = firmware if isinstance(firmware, Image) else read_image(firmware)
        self._uicr: dict[int, int] = {}
        self.received = received or (lambda data: None)
        self.marked: Callable[[bool], None] = lambda high: None  # the marker pin changed
        self._observer = Observer()
        self._cable_pulled = False
        self.in_bootloader = False
        self.lockups = 0
        self.slept_cycles = 0  # guest cycles that the CPU slept through since power on
        self._marker = False
        self._sleeping = self._reset_asked = False
        self._reset_reason = REASON_SOFTWARE
        self._build(scene, say)
        self.serial.open()
        self.flash(self.image)

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
        now = self._now
        self.bus = PeripheralBus(self.warnings)
        self.systick = SysTick(self.schedule, self.nvic, now)
        self.scs = SystemControlSpace(
            self.cpu, self.nvic, self.systick, self.warnings, self._ask_reset
        )
        self.exceptions = ExceptionUnit(self.cpu, self.memory, self.nvic, self.scs, self._lock_up)
        self.power = Power(self.schedule, self.nvic, now, self._ask_reset)
        self.nvmc = Nvmc(self.memory, self.warnings, self.cpu.spend, self.cpu.code_changed)
        self.uarte = Uarte(
            self.memory, self.schedule, self.nvic, self.warnings, now, self._transmit
        )
        self.dwt = Dwt(state, now, lambda: bool(self.scs.values[DEMCR] & TRACE_ENABLE))
        self.scs.on_write(DEMCR, self._write_demcr)
        self.sensor = Ov7675(state, scene, self.options, now, self.warnings)
        self._sccb = SccbSlave(SCCB_ADDRESS, self.sensor)
        self._pins = Pins(self.chip, state)
        self.sensor.moved = self._pins.look
        self.gpio = Gpio(state, self._pins_changed)
        self.gpio.pull_up(0, SDA_PIN, SCL_PIN)
        self.gpio.pull_up(1, CAMERA_RESET_PIN)
        self.i2s = I2s(self.sensor.set_clock)
        self.usbd = Usbd(self.chip, self.power.enable_usb)
        self.power.supplied = self.usbd.supply
        self.usb = UsbHost(self.chip, self.usbd)
        self.serial = CdcPort(self.usb)
        self.serial.received = self._transmit
        self._connect()
        state[words.GPIO_FUNCTION] = self.cpu.native_callback(
            lambda offset, _: self.bus.read(0x50000000 + offset, 4)
        )
        state[words.DWT_FUNCTION] = self.cpu.native_callback(
            lambda offset, _: self.bus.read(0xE0001000 + offset, 4)
        )
        state[words.RENDER_FUNCTION] = self.cpu.native_callback(self._render)
        state[words.PIN_WAIT] = self.options.pin_wait_cycles + silicon.wait

    def _connect(self) -> None:
        sensor_bus = Bus(SCL_PIN, SDA_PIN, {SCCB_ADDRESS: self.sensor})
        banks = [self.scs, self.power, self.nvmc, self.uarte, self.dwt, self.gpio, self.i2s]
        banks += [self.usbd, self.usbd.errata, Gpiote(self.chip, self.gpio, self._pins)]
        banks += [Twi(n, self.chip, (sensor_bus,)) for n in range(len(TWI_PLACES))]
        banks += make_banks(self.chip, self.options.serial_number, self._bite)
        banks.append(make_uicr(self._uicr, lambda: self.nvmc.writes))
        ppi = connect(self.chip, self.bus, banks)
        state = self.memory.state
        state[words.PPI_FUNCTION] = self.cpu.native_callback(lambda address, _: ppi.hear(address))
        state[words.DUE_FUNCTION] = self.cpu.native_callback(self._run_due)

    # -- the outside --------------------------------------------------------------------------------------------

    @property
    def cycles(self) -> int:
        """Guest cycles since power on."""
        return self.cpu.cycles

    @property
    def sleeping(self) -> bool:
        """The CPU waits for an interrupt or an event."""
        return self._sleeping

    @property
    def observer(self) -> Observer:
        """Who looks at this board."""
        return self._observer

    @observer.setter
    def observer(self, observer: Observer) -> None:
        self._observer = observer
        self.cpu.watch(words.WATCHED_BY_OBSERVER, type(observer) is not Observer)

    @property
    def marker_high(self) -> bool:
        """The power marker pin."""
        return self._marker

    @property
    def instructions(self) -> int:
        """Instructions since power on; blocks are counted whole."""
        return int(self.memory.state[words.INSTRUCTIONS])

    @property
    def symbols(self) -> dict[str, tuple[int, int]]:
        """The firmware's symbols: address, bytes."""
        return self.image.symbols

    @property
    def has_bootloader(self) -> bool:
        """The image leaves room for Arduino's bootloader, so that one is taken to have started it."""
        return self.image.start > 0

    @property
    def cable_pulled(self) -> bool:
        """Whether the USB cable is out; something else feeds the board then."""
        return self._cable_pulled

    @cable_pulled.setter
    def cable_pulled(self, pulled: bool) -> None:
        self._cable_pulled = pulled
        self.power.set_vbus(not pulled)

    def send(self, data: bytes) -> None:
        """The host sends bytes over the cable: to the USB port when the firmware shows one, else to its UART."""
        if self.cable_pulled or self.in_bootloader:
            return
        if self.usb.is_attached:
            self.serial.send(data)
        else:
            self.uarte.arrive(data)

    def waiting(self) -> int:
        """Bytes from the host that have not reached the firmware."""
        return self.uarte.waiting() + self.usb.waiting()

    def reflash(self, firmware: Path) -> None:
        """Writes another firmware into flash, as the bootloader would, and starts it."""
        self.flash(read_image(firmware))

    def flash(self, image: Image) -> None:
        """The same from an image."""
        self.image = image
        image.write(self.memory)
        self._uicr.clear()
        self._uicr.update(image.uicr)
        if self.has_bootloader:
            self._uicr.update(dict.fromkeys(RESET_PINS, RESET_PIN))
        self.core_load.switch(self.options.charges_core(image.symbols))
        brings_core = CORE_IMAGE in image.symbols
        self.exceptions.make_core_dearer(self.options.silicon.interrupt if brings_core else 0)
        self.uarte.send_cycles = None
        if self.core_load.on:
            self._uicr[CALL_BYTES_PLACE] = CALL_BYTES
            self.uarte.send_cycles = SEND_CYCLES
        self.cpu.code_changed(0, words.FLASH_BYTES)
        self.power.clear_bootloader_request()
        self._restart(REASON_PIN)

    def load_model(self, blob: bytes) -> None:
        """Lays a packed model over the built-in one, which comes last in flash, and resets."""
        start, end = lay_model(self.image, self.memory.flash, blob)
        self.cpu.code_changed(start, end - start)
        self.reset()

    def reset(self) -> None:
        """The reset button."""
        self.power.clear_bootloader_request()
        self._restart(REASON_PIN)

    def jump(self, address: int) -> None:
        """Goes on at `address`, as a debugger would; a sleeping CPU wakes."""
        self._sleeping = False
        self.cpu.jump(address)

    def read_symbol(self, name: str) -> bytes:
        """The bytes of a variable of the firmware."""
        address, count = self.symbols[name]
        return self.memory.read(address, count) or b""

    def run(self, cycles: int) -> None:
        """Moves guest time on by this many cycles."""
        self.run_until_heard(lambda: False, cycles)

    def run_until(self, done: Callable[[], bool], cycles: int) -> bool:
        """Runs until `done`, asked at every event and stop, or for so many cycles; says whether it was done."""
        self.cpu.watch(words.WATCHED_CLOSELY, True)
        try:
            return self.run_until_heard(done, cycles)
        finally:
            self.cpu.watch(words.WATCHED_CLOSELY, False)

    def run_until_heard(self, done: Callable[[], bool], cycles: int) -> bool:
        """The same, faster, for what only changes when the board says something: compiled hooks handle most stops."""
        end = self.cycles + cycles
        with ctrl_c_waits() as check_ctrl_c:
            while not done():
                check_ctrl_c()
                if self.cycles >= end:
                    return False
                self._run_to_event(end)
        return True

    def _run_to_event(self, end: int) -> None:
        """Up to the next event, a stop of the CPU, or the cycle `end`."""
        state = self.memory.state
        if self.in_bootloader:
            state[words.CYCLES] = end
            return
        self.schedule.aim(end)
        go_on(state)
        if self._sleeping:
            self._sleep_until(int(state[words.EVENT]))
        else:
            self._handle(self.cpu.run())
            self._observer.changed()
        self.schedule.run_due()
        self.exactness.settle()
        self._take_exception()
        self._observer.changed()
        if self._reset_asked:
            self._restart(self._reset_reason)

    def _sleep_until(self, event: int) -> None:
        """Time passes while the CPU sleeps; its clock is off, so the cycle counter stands still."""
        state = self.memory.state
        woken = self.core_load.next()
        self._sleeping = woken > event
        slept = max(0, min(event, woken) - self.cycles)
        state[words.CYCLES] += slept
        self.slept_cycles += slept
        if state[words.CYCCNT_RUNS]:
            state[words.CYCCNT_VALUE] -= slept

    # -- one stop -----------------------------------------------------------------------------------------------

    def _handle(self, stop: Stop) -> None:
        """What a stop of the CPU asks for."""
        if self.nvmc.unsettled:
            self.nvmc.settle()
        misaligned = int(self.memory.state[words.MISALIGNED_AT])
        if misaligned:
            self.memory.state[words.MISALIGNED_AT] = 0
            self.warnings.once(
                f"misaligned {misaligned:#x}",
                f"{misaligned:#010x}: multiple, double or float access to a misaligned address: silicon faults",
            )
        self.exactness.wanted()
        if stop is Stop.WAIT:
            self._sleeping = self.exceptions.sleeps()
        elif stop is Stop.EXCEPTION_RETURN:
            self._sleeping = self.exceptions.leave()
        elif stop is Stop.SUPERVISOR_CALL:
            self.exceptions.enter_synchronous(SVC)
        elif stop is not Stop.DEADLINE:
            self.exceptions.fault(stop)

    def _take_exception(self) -> None:
        if self.exceptions.take():
            self._sleeping = False

    def _lock_up(self, why: str) -> None:
        """The nRF52840 resets itself when its CPU locks up."""
        self.lockups += 1
        self.warnings.once(f"lockup {why}", f"CPU lockup: {why}; reset")
        self._restart(REASON_LOCKUP)

    def _restart(self, reason: int) -> None:
        self._reset_asked = self._sleeping = False
        self._reset_reason = REASON_SOFTWARE
        self.power.add_reset_reason(reason)
        self.schedule.clear()
        self.nvic.reset()
        self.systick.reset()
        self.core_load.reset()
        self.bus.reset()
        start = self.image.start
        self.scs.set_vectors(start)
        self.exactness.reset()
        self.exceptions.reset()
        if self.has_bootloader:
            self.uarte.leave_receiving()
        self.cpu.reset(self.memory.read_word(start), self.memory.read_word(start + 4))
        wanted = reason == REASON_SOFTWARE and self.power.bootloader_request != 0
        self.in_bootloader = self.has_bootloader and wanted

    # -- what the CPU and the peripherals call ------------------------------------------------------------------

    def _ask_reset(self) -> None:
        self._reset_asked = True
        self.cpu.stop()

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

    def _bite(self) -> None:
        self._reset_reason = REASON_WATCHDOG
        self._ask_reset()

    def _read(self, address: int, size: int) -> int:
        self._catch_up()
        return self.bus.read(address, size)

    def _write(self, address: int, size: int, value: int) -> None:
        self._catch_up()
        self.bus.write(address, size, value)

    def _store_to_flash(self, address: int, size: int, value: int) -> bool:
        if not self.nvmc.store(address, size, value):
            return False
        state = (
            self.memory.state
        )  # to settle; stopping here would make Unicorn repeat the store for ever
        state[words.ATTENTION], state[words.DEADLINE] = 1, 0
        return True

    def _write_demcr(self, value: int) -> None:
        self.scs.values[DEMCR] = value
        self.dwt.update()

    def _transmit(self, data: bytes) -> None:
        if not self.cable_pulled:
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
