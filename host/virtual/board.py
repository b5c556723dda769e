"""The virtual board: the loop that moves guest time on, its resets, and what one does to it from outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from host.virtual import words
from host.virtual.circuit import Circuit
from host.virtual.core_load import CALL_BYTES, SEND_CYCLES
from host.virtual.cpu import Stop
from host.virtual.ctrl_c import ctrl_c_waits
from host.virtual.ficr import CALL_BYTES as CALL_BYTES_PLACE
from host.virtual.ficr import RESET_PIN, RESET_PINS
from host.virtual.image import Image, lay_model, read_image
from host.virtual.native.attention import go_on
from host.virtual.nvic import SVC
from host.virtual.observer import Observer, say_on_stderr
from host.virtual.options import CORE_IMAGE, BoardOptions
from host.virtual.power import REASON_LOCKUP, REASON_PIN, REASON_SOFTWARE, REASON_WATCHDOG
from host.virtual.scene import Scene


class VirtualBoard(Circuit):
    """A Nano 33 BLE Sense with a camera. `received` is called with what the firmware sends over its serial port."""

    def __init__(
        self,
        firmware: Path | Image,
        scene: Scene,
        options: BoardOptions | None = None,
        received: Callable[[bytes], None] | None = None,
        say: Callable[[str], None] = say_on_stderr,
    ) -> None:
        self.image = firmware if isinstance(firmware, Image) else read_image(firmware)
        self.in_bootloader = False
        self.lockups = 0
        self.slept_cycles = 0  # guest cycles that the CPU slept through since power on
        self._sleeping = self._reset_requested = False
        self._reset_reason = REASON_SOFTWARE
        super().__init__(scene, options or BoardOptions(), received or (lambda data: None), say)
        self.serial.open()
        self.flash(self.image)

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
        self.run_until_output(lambda: False, cycles)

    def run_until(self, done: Callable[[], bool], cycles: int) -> bool:
        """Runs until `done`, asked at every event and stop, or for so many cycles; says whether it was done."""
        self.cpu.watch(words.WATCHED_CLOSELY, True)
        try:
            return self.run_until_output(done, cycles)
        finally:
            self.cpu.watch(words.WATCHED_CLOSELY, False)

    def run_until_output(self, done: Callable[[], bool], cycles: int) -> bool:
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
        if self._reset_requested:
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
        self._reset_requested = self._sleeping = False
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

    # -- what the circuit calls -------------------------------------------------------------------------------

    def _request_reset(self) -> None:
        self._reset_requested = True
        self.cpu.stop()

    def _bite(self) -> None:
        self._reset_reason = REASON_WATCHDOG
        self._request_reset()
