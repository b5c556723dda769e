"""What a USB device says of itself: descriptors as values (USB 2.0, 9.6)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

DEVICE, CONFIGURATION, STRING, INTERFACE, ENDPOINT = 1, 2, 3, 4, 5
CONTROL, ISOCHRONOUS, BULK, INTERRUPT = range(4)


@dataclass(frozen=True)
class Endpoint:
    """address: bit 7 set for IN. interval: frames between polls, of an interrupt endpoint."""

    address: int
    kind: int
    packet_bytes: int
    interval: int

    @property
    def number(self) -> int:
        """0..15."""
        return self.address & 15

    @property
    def incoming(self) -> bool:
        """From the device to the host."""
        return bool(self.address & 0x80)


@dataclass(frozen=True)
class Interface:
    """One alternate setting of an interface."""

    number: int
    alternate: int
    kind: tuple[int, int, int]  # class, subclass, protocol
    endpoints: tuple[Endpoint, ...]

    def endpoint(self, kind: int, incoming: bool) -> Endpoint | None:
        """The first endpoint of this kind and direction."""
        found = (e for e in self.endpoints if e.kind == kind and e.incoming == incoming)
        return next(found, None)


@dataclass(frozen=True)
class Device:
    """A device after its enumeration. names: manufacturer, product, serial number; empty where it has none."""

    vendor: int
    product: int
    kind: tuple[int, int, int]
    names: tuple[str, ...]
    configuration: bytes
    interfaces: tuple[Interface, ...]


def parse_interfaces(configuration: bytes) -> tuple[Interface, ...]:
    """The interfaces of a whole configuration descriptor; descriptors of classes are passed over."""
    found: list[Interface] = []
    for kind, body in _pieces(configuration):
        if kind == INTERFACE and len(body) >= 9:
            found.append(Interface(body[2], body[3], (body[5], body[6], body[7]), ()))
        elif kind == ENDPOINT and len(body) >= 7 and found:
            address, attributes, size, interval = struct.unpack("<BBHB", body[2:7])
            endpoint = Endpoint(address, attributes & 3, size & 0x7FF, interval)
            last = found[-1]
            found[-1] = Interface(
                last.number, last.alternate, last.kind, (*last.endpoints, endpoint)
            )
    return tuple(found)


def _pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 2 <= len(data) and data[place] >= 2:
        yield data[place + 1], data[place : place + data[place]]
        place += data[place]


def parse_string(descriptor: bytes | None) -> str:
    """A string descriptor's text."""
    return (descriptor or b"")[2:].decode("utf-16-le", errors="replace")
