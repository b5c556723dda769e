"""The drawn wiring is that of the firmware's pins and of the README's table."""

from __future__ import annotations

import re
from pathlib import Path

from tools.draw_wiring import BREADBOARD, HEIGHT, KIT, LEFT, RIGHT, WIDTH, draw

ROOT = Path(__file__).resolve().parents[2]
# Arduino variant ARDUINO_NANO33BLE: pin -> (port, bit).
PORTS = {
    "D8": (0, 21), "A1": (0, 5), "A0": (0, 4), "D9": (0, 27), "A4": (0, 31), "A5": (0, 2),
    "TX": (1, 3), "D10": (1, 2), "RX": (1, 10), "D2": (1, 11), "D3": (1, 12), "D5": (1, 13),
    "D6": (1, 14), "D4": (1, 15), "D11": (1, 1), "D12": (1, 8),
}  # fmt: skip


def firmware_pins() -> dict[str, tuple[int, int]]:
    text = (ROOT / "firmware/src/camera/pins.h").read_text(encoding="utf-8")
    found = re.findall(r"#define PIN_(\w+) GPIO_PIN\((\d)u, (\d+)u\)", text)
    pins = {name: (int(port), int(bit)) for name, port, bit in found}
    return pins | {f"D{2 + n}": (1, 10 + n) for n in range(6)}


def test_the_kits_wiring_is_the_firmwares() -> None:
    drawn = {signal: PORTS[pin] for signal, pin in KIT.items() if pin in PORTS}
    assert firmware_pins().items() <= drawn.items(), "RESET is drawn, but not driven"


def test_the_breadboards_wiring_is_the_readmes() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text[text.index("| camera | Nano | camera | Nano |") :].split("\n\n")[0]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    pairs = [(row[i], row[i + 1]) for row in cells for i in (0, 2)]
    names = {"D0 (RX)": "RX", "D1 (TX)": "TX"}
    wires = {signal.split(" / ")[0]: names.get(pin, pin) for signal, pin in pairs}
    wires["SCL"], wires["SDA"] = wires.pop("SIOC"), wires.pop("SIOD")
    for open_pin in ("RESET", "PWDN"):
        wires.pop(open_pin)
    assert wires == BREADBOARD


def test_every_pin_is_on_the_board_and_the_picture_has_its_size() -> None:
    assert set(KIT.values()) | set(BREADBOARD.values()) <= set(LEFT) | set(RIGHT)
    assert draw().shape == (HEIGHT, WIDTH, 3)
