"""What held under attack, measured again: how many runs, and how many of them went wrong.

python -m tests.attack.held              all of it at full size, about 10 minutes
python -m tests.attack.held stream 0.01  one of them, at a hundredth of its size
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

from host.base.errors import HostError
from host.data.dataset import read_dataset
from host.data.manifest import Picture
from host.data.manifest_csv import CSV_NAME
from host.data.manifest_file import PARQUET_NAME, write_manifest
from host.link import messages as wire
from host.link.damage import FaultRates, FaultyBytes
from host.link.device import Device
from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.line import Timing
from host.link.transport import SocketPort
from tests.attack.damaged_lines import lines
from tests.attack.killed_writers import kill_captures, kill_writers
from tests.attack.lying_board import LyingBoard, serving
from tests.attack.power_cuts import cuts
from tests.attack.tools import forget_peak, peak_bytes
from tests.compiler.random_networks import compile_as_bytes, random_model
from tests.conftest import ROOT
from tests.data.pictures import fill

MUTANTS = 20_200
STREAM_BYTES = 323_800_000
RECONNECTS = 1_000
JSON_LINES = 2_400
POWER_CUTS = 430
MUTANT_SHEETS = 4_000
CELLS = (
    *(
        b"nan",
        b"1e308",
        b"-1e400",
        b'"',
        b"\0",
        b";",
        b",,,",
        b"\r",
        b"\n\n",
        b"\xff\xfe",
        b"../../x",
        b"=1+1",
    ),
    *(
        b"x" * 100_000,
        b"\xe9",
        b"\xef\xbb\xbf",
        b"\t",
        b"9" * 20,
        b"\x85",
        "\u2028".encode(),
        "é".encode("utf-16"),
    ),
)
LIMIT_BYTES, LIMIT_S = 200 << 20, 30


def mutants(share: float) -> tuple[str, bool]:
    """Damaged .tflite bytes: compiled, or refused in a line."""
    small = [random_model(seed)[0] for seed in range(10)]
    large = [path.read_bytes() for path in sorted((ROOT / "models").glob("*.tflite"))]
    draw, found, slowest, largest = random.Random(1), Counter[str](), 0.0, 0
    for number in range(round(MUTANTS * share)):
        data = draw.choice(large if number % 100 == 0 else small)
        forget_peak()
        began, before = time.monotonic(), peak_bytes()
        found[_compiled(_damaged(bytearray(data), draw))] += 1
        slowest, largest = (
            max(slowest, time.monotonic() - began),
            max(largest, peak_bytes() - before),
        )
    bad = found["wrong"] or slowest > LIMIT_S or largest > LIMIT_BYTES
    counts = ", ".join(f"{n:,} {what}" for what, n in sorted(found.items()))
    return f"{counts}; slowest {slowest:.1f} s, most memory {largest >> 20} MB", not bad


def sheets(share: float) -> tuple[str, bool]:
    """Damaged manifests, CSV and Parquet: read, or refused in a line."""
    paths = [f"{label}/{number}.png" for label in "ab" for number in range(6)]
    rows = [Picture(p, p[0], "train", "s", "here", "CC0", ("dim",), (("a", 0.5),)) for p in paths]
    draw, found, slowest = random.Random(1), Counter[str](), 0.0
    with tempfile.TemporaryDirectory() as folder:
        root = fill(Path(folder), *paths)
        write_manifest(root, rows)
        kinds = {name: (root / name).read_bytes() for name in (CSV_NAME, PARQUET_NAME)}
        for number in range(round(MUTANT_SHEETS * share)):
            name = (CSV_NAME, PARQUET_NAME)[number % 2]
            for each in kinds:
                (root / each).unlink(missing_ok=True)
            data = bytearray(kinds[name])
            (root / name).write_bytes(
                _spoilt(data, draw) if draw.random() < 0.5 else _damaged(data, draw)
            )
            began = time.monotonic()
            found[f"{name} {_read(root)}"] += 1
            slowest = max(slowest, time.monotonic() - began)
    counts = ", ".join(f"{n:,} {what}" for what, n in sorted(found.items()))
    return f"{counts}; slowest {slowest:.1f} s", not any("wrong" in what for what in found)


def _spoilt(data: bytearray, draw: random.Random) -> bytes:
    """A cell is another."""
    cells = bytes(data).split(b",")
    cells[draw.randrange(len(cells))] = draw.choice(CELLS)
    return b",".join(cells)


def _read(root: Path) -> str:
    try:
        read_dataset(root)
    except HostError as error:
        return "wrong" if "\n" in str(error) or len(str(error)) > 2000 else "refused"
    except Exception as error:
        print(repr(error))
        return "wrong"
    return "read"


def _compiled(data: bytes) -> str:
    try:
        compile_as_bytes(data, "damaged")
    except HostError as error:
        return "wrong" if "\n" in str(error) else "refused"
    except Exception as error:
        print(repr(error))
        return "wrong"
    return "compiled"


def _damaged(data: bytearray, draw: random.Random) -> bytes:
    """Bits flipped, words replaced, cut off, or a piece put elsewhere."""
    kind, at = draw.randrange(4), draw.randrange(len(data) - 8)
    if kind == 0:
        for _ in range(draw.choice((1, 4, 64))):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    elif kind == 1:
        word = draw.choice((0, 1, 2**31, 2**32 - 1, draw.randrange(2**32)))
        data[at : at + 4] = word.to_bytes(4, "little")
    elif kind == 2:
        del data[at:]
    else:
        piece = data[at : at + draw.randrange(1, 256)]
        to = draw.randrange(len(data))
        data[to : to + len(piece)] = piece
    return bytes(data)


def stream(share: float) -> tuple[str, bool]:
    """A board's stream, damaged in ten ways: no message is taken that was not said."""
    sizes, wrong, received = [0, 0], 0, 0
    for way, (name, damage) in enumerate(_damages().items()):
        inbox, draw, numbers = Inbox(), random.Random(way), count(1)
        damaged = 0
        while damaged < STREAM_BYTES * share / 10:
            data = b"".join(_packet(next(numbers)) for _ in range(7))
            harmed = damage(data, draw)
            sizes[harmed != data] += len(data)
            damaged += len(data)
            for message in inbox.feed(harmed):
                received += 1
                wrong += message != _message(message)
        print(f"{name}: {inbox.packets:,} packets whole", flush=True)
    summary = f"{sum(sizes) / 1e6:.1f} MB, {sizes[1] / 1e6:.1f} MB of it in damaged pieces"
    return f"{summary}; {received:,} messages received, {wrong} of them were never sent", wrong == 0


