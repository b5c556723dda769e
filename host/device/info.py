"""What a board says of itself, as pairs for people and as one object for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.table import Table

from host.link.device import Device
from host.link.fault_advice import ADVICE
from host.link.layout import OURS
from host.link.messages import FaultCode, Hello, Mode, Pong


def info_object(device: Device) -> dict[str, Any]:
    """Hello, and what was counted; labels as a list."""
    pong, seconds = device.pong()
    values: dict[str, Any] = asdict(device.hello)
    values["labels"] = labels_of(device.hello)
    values["port"] = device.name
    values["round_trip_s"] = seconds
    values["dropped_messages"] = pong.dropped_messages
    values["bad_packets"] = pong.bad_packets
    values["losses"] = asdict(device.losses)
    return values


def info_table(device: Device) -> Table:
    """Two columns."""
    pong, seconds = device.pong()
    table = Table(title=f"the board at {device.name}", show_header=False)
    for name, value in _rows(device.hello, pong).items():
        table.add_row(name, value)
    table.add_row("round trip", f"{1000 * seconds:.1f} ms")
    losses = device.losses
    table.add_row(
        "lost since we connected",
        f"{losses.wire_lost} on the wire, {losses.device_dropped} by the board, "
        f"{losses.bad_packets} arrived damaged",
    )
    return table


def labels_of(hello: Hello) -> list[str]:
    """In the scores' order."""
    return hello.labels.decode(errors="replace").splitlines()


def _rows(hello: Hello, pong: Pong) -> dict[str, str]:
    shape = f"{hello.input_height}x{hello.input_width}x{hello.input_channels}"
    return {
        "board": f"{hello.board} {hello.device_serial:016X}, {hello.clock_hz / 1e6:g} MHz",
        "firmware": f"{hello.firmware}, {hello.compiler}",
        "wire": f"version {hello.protocol_version}, layout {OURS.hash:08X}",
        "mode": _name(Mode, hello.mode),
        "last fault": _fault(hello.last_fault),
        "model": f"{hello.model or '-'}, hash {hello.model_hash:08X}, input {shape}, "
        f"arena {hello.arena_bytes:,} B",
        "labels": ", ".join(labels_of(hello)) or "-",
        "instruction cache": "on" if hello.instruction_cache else "off",
        "DC/DC": "on" if hello.dcdc else "off",
        "cycles awake": f"{pong.device_cycles:,} since its start",
        "dropped messages": f"{pong.dropped_messages} since its start",
        "damaged commands": f"{pong.bad_packets} since its start",
    }


def _name(kind: type[Mode], value: int) -> str:
    known = {each.value: each.name for each in kind}
    return known.get(value, f"mode {value}").lower()


def _fault(code: int) -> str:
    known = {each.value: each for each in FaultCode}.get(code)
    return ADVICE[known].title if known is not None else f"fault {code}"
