"""UARTE0: the serial port with EasyDMA (nRF52840 Product Specification 1.1, 6.34). Bytes take 10 bits at the baud rate.

A byte that arrives with no buffer armed waits in a FIFO of 6; the seventh is lost and ERROR says so, as on silicon.
With hardware flow control (CONFIG.HWFC, PSEL.RTS connected) the host is held back while the receiver is stopped, or has
no more than four bytes left of its FIFO (6.34.2); here it is quick: the byte that was on its way is sent again.
"""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.bus import Warnings
from host.virtual.interrupts import EventBank
from host.virtual.memory import Memory
from host.virtual.nvic import Nvic
from host.virtual.schedule import Schedule
from host.virtual.words import RAM_START

RXDRDY, ENDRX, TXDRDY, ENDTX, ERROR, RXTO = 0x108, 0x110, 0x11C, 0x120, 0x124, 0x144
RXSTARTED, TXSTARTED, TXSTOPPED = 0x14C, 0x150, 0x158
EVENTS = (0x100, 0x104, RXDRDY, ENDRX, TXDRDY, ENDTX, ERROR, RXTO, RXSTARTED, TXSTARTED, TXSTOPPED)
SHORTS, ERRORSRC, ENABLE, BAUDRATE, CONFIG = 0x200, 0x480, 0x500, 0x524, 0x56C
RX_POINTER, RX_MAXIMUM, RX_AMOUNT = 0x534, 0x538, 0x53C
TX_POINTER, TX_MAXIMUM, TX_AMOUNT = 0x544, 0x548, 0x54C
SHORT_ENDRX_STARTRX, SHORT_ENDRX_STOPRX, OVERRUN, ENABLED = 1 << 5, 1 << 6, 1, 8
FIFO_BYTES, RXTO_BYTES = 6, 5
PSEL_RTS, DISCONNECTED, HARDWARE_FLOW_CONTROL, SPARED_BYTES = 0x508, 1 << 31, 1, 4
# Bytes that one event moves, so that the CPU is not stopped for each. What arrives together must be less than the
# pause that the firmware takes for a command's end (QUIET_TICKS in virtual.c), down to 640 kbaud.
RECEIVE_CHUNK, SEND_CHUNK = 8, 256