def _message(received: object) -> object:
    """What the board said under that number."""
    if isinstance(received, wire.Frame):
        return wire.Frame(received.frame, 96, 96, 1, 0, received.frame.to_bytes(4, "little") * 2304)
    number = received.host_time_us if isinstance(received, wire.Pong) else 0
    return wire.Pong(number, 3 * number, 0, 0)


def _packet(number: int) -> bytes:
    frame = wire.Frame(number, 96, 96, 1, 0, number.to_bytes(4, "little") * 2304)
    pong = wire.Pong(number, 3 * number, 0, 0)
    packets = (encode_packet(m.ID, 2 * number + i, m.pack()) for i, m in enumerate((frame, pong)))
    return b"".join(packets)


def _damages() -> dict[str, Callable[[bytes, random.Random], bytes]]:
    def cable(**rates: float) -> Callable[[bytes, random.Random], bytes]:
        bad = FaultyBytes(FaultRates(**rates), seed=1)
        return lambda data, draw: bad.damage(data)

    def piece(change: Callable[[bytes, random.Random], bytes]) -> Callable[..., bytes]:
        def damage(data: bytes, draw: random.Random) -> bytes:
            at, size = draw.randrange(len(data)), draw.randrange(1, 2048)
            return data[:at] + change(data[at : at + size], draw) + data[at + size :]

        return damage

    return {
        "lost": cable(drop=0.02),
        "bits": cable(flip=0.02),
        "twice": cable(duplicate=0.02),
        "cut": cable(truncate=0.02),
        "zeros": piece(lambda part, _: bytes(len(part))),
        "ones": piece(lambda part, _: b"\xff" * len(part)),
        "noise": piece(lambda part, draw: draw.randbytes(len(part))),
        "more": piece(lambda part, draw: part + draw.randbytes(16)),
        "backwards": piece(lambda part, _: part[::-1]),
        "zeros between": piece(lambda part, _: part.replace(b"\x01", b"\x00", 3)),
    }


class Leaving(LyingBoard):
    """Hangs up after some words."""

    def stream(self) -> bytes:
        if self.frame % 3 == 2:
            self.frame += 1
            raise ConnectionResetError
        return super().stream()


def reconnects(share: float) -> tuple[str, bool]:
    """A board that hangs up again and again: found each time, set to its mode, and nothing piles up."""
    wanted, board = round(RECONNECTS * share), Leaving()
    with serving(board) as url:

        def connect() -> SocketPort:
            return SocketPort.at(url)

        with Device(connect(), reopen=connect, timing=Timing(reopen_s=0.01)) as device:
            device.set_mode(wire.Mode.STREAM)
            while device.losses.reconnects < min(5, wanted):
                device.receive(1.0)
            files, threads, before = _open_files(), threading.active_count(), peak_bytes()
            while device.losses.reconnects < wanted:
                device.receive(1.0)
            grown = peak_bytes() - before
            piled = _open_files() - files, threading.active_count() - threads
            mode = board.mode
    summary = f"{wanted:,} times; {piled[0]:+} files, {piled[1]:+} threads, {grown >> 20:+} MB"
    return summary, max(piled) <= 1 and grown < 20 << 20 and mode == wire.Mode.STREAM


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def captures(share: float) -> tuple[str, bool]:
    """kill -9 of a capture: what it announced is there."""
    with tempfile.TemporaryDirectory() as folder:
        return kill_captures(Path(folder), round(536 * share))


def writers(share: float) -> tuple[str, bool]:
    """kill -9 of import, split, export and deploy: nothing is lost, and the next one ends well."""
    with tempfile.TemporaryDirectory() as folder:
        return kill_writers(Path(folder), round(144 * share))


HELD: dict[str, Callable[[float], tuple[str, bool]]] = {
    "mutants": mutants,
    "sheets": sheets,
    "stream": stream,
    "reconnects": reconnects,
    "lines": lambda share: lines(round(JSON_LINES * share)),
    "cuts": lambda share: cuts(round(POWER_CUTS * share)),
    "captures": captures,
    "writers": writers,
}


def main(words: list[str]) -> int:
    """Exit code 1 when something did not hold."""
    share = float(words[1]) if len(words) > 1 else 1.0
    good = True
    for name in words[:1] or HELD:
        summary, held = HELD[name](share)
        good &= held
        print(f"{name}: {summary}{'' if held else ' -- BROKEN'}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
