"""Measures a link: round trips by payload size, bytes a second either way, and what was lost. Any port, wall clock."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from rich.console import Group
from rich.table import Table
from rich.text import Text

from host.base.boards import VIRTUAL
from host.base.errors import HostError
from host.base.records import Message
from host.link.device import Device
from host.link.line import LOSSY, NoAnswerError
from host.link.messages import Frame, Hello, Inject, Mode
from host.link.sequence import Losses

Clock = Callable[[], float]
INJECT_BYTES = (1, 32, 64, 128, 192)  # of pixels; 192 is the most that a board takes


@dataclass(frozen=True)
class Row:
    """One kind of exchange. Milliseconds of a round trip, None for a stream; bytes are payloads, both ways."""

    name: str
    bytes_up: int
    bytes_down: int
    count: int
    lost: int
    p50_ms: float | None
    p95_ms: float | None
    kilobytes_per_second: float


@dataclass(frozen=True)
class LinkReport:
    """rows, and the conditions they hold under."""

    conditions: str
    is_virtual: bool
    rows: tuple[Row, ...]
    wire_lost: int
    damaged: int
    dropped_by_board: int
    dropped_by_host: int


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the values do not exceed, by nearest rank."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * round(share * 100) // 100) - 1]


def measure_link(device: Device, clock: Clock, count: int, seconds: float) -> LinkReport:
    """count: exchanges of each size; seconds: how long frames are streamed."""
    device.set_mode(Mode.IDLE)
    device.pong()  # from here on losses are ours
    before = device.losses
    rows = [_pings(device, count)]
    rows += [_injections(device, clock, size, count) for size in INJECT_BYTES]
    with contextlib.suppress(NoAnswerError):
        rows.append(_frames(device, clock, seconds))
    device.set_mode(Mode.IDLE)
    device.pong()
    return _report(device, rows, before, device.losses)


def _report(device: Device, rows: list[Row], before: Losses, after: Losses) -> LinkReport:
    return LinkReport(
        conditions=_conditions(device.name, device.hello),
        is_virtual=device.hello.board == VIRTUAL,
        rows=tuple(rows),
        wire_lost=after.wire_lost - before.wire_lost,
        damaged=after.bad_packets + after.device_bad_packets
        - before.bad_packets - before.device_bad_packets,
        dropped_by_board=after.device_dropped - before.device_dropped,
        dropped_by_host=after.host_dropped - before.host_dropped,
    )  # fmt: skip


def _pings(device: Device, count: int) -> Row:
    times: list[float] = []
    size = 0
    for _ in range(count):
        with contextlib.suppress(NoAnswerError):
            pong, seconds = device.pong(tries=1)
            size = len(pong.pack())
            times.append(seconds)
    return _row("Ping", 8, size, count, times)


def _injections(device: Device, clock: Clock, pixels: int, count: int) -> Row:
    """The first piece of an image again and again: the board holds it and acknowledges, and nothing is inferred."""
    hello = device.hello
    total = hello.input_height * hello.input_width * hello.input_channels
    if total <= pixels:
        raise HostError("the board has no model, so it takes no images to measure with")
    piece = Inject(0, total, bytes(range(1, 1 + pixels)))
    times = []
    for _ in range(count):
        start = clock()
        answer = device.command(piece)
        times.append(clock() - start)
    in_time = [seconds for seconds in times if seconds < LOSSY.answer_s]  # else it was repeated
    return _row("Inject", len(piece.pack()), len(answer.pack()), count, in_time)


def _row(name: str, up: int, down: int, count: int, times: list[float]) -> Row:
    taken = sum(times)  # 0 where a clock is coarser than the exchanges: Windows' steps are 16 ms
    rate = (up + down) * len(times) / taken / 1000 if taken else 0.0
    p50, p95 = (1000 * percentile(times, share) if times else None for share in (0.5, 0.95))
    return Row(name, up, down, count, count - len(times), p50, p95, rate)


def _frames(device: Device, clock: Clock, seconds: float) -> Row:
    """As fast as the camera makes them."""
    device.set_mode(Mode.CAPTURE)
    while device.receive(0.0) is not None:
        pass
    arrived = [m for m in _messages(device, clock, seconds) if isinstance(m[1], Frame)]
    numbers = [m.frame for _, m in arrived if isinstance(m, Frame)]
    span = arrived[-1][0] - arrived[0][0] if arrived else 0.0
    if not span:
        return Row("Frame", 0, 0, len(arrived), 0, None, None, 0.0)
    size = len(arrived[0][1].pack())
    made = numbers[-1] - numbers[0] + 1
    rate = size * (len(arrived) - 1) / span / 1000
    return Row("Frame", 0, size, made, made - len(arrived), None, None, rate)


def _messages(device: Device, clock: Clock, seconds: float) -> Iterator[tuple[float, Message]]:
    end = clock() + seconds
    while (left := end - clock()) > 0:
        message = device.receive(left)
        if message is not None:
            yield clock(), message


def _conditions(name: str, hello: Hello) -> str:
    cache = "on" if hello.instruction_cache else "off"
    supply = "DC/DC" if hello.dcdc else "LDO"
    board = f"{hello.board} board {hello.device_serial:016x} at {name}"
    note = (
        "; VIRTUAL: a TCP socket and an emulated port, no cable" if hello.board == VIRTUAL else ""
    )
    return (
        f"{board}, firmware {hello.firmware} ({hello.compiler}), instruction cache {cache}, "
        f"{supply}, by this computer's clock{note}"
    )


def as_json(report: LinkReport) -> dict[str, object]:
    """The object that --json prints."""
    return asdict(report)


def link_table(report: LinkReport) -> Group:
    """For a person at a terminal."""
    table = Table(header_style="bold")
    names = ("message", "B up", "B down", "sent", "lost", "p50 ms", "p95 ms", "KB/s")
    for name in names:
        table.add_column(name, justify="left" if name == "message" else "right", no_wrap=True)
    for row in report.rows:
        times = ("" if ms is None else f"{ms:.2f}" for ms in (row.p50_ms, row.p95_ms))
        sizes = (str(n) for n in (row.bytes_up, row.bytes_down, row.count, row.lost))
        table.add_row(row.name, *sizes, *times, f"{row.kilobytes_per_second:.1f}")
    losses = (
        f"lost on the wire {report.wire_lost}, damaged {report.damaged}, dropped by the board "
        f"{report.dropped_by_board}, by this program {report.dropped_by_host}"
    )
    note = (
        "Inject: one piece at a time, as images and models are sent; Frame: as fast as the camera"
    )
    return Group(table, Text(losses), Text(note), Text(report.conditions))