class Uarte(EventBank):
    """The port. `transmit` gets what the firmware sends; `arrive` takes what the host sends."""

    def __init__(
        self,
        memory: Memory,
        schedule: Schedule,
        nvic: Nvic,
        warnings: Warnings,
        now: Callable[[], int],
        transmit: Callable[[bytes], None],
    ) -> None:
        super().__init__("UARTE0", 0x40002000, nvic, 2, EVENTS)
        self._memory, self._schedule, self._warnings = memory, schedule, warnings
        self._now, self._transmit = now, transmit
        self.plain(SHORTS, ENABLE, CONFIG, RX_POINTER, RX_MAXIMUM, RX_AMOUNT)
        self.plain(TX_POINTER, TX_MAXIMUM, TX_AMOUNT)
        self.plain(PSEL_RTS, 0x50C, 0x510, 0x514, reset=0xFFFFFFFF)
        self.plain(BAUDRATE, reset=0x04000000)
        self.on_write(ERRORSRC, self._clear_errors)
        self.on_write(ENABLE, self._write_enable)
        for offset, action in (
            (0x000, self._start_receiving),
            (0x004, self._stop_receiving),
            (0x008, self._start_sending),
            (0x00C, self._stop_sending),
            (0x02C, self._flush),
        ):
            self.task(offset, action)
        self.bytes_lost = 0
        self.send_cycles: int | None = (
            None  # a byte takes when the line is no UART; None: by BAUDRATE
        )
        self._idle()

    def reset(self) -> None:
        """As after a reset; the line to the host stays."""
        super().reset()
        self._idle()

    def leave_receiving(self) -> None:
        """As Arduino's bootloader leaves it to the application: enabled, receiving from pins that nothing drives.

        The core's start (initVariant of ArduinoCore-mbed, variants/ARDUINO_NANO33BLE) stops it and waits for RXTO.
        """
        self.values[ENABLE] = ENABLED
        self._receiving = self._left_over = True

    def _idle(self) -> None:
        self._left_over = False
        self._line = bytearray()  # bytes on their way from the host
        self._fifo = bytearray()
        self._line_free = 0  # the cycle at which the line can carry another byte
        self._on_the_way = 0  # bytes that arrive together at that cycle
        self._receiving = self._stopping = False
        self._place, self._room, self._stored = 0, 0, 0
        self._sending = False
        self._source, self._left, self._sent = 0, 0, 0

    def byte_cycles(self) -> int:
        """Guest cycles a byte takes: BAUDRATE = baud * 2^32 / 16 MHz, 10 bits, 64 MHz."""
        return max(1, 40 * (1 << 32) // max(1, self.values[BAUDRATE]))

    def _enabled(self) -> bool:
        return self.values[ENABLE] == ENABLED

    def _write_enable(self, value: int) -> None:
        self._receiving = self._receiving and not self._left_over
        self._left_over = False
        self.values[ENABLE] = value & 15
        if not self._enabled():
            self._line.clear()
            self._cut_off()
            self._receiving = self._sending = False

    def _clear_errors(self, value: int) -> None:
        self.values[ERRORSRC] &= ~value

    # -- to the host --------------------------------------------------------------------------------------------

    def _start_sending(self) -> None:
        if not self._enabled():
            return
        self._source, self._left = self.values[TX_POINTER], self.values[TX_MAXIMUM] & 0xFFFF
        self._sent = 0
        self._sending = True
        self.signal(TXSTARTED)
        outside = self._source < RAM_START or self._memory.read(self._source, self._left) is None
        if self._left and outside:
            self._refuse("TXD.PTR", self._source)
            self._left = 0
        self._schedule_send()

    def _refuse(self, name: str, address: int) -> None:
        self._warnings.once(
            f"dma {name} {address >> 20:#x}",
            f"UARTE0 register {name}: EasyDMA reaches RAM only, not {address:#010x}; nothing is moved",
        )

    def _schedule_send(self) -> None:
        cycles = min(self._left, SEND_CHUNK) * (self.send_cycles or self.byte_cycles())
        self._schedule.at("uarte send", self._now() + cycles, self._send_chunk)

    def _send_chunk(self) -> None:
        if not self._sending:
            return
        count = min(self._left, SEND_CHUNK)
        if count:
            self._transmit(self._memory.read(self._source, count) or b"")
            self.signal(TXDRDY)
        self._source += count
        self._left -= count
        self._sent += count
        if self._left:
            self._schedule_send()
            return
        self._sending = False
        self.values[TX_AMOUNT] = self._sent
        self.signal(ENDTX)

    def _stop_sending(self) -> None:
        self._sending = False
        self._schedule.cancel("uarte send")
        self.values[TX_AMOUNT] = self._sent
        self.signal(TXSTOPPED)

    # -- from the host ------------------------------------------------------------------------------------------

    def arrive(self, data: bytes) -> None:
        """The host sent bytes: they come in one after the other from now on."""
        if not self._enabled() or self._left_over:
            self.bytes_lost += len(data)
            return
        self._line += data
        self._let_host_send()

    def waiting(self) -> int:
        """Bytes from the host that are still on the line."""
        return len(self._line)

    def _chunk(self) -> int:
        count = 1 if self.enables(RXDRDY) or not self._receiving else RECEIVE_CHUNK
        return max(1, min(count, len(self._line), self._room or 1))

    def _holds_host_back(self) -> bool:
        """RTS is not active, and the host looks at it."""
        controlled = self.values[CONFIG] & HARDWARE_FLOW_CONTROL
        if not controlled or self.values[PSEL_RTS] & DISCONNECTED:
            return False
        room = self._room or FIFO_BYTES - len(self._fifo) > SPARED_BYTES
        return not (self._receiving and room)

    def _let_host_send(self) -> None:
        if self._line and not self._on_the_way and not self._holds_host_back():
            self._on_the_way = self._chunk()
            start = max(self._now(), self._line_free)
            self._line_free = start + self._on_the_way * self.byte_cycles()
            self._schedule.at("uarte arrive", self._line_free, self._take_from_line)

    def _cut_off(self) -> None:
        """What has come by now is there; the rest stays with the host, the byte under way included."""
        if self._on_the_way:
            late = -(-(self._line_free - self._now()) // self.byte_cycles())
            arrived = self._on_the_way - max(0, min(self._on_the_way, late))
            self._schedule.cancel("uarte arrive")
            self._on_the_way, self._line_free = 0, self._now()
            self._bring(arrived)

    def _take_from_line(self) -> None:
        count, self._on_the_way = self._on_the_way, 0
        self._bring(count)
        self._let_host_send()

    def _bring(self, count: int) -> None:
        data = bytes(self._line[:count])
        del self._line[:count]
        while data:
            step = self._room or len(data)
            self._take(data[:step])
            data = data[step:]

    def _take(self, data: bytes) -> None:
        if not self._receiving and not self._stopping:
            self.bytes_lost += len(data)
        elif self._room:
            self._store(data)
        else:
            self._queue(data)

    def _queue(self, data: bytes) -> None:
        accepted = data[: FIFO_BYTES - len(self._fifo)]
        self._fifo += accepted
        if len(accepted) < len(data):
            self.bytes_lost += len(data) - len(accepted)
            self.values[ERRORSRC] |= OVERRUN
            self.signal(ERROR)

    def _store(self, data: bytes) -> None:
        """Moves bytes into the armed buffer; data never exceeds the room."""
        if not self._memory.write_ram(self._place, data):
            self._refuse("RXD.PTR", self._place)
        self._place += len(data)
        self._room -= len(data)
        self._stored += len(data)
        self.signal(RXDRDY)
        if self._room == 0:
            self._end_buffer()

    def _end_buffer(self) -> None:
        self.values[RX_AMOUNT] = self._stored
        self._room = self._stored = 0
        self.signal(ENDRX)
        if self.values[SHORTS] & SHORT_ENDRX_STOPRX:
            self._stop_receiving()
        elif self.values[SHORTS] & SHORT_ENDRX_STARTRX:
            self._start_receiving()

    def _start_receiving(self) -> None:
        if not self._enabled():
            return
        self._receiving, self._stopping = True, False
        self._schedule.cancel("uarte timeout")
        self._arm()
        self.signal(RXSTARTED)
        self._drain()
        self._let_host_send()

    def _arm(self) -> None:
        self._place = self.values[RX_POINTER]
        self._room, self._stored = self.values[RX_MAXIMUM] & 0xFFFF, 0

    def _drain(self) -> None:
        """The FIFO goes into the buffer first."""
        count = min(len(self._fifo), self._room)
        if count:
            data = bytes(self._fifo[:count])
            del self._fifo[:count]
            self._store(data)

    def _stop_receiving(self) -> None:
        self._cut_off()
        if not self._receiving:
            return
        self._receiving, self._stopping = False, True
        if self._room:
            self.values[RX_AMOUNT] = self._stored
            self._room = self._stored = 0
            self.signal(ENDRX)
        cycle = self._now() + RXTO_BYTES * self.byte_cycles()
        self._schedule.at("uarte timeout", cycle, self._timed_out)
        self._let_host_send()

    def _timed_out(self) -> None:
        self._stopping = False
        self.signal(RXTO)

    def _flush(self) -> None:
        """FLUSHRX: what the FIFO holds goes to the buffer, and the buffer ends."""
        self._arm()
        self._drain()
        if self._room:
            self.values[RX_AMOUNT] = self._stored
            self._room = self._stored = 0
            self.signal(ENDRX)
