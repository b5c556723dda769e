"""The layers of firmware/src, as its includes show them: no circle, and arrows that point down."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "firmware" / "src"
# Each layer includes itself and those behind it. The root's own files are distinguished by name.
LAYERS = (
    ("main",),
    ("app",),
    ("commands",),
    ("hold", "watch"),
    ("stage",),
    ("settle",),
    ("report",),
    ("model",),
    ("state",),
    ("camera", "link", "preprocess", "engine", "slot"),
    ("board",),
    ("chance", "crc32"),
)


def unit(path: str) -> str:
    """link/outbox.c and link/outbox.h are one unit, link/outbox."""
    return path.rsplit(".", 1)[0]


def layer(of: str) -> int:
    """The place in LAYERS; a file of no layer is a KeyError here: give it one."""
    name = of.split("/")[0]
    return {member: index for index, members in enumerate(LAYERS) for member in members}[name]


def includes() -> dict[str, set[str]]:
    """unit -> the units of ours that it includes."""
    found: dict[str, set[str]] = {}
    for path in sorted(SOURCES.rglob("*.*")):
        if path.suffix not in (".c", ".h", ".cpp"):
            continue
        this = unit(path.relative_to(SOURCES).as_posix())
        named = re.findall(r'^#include "([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
        ours = {unit(name) for name in named if (SOURCES / name).exists()}
        found.setdefault(this, set()).update(ours - {this})
    return found


def test_includes_make_no_circle() -> None:
    assert len(list(TopologicalSorter(includes()).static_order())) > 40


def test_includes_point_down() -> None:
    wrong = [
        f"{this} -> {other}"
        for this, others in includes().items()
        for other in others
        if layer(other) < layer(this)
        or (layer(other) == layer(this) and this.split("/")[0] != other.split("/")[0])
    ]
    assert wrong == []
