"""ST's X-NUCLEO-LPM01A (PowerShield) by its text protocol: energy of each time step, falls of the marker at its D7.

As in MLPerf Tiny's runner: `output energy`, decimal text, 1 kHz. A value is four digits and an exponent, 6409-07 for
640.9e-7 J. `event` lines stand where the marker fell; `TimeStamp` lines tell how far the meter's own clock is, and so
whether values are missing.
"""

from __future__ import annotations

import re
import time

import numpy as np
from serial.tools import list_ports

from host.base.errors import HostError
from host.power.meter import Block, MarkerInput, MeterInfo
from host.power.serial_port import open_serial

BAUD = 3_686_400
VENDOR, PRODUCT = 0x0483, 0x5740
LOWEST_V, HIGHEST_V = 1.8, 3.3
RATES_HZ = (10_000, 5_000, 2_000, 1_000, 500, 200, 100)
FASTEST_TEXT_HZ = 5_000  # for an unlimited time
ANSWER_S = 3.0
MOST_LINE_BYTES = 4096
MOST_W = 1.0  # more than it can supply
LONGEST_HOLE_S = 10.0
VALUES = re.compile(rb"(?:\d{4}[+-]\d{2})+")
VALUE = re.compile(rb"(\d{4})([+-]\d{2})")
TIMESTAMP = re.compile(rb"TimeStamp: *(\d{1,9})s *(\d{1,3})ms")
EVENT = re.compile(rb"event\b")
TROUBLE = re.compile(rb"(?i)error|overcurrent|overrun")


class Decoder:
    """Bytes of an acquisition -> blocks of current. Knows no port."""

    def __init__(self, rate_hz: int, supply_volt: float) -> None:
        self._rate_hz, self._supply_v = rate_hz, supply_volt
        self._bytes = bytearray()
        self._energies: list[float] = []
        self._marks: list[int] = []
        self._lost = 0
        self._since: tuple[float, int] | None = None  # the last TimeStamp, values at that moment
        self._total = 0
        self.words: list[str] = []  # lines that are no data

    def feed(self, data: bytes) -> list[Block]:
        """Blocks that `data` completes. Raises HostError for what the meter complains of."""
        self._bytes += data
        blocks: list[Block] = []
        *lines, rest = re.split(rb"[\r\n\0]+", bytes(self._bytes))
        self._bytes = bytearray(rest[-MOST_LINE_BYTES:])
        for line in lines:
            blocks += self._line(line.strip())
        return blocks + self._flush()

    def _line(self, line: bytes) -> list[Block]:
        if not line:
            return []
        if VALUES.fullmatch(line):
            return self._values(VALUE.findall(line))
        stamp = TIMESTAMP.search(line)
        if stamp:
            return self._check_time(int(stamp[1]) + int(stamp[2]) / 1000)
        if EVENT.match(line):
            self._marks.append(len(self._energies))
            return []
        if line[:1].isdigit() and not line.isalnum():
            return self._hole(1)  # a value that arrived torn
        if TROUBLE.search(line):
            raise HostError(
                f"the LPM01A says: {line.decode(errors='replace')[:120]}", "see its LCD"
            )
        self.words.append(line.decode(errors="replace"))
        return []

    def _values(self, found: list[tuple[bytes, bytes]]) -> list[Block]:
        energies = [int(digits) * 10.0 ** int(exponent) for digits, exponent in found]
        if max(energies) * self._rate_hz > MOST_W:
            return self._hole(len(energies))  # torn, and glued to its neighbour
        self._energies += energies
        self._total += len(energies)
        return []

    def _check_time(self, now_s: float) -> list[Block]:
        """Fewer values than the meter's clock allows for are lost ones."""
        before, self._since = self._since, (now_s, self._total)
        if before is None:
            return []
        missing = round((now_s - before[0]) * self._rate_hz) - (self._total - before[1])
        if missing > LONGEST_HOLE_S * self._rate_hz:
            raise HostError("the LPM01A's clock jumps", "use another USB port or cable")
        return self._hole(missing) if missing > 1 else []

    def _hole(self, count: int) -> list[Block]:
        """Ends the block: `count` values are missing behind it."""
        blocks = self._flush()
        self._lost += count
        self._total += count
        return blocks

    def _flush(self) -> list[Block]:
        if not self._energies:
            return []
        power = np.array(self._energies) * self._rate_hz
        bits = np.zeros(len(power), np.uint8)
        bits[[min(mark, len(power) - 1) for mark in self._marks]] = 1
        block = Block((power / self._supply_v).astype(np.float32), bits, self._lost)
        self._energies, self._marks, self._lost = [], [], 0
        return [block]


