"""USBD: the full-speed USB device controller (nRF52840 Product Specification 1.7, 6.35; tasks in nrfx_usbd.c).

Between RAM and the bus lies a buffer an endpoint. IN: STARTEPIN fills it by EasyDMA, the host empties it. OUT: the host
fills it when it is armed, STARTEPOUT empties it. Isochronous endpoints are not modelled, nor data toggles.
EasyDMA is taken to move a word a period of the 16 MHz clock; no source says how fast it is.
"""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.chip import Chip
from host.virtual.interrupts import EventBank
from host.virtual.usb.cable import Cable, NoCable
from host.virtual.usb.errata import UsbErrata
from host.virtual.words import RAM_START

ENDPOINTS, PACKET_BYTES = 8, 64
STARTEPIN, STARTEPOUT, EP0RCVOUT, EP0STATUS, EP0STALL = 0x004, 0x028, 0x04C, 0x050, 0x054
DPDMDRIVE, DPDMNODRIVE = 0x058, 0x05C
USBRESET, STARTED, ENDEPIN, EP0DATADONE, ENDEPOUT = 0x100, 0x104, 0x108, 0x128, 0x130
SOF, USBEVENT, EP0SETUP, EPDATA, EVENTS = 0x154, 0x158, 0x15C, 0x160, range(0x100, 0x164, 4)
SHORTS, EVENTCAUSE, HALTED_IN, HALTED_OUT = 0x200, 0x400, 0x420, 0x444
EPSTATUS, EPDATASTATUS, USBADDR, SETUP, SIZE_OUT = 0x468, 0x46C, 0x470, 0x480, 0x4A0
ENABLE, PULLUP, DPDMVALUE, DTOGGLE, EPINEN, EPOUTEN = 0x500, 0x504, 0x508, 0x50C, 0x510, 0x514
EPSTALL, ISOSPLIT, FRAMECNTR, LOWPOWER, ISOINCONFIG = 0x518, 0x51C, 0x520, 0x52C, 0x530
EPIN, EPOUT, ENDPOINT_STEP = 0x600, 0x700, 0x14
PTR, MAXCNT, AMOUNT = 0, 4, 8
SHORT_STARTEPIN0, SHORT_STARTEPOUT0, SHORT_DONE_STATUS, SHORT_END_STATUS, SHORT_END_RCVOUT = (
    1, 2, 4, 8, 16,
)  # fmt: skip
SUSPEND, RESUME, WAKE_UP_ALLOWED, READY = 1 << 8, 1 << 9, 1 << 10, 1 << 11
DRIVE_RESUME = 1
DMA_WORD_CYCLES = 4
IN_ADDRESS = 0x80


