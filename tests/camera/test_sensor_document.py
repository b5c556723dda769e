"""docs/SENSOR.md tells what our driver does: its last column against the running sensor and the sources."""

from __future__ import annotations

import re
from itertools import chain

from tests.camera.board import register
from tests.system.board import ROOT, Bench

CAMERA = ROOT / "firmware" / "src" / "camera"
OURS = -1  # column
BYTE = re.compile(r"[0-9A-F]{2}")
LIGHT = {0x00, 0x03, 0x04, 0x07, 0x10}  # what the sensor's own loop writes meanwhile
BY_HAND = {0x00, 0x04, 0x07, 0x10}  # with Setting.GAIN and EXPOSURE alone
OTHER_WAYS = {0x92, 0x93, 0xB9, 0xD2, 0xE6}  # of halving: Setting.HALVING 2
IDENTITY = {0x0A, 0x0B, 0x1C, 0x1D}


def documented() -> dict[int, str]:
    """Address -> what the last column says, two digits or '-', of every row of the table."""
    found: dict[int, str] = {}
    for line in (ROOT / "docs" / "SENSOR.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 8 and BYTE.match(cells[0]):
            found |= row(cells[0], cells[OURS])
    return found


def row(first: str, ours: str) -> dict[int, str]:
    """One register, or many: then our column names them itself (`B1 B3: 0C 82`) or has a value for each."""
    named = re.match(r"((?:[0-9A-F]{2} )*[0-9A-F]{2}): ((?:[0-9A-F]{2} ?)+)(?:;|:|$)", ours)
    if ":" not in first:
        return {int(first[:2], 16): ours[:2].rstrip(":")}
    addresses = spread(first.split(":")[0])
    result = dict.fromkeys(addresses, "-")
    if named and len(named[1].split()) == len(named[2].split()):
        return result | dict(zip(spread(named[1]), named[2].split(), strict=True))
    values = ours.split(":")[0].split()
    return result if values == ["-"] else dict(zip(addresses, values, strict=True))


def spread(text: str) -> list[int]:
    """`43..45 6A` -> 0x43, 0x44, 0x45, 0x6A."""
    ranges = (part.split("..") for part in text.split())
    return list(chain(*(range(int(r[0], 16), int(r[-1], 16) + 1) for r in ranges)))


def named_registers() -> dict[str, int]:
    """REG_* of ov7675_registers.h."""
    text = (CAMERA / "ov7675_registers.h").read_text()
    return {
        name: int(value, 16) for name, value in re.findall(r"(REG_\w+) = (0x[0-9A-F]{2})", text)
    }


def written() -> set[int]:
    """Every register that the driver's sources write: in a table, or one by one."""
    names = named_registers()
    text = (CAMERA / "ov7675_tables.h").read_text() + (CAMERA / "ov7675.c").read_text()
    places = re.findall(
        r"(?:\{|sccb_write\(|write_checked\(|write_masked\()(REG_\w+)(?: \+ (\d+))?,", text
    )
    return {names[name] + int(step or 0) for name, step in places} - IDENTITY


def test_the_documents_values_are_in_the_running_sensor() -> None:
    bench = Bench("noise:1")
    bench.frames(1)
    wrong = {}
    for address, value in documented().items():
        if value != "-" and address not in LIGHT:
            read = register(bench, address)
            if read != int(value, 16):
                wrong[f"{address:02X}"] = f"documented {value}, {read:02X} in the sensor"
    assert wrong == {}, "the document, the driver or firmware/prebuilt is stale"
    assert [line for line in bench.warnings if "not modelled" in line] == []


def test_every_register_that_the_driver_writes_is_documented() -> None:
    output = documented()
    undocumented = {f"{a:02X}" for a in written() if a not in output}
    assert undocumented == set()
    valued = {address for address, value in output.items() if value != "-"}
    assert valued == written() - BY_HAND - OTHER_WAYS


def test_a_row_of_many_registers_is_read_in_its_order() -> None:
    assert row("43..44 6A: white", "0A F0 40: why") == {0x43: "0A", 0x44: "F0", 0x6A: "40"}
    assert row("0E B1..B3: black", "B1 B3: 0C 82; the rest") == {
        0x0E: "-",
        0xB1: "0C",
        0xB2: "-",
        0xB3: "82",
    }
    assert row("11 CLKRC", "0B: why") == {0x11: "0B"}