class Lpm01a:
    """An open LPM01A. source: it supplies the board; it must, to measure: it has no other mode."""

    def __init__(self, port: str, rate_hz: int, source: bool) -> None:
        """port: empty for the one that is plugged in."""
        if not source:
            raise HostError(
                "an LPM01A measures only what it supplies", "leave out --external-supply"
            )
        if rate_hz not in RATES_HZ or rate_hz > FASTEST_TEXT_HZ:
            usable = ", ".join(str(rate) for rate in RATES_HZ if rate <= FASTEST_TEXT_HZ)
            raise HostError(f"an LPM01A sends {usable} values a second as text, not {rate_hz}")
        self._where = port or _find()
        self._port = open_serial(self._where, BAUD, timeout_s=0.02, write_timeout_s=2.0)
        self._decoder = Decoder(rate_hz, HIGHEST_V)
        self._blocks: list[Block] = []
        self._behind = b""  # what came behind the last acknowledgement: the first values
        self._running = False
        try:
            self._order("htc")
            version = self._order("version")
        except HostError:
            self._port.close()
            raise
        self.info = MeterInfo(
            name="ST X-NUCLEO-LPM01A",
            serial_number=self._where,
            rate_hz=rate_hz,
            marker=MarkerInput.FALLS,
            settings={"meter firmware": version or "unknown", "meter output": "energy, text"},
        )

    def start(self, supply_volt: float) -> None:
        """Powers the board and begins."""
        if not LOWEST_V <= supply_volt <= HIGHEST_V:
            raise HostError(f"an LPM01A gives {LOWEST_V} to {HIGHEST_V} V, not {supply_volt:g} V")
        for order in (
            "acqtime inf", "trigdelay 0", "trigsrc sw", "eventsrc d7 fal", "output energy",
            "format ascii_dec", f"freq {int(self.info.rate_hz)}", f"volt {round(supply_volt * 1000)}m",
            "pwr on nostatus",
        ):  # fmt: skip
            self._order(order)
        self._decoder = Decoder(int(self.info.rate_hz), supply_volt)
        self._order("start")
        self._running = True
        self._blocks = self._decoder.feed(self._behind)

    def read(self, timeout_s: float) -> Block | None:
        """The next values."""
        end = time.monotonic() + timeout_s
        while not self._blocks:
            if time.monotonic() > end:
                return None
            self._blocks = self._decoder.feed(self._bytes())
        return self._blocks.pop(0)

    def stop(self) -> None:
        """Ends the acquisition and takes the supply from the board."""
        if not self._running:
            return
        self._running = False
        self._write("stop")
        end = time.monotonic() + ANSWER_S
        while time.monotonic() < end:
            self._decoder.feed(self._bytes())
            if any("Acquisition completed" in words for words in self._decoder.words):
                break
        self._order("pwr off")

    def close(self) -> None:
        """Gives it back to its own buttons."""
        if not self._port.is_open:
            return
        try:
            self.stop()
            self._order("hrc")
        except HostError:
            pass  # it may have been unplugged
        finally:
            self._port.close()

    def _order(self, text: str) -> str:
        """Sends a command and waits for its acknowledgement; what stands behind it. Raises HostError."""
        self._write(text)
        received = b""
        end = time.monotonic() + ANSWER_S
        while time.monotonic() < end:
            received = (received + self._bytes())[-MOST_LINE_BYTES:]
            *lines, tail = re.split(rb"[\r\n\0]+", received)
            for index, line in enumerate(lines):
                words = line.decode(errors="replace").replace("PowerShield >", "").strip()
                if words.startswith("ack " + text):
                    self._behind = b"\n".join([*lines[index + 1 :], tail])
                    return words.removeprefix("ack " + text).strip()
                if words.startswith("error") and text.split()[0] in words:
                    raise HostError(
                        f"the LPM01A refuses {text!r} ({words[:80]})", "update its firmware"
                    )
        raise HostError(
            f"{self._where} does not answer {text!r} as an LPM01A: is it one, with firmware 1.0.6 or later?"
        )

    def _write(self, text: str) -> None:
        try:
            self._port.write(f"{text}\r\n".encode())
        except OSError as error:  # pyserial's are
            raise HostError(f"the LPM01A at {self._where} is gone", "plug it in again") from error

    def _bytes(self) -> bytes:
        try:
            return bytes(self._port.read(self._port.in_waiting or 1))
        except (OSError, TypeError) as error:
            raise HostError(f"the LPM01A at {self._where} is gone", "plug it in again") from error


def _find() -> str:
    found = [p.device for p in list_ports.comports() if (p.vid, p.pid) == (VENDOR, PRODUCT)]
    if len(found) == 1:
        return str(found[0])
    there = ", ".join(found) or "none"
    raise HostError(
        f"no single LPM01A is plugged in (USB 0483:5740; found: {there})",
        "name its port with --meter lpm01a:PORT",
    )