class Usbd(EventBank):
    """The controller. `powered` is called when ENABLE changes, whoever supplies it calls supply()."""

    def __init__(self, chip: Chip, powered: Callable[[bool], None]) -> None:
        super().__init__("USBD", 0x40027000, chip.nvic, 39, tuple(EVENTS), whole=True)
        self._chip, self._powered = chip, powered
        self.cable: Cable = NoCable()
        self.errata = UsbErrata(chip.warnings)
        for n in range(ENDPOINTS):
            self._add_endpoint(n)
        self.plain(SIZE_OUT + 4 * ENDPOINTS, reset=1 << 16)  # ISOOUT: no data
        for offset, action in (
            (EP0RCVOUT, lambda: self.cable.out_ready(0)),
            (EP0STATUS, lambda: self.cable.status_ready()),
            (EP0STALL, lambda: self.cable.stalled(0)),
            (DPDMDRIVE, self._drive),
            (DPDMNODRIVE, lambda: None),
        ):
            self.task(offset, self._unless_lost(action))
        self.plain(SHORTS, DPDMVALUE, DTOGGLE, ISOSPLIT, ISOINCONFIG)
        self.plain(EPINEN, EPOUTEN, reset=1)
        for offset in (USBADDR, FRAMECNTR, *range(SETUP, SETUP + 32, 4)):
            self.plain(offset)
            self.on_write(offset, lambda _: None)
        for offset in (EVENTCAUSE, EPSTATUS, EPDATASTATUS):
            self.on_write(offset, self._clearer(offset))
        self.on_write(ENABLE, self._write_enable)
        self.on_write(PULLUP, self._write_pullup)
        self.on_write(EPSTALL, self._write_stall)
        self.on_write(LOWPOWER, self._write_low_power)
        self.errata.add_registers(self, self._abort)
        self._clear_buffers()
        self._supplied = self._ready = False

    def _add_endpoint(self, n: int) -> None:
        self.task(STARTEPIN + 4 * n, self._unless_lost(lambda: self._start_in(n)))
        self.task(STARTEPOUT + 4 * n, self._unless_lost(lambda: self._start_out(n)))
        for base in (EPIN, EPOUT):
            place = base + ENDPOINT_STEP * n
            self.plain(place + PTR, place + MAXCNT, place + AMOUNT)
        self.on_write(SIZE_OUT + 4 * n, lambda _: self._arm(n))
        for halted in (HALTED_IN, HALTED_OUT):
            self.plain(halted + 4 * n)

    def _clear_buffers(self) -> None:
        self._in: dict[int, bytes] = {}
        self._out: dict[int, bytes] = {}
        self._armed: set[int] = set()
        self._dma_until = 0

    def reset(self) -> None:
        """Off the bus."""
        super().reset()
        self._clear_buffers()
        self._supplied = self._ready = False
        self._show()

    # -- registers ----------------------------------------------------------------------------------------------

    def _clearer(self, offset: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.values[offset] &= ~value

        return write

    def _write_enable(self, value: int) -> None:
        before, self.values[ENABLE] = self.values[ENABLE], value & 1
        self._ready = self._ready and bool(value & 1)
        if before != self.values[ENABLE]:
            self._powered(bool(value & 1))

    def _write_pullup(self, value: int) -> None:
        self.values[PULLUP] = value & 1
        self._show()

    def _write_stall(self, value: int) -> None:
        number, incoming, stall = value & 7, value & IN_ADDRESS, value >> 8 & 1
        self.values[(HALTED_IN if incoming else HALTED_OUT) + 4 * number] = stall
        if stall:
            self.cable.stalled(number | incoming)

    def _write_low_power(self, value: int) -> None:
        before, self.values[LOWPOWER] = self.values[LOWPOWER], value & 1
        if before and not value & 1:
            self.cause(WAKE_UP_ALLOWED)

    def _drive(self) -> None:
        if self.values[DPDMVALUE] == DRIVE_RESUME:
            self.cable.woken()

    def _arm(self, n: int) -> None:
        """Any write to SIZE.EPOUT lets the endpoint take a packet; what it held is dropped."""
        self.values[SIZE_OUT + 4 * n] = 0
        self._out.pop(n, None)
        if n:
            self._accept(n)

    def _accept(self, n: int) -> None:
        self._armed.add(n)
        self.cable.out_ready(n)

    def _abort(self, n: int) -> None:
        self._in.pop(n, None)

    # -- EasyDMA ------------------------------------------------------------------------------------------------

    def _unless_lost(self, action: Callable[[], None]) -> Callable[[], None]:
        """Anomaly 199: the controller takes no task during DMA, unless a test register says so."""

        def act() -> None:
            if self._chip.now() < self._dma_until and self.errata.loses_tasks:
                self._chip.warnings.once("199", "USBD: a task during DMA is lost (anomaly 199)")
                return
            action()

        return act

    def _start_in(self, n: int) -> None:
        place = EPIN + ENDPOINT_STEP * n
        count = self.values[place + MAXCNT] & 0x7F
        data = self._chip.memory.read(self.values[place], count) if count else b""
        if data is None or (count and self.values[place] < RAM_START):
            self._refuse(f"EPIN{n}", self.values[place])
            data = bytes(count)

        def ended() -> None:
            self._in[n] = data
            self.values[place + AMOUNT] = count
            self.signal(ENDEPIN + 4 * n)
            self.cable.in_ready(n)

        self._transfer(n, count, ended)

    def _start_out(self, n: int) -> None:
        place = EPOUT + ENDPOINT_STEP * n
        data = self._out.pop(n, b"")[: self.values[place + MAXCNT] & 0x7F]

        def ended() -> None:
            if data and not self._chip.memory.write_ram(self.values[place], data):
                self._refuse(f"EPOUT{n}", self.values[place])
            self.values[place + AMOUNT] = len(data)
            self.signal(ENDEPOUT + 4 * n)
            if n:
                self._accept(n)
                return
            if self.values[SHORTS] & SHORT_END_STATUS:
                self.cable.status_ready()
            if self.values[SHORTS] & SHORT_END_RCVOUT:
                self.cable.out_ready(0)

        self._transfer(n + 16, len(data), ended)

    def _transfer(self, status_bit: int, count: int, ended: Callable[[], None]) -> None:
        self.values[EPSTATUS] |= 1 << status_bit
        self.signal(STARTED)
        self._dma_until = self._chip.now() + DMA_WORD_CYCLES * (1 + (count + 3) // 4)
        self._chip.schedule.at(f"usb dma {status_bit}", self._dma_until, ended)

    def _refuse(self, name: str, address: int) -> None:
        self._chip.warnings.once(
            f"usb {name}",
            f"USBD register {name}.PTR: EasyDMA reaches RAM only, not {address:#010x}",
        )

    # -- what the bus does --------------------------------------------------------------------------------------

    def cause(self, bit: int) -> None:
        """USBEVENT with its reason."""
        self.values[EVENTCAUSE] |= bit
        self.signal(USBEVENT)

    def resumed(self) -> None:
        """The bus is active again. LOWPOWER falls: nrfx_usbd.c does not clear it, yet allows no DMA with it."""
        self.values[LOWPOWER] = 0
        self.cause(RESUME)

    def supply(self, stable: bool) -> None:
        """The regulator's output is there or gone, and with it the pull-up."""
        self._supplied = stable
        if stable and self.values[ENABLE] and not self._ready:
            self._get_ready()
        self._show()

    def _get_ready(self) -> None:
        self._ready = not self.errata.held_back
        if self._ready:
            self.cause(READY)
        else:
            self._chip.warnings.once("187", "USBD: never ready without the remedy of anomaly 187")

    def _show(self) -> None:
        self.cable.attached(bool(self._supplied and self.values[PULLUP]))

    def bus_reset(self) -> None:
        """Address 0, only the control endpoint enabled."""
        self._clear_buffers()
        self.values[USBADDR] = 0
        self.values[EPINEN] = self.values[EPOUTEN] = 1
        self.signal(USBRESET)

    def start_of_frame(self, number: int) -> None:
        """A millisecond went by."""
        self.values[FRAMECNTR] = number
        self.signal(SOF)

    def setup(self, packet: bytes) -> None:
        """A SETUP packet of 8 bytes; SET_ADDRESS the controller obeys by itself."""
        for index, byte in enumerate(packet):
            self.values[SETUP + 4 * index] = byte
        self._in.pop(0, None)
        self._out.pop(0, None)
        if packet[:2] == b"\x00\x05":
            self.values[USBADDR] = packet[2]
        self.signal(EP0SETUP)

    def loaded(self, n: int) -> int | None:
        """Bytes that an IN token would bring; None for NAK, STALL or no such endpoint."""
        if not self.values[EPINEN] >> n & 1 or self.values[HALTED_IN + 4 * n] or n not in self._in:
            return None
        return len(self._in[n])

    def accepts(self, n: int) -> bool:
        """Whether an OUT packet would be taken."""
        enabled = self.values[EPOUTEN] >> n & 1 and not self.values[HALTED_OUT + 4 * n]
        return bool(enabled) and (n == 0 or n in self._armed)

    def take(self, n: int) -> bytes | None:
        """An IN token: the data, None for NAK, STALL or no such endpoint."""
        if self.loaded(n) is None:
            return None
        data = self._in.pop(n)
        if n:
            self._data_moved(n)
        else:
            self._control_data_moved()
        return data

    def give(self, n: int, data: bytes) -> bool:
        """An OUT packet; false when it was not taken."""
        if not self.accepts(n):
            return False
        self._armed.discard(n)
        self._out[n] = data
        self.values[SIZE_OUT + 4 * n] = len(data)
        if n:
            self._data_moved(n + 16)
        else:
            self._control_data_moved()
        return True

    def _data_moved(self, bit: int) -> None:
        self.values[EPDATASTATUS] |= 1 << bit
        self.signal(EPDATA)

    def _control_data_moved(self) -> None:
        self.signal(EP0DATADONE)
        shorts = self.values[SHORTS]
        if shorts & SHORT_STARTEPIN0:
            self._start_in(0)
        if shorts & SHORT_STARTEPOUT0:
            self._start_out(0)
        if shorts & SHORT_DONE_STATUS:
            self.cable.status_ready()
