"""The wire's numbers: the firmware was built with those that the host uses; what a setting may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.link import messages as wire
from host.link.header import protocol_header
from host.link.settings import LIMITS, Limits

INCLUDE = Path(__file__).resolve().parents[2] / "firmware" / "include"


def test_the_firmwares_numbers_are_the_hosts() -> None:
    """Every identity, enum, limit and default; what is committed is what firmwares in the field were built with."""
    committed = (INCLUDE / "protocol.h").read_text(encoding="utf-8")
    assert committed == protocol_header(), "python -m tools.generate"


def test_limits_by_hand() -> None:
    """A packet fits the board's ring of 256 bytes, encoded; a frame of 96x96 in colour fits a payload."""
    assert wire.MAX_COMMAND_PAYLOAD_BYTES + 8 + 2 < 256
    assert wire.INJECT_CHUNK_BYTES + 8 == 200 and wire.SLOT_CHUNK_BYTES + 8 == 224
    assert 96 * 96 * 3 < wire.MAX_PAYLOAD_BYTES == 32 * 1024
    assert wire.FRAME_PART_BYTES == 12 * 1024 and wire.MAX_SCORES == 1024


@pytest.mark.parametrize(
    ("limits", "good", "bad", "words"),
    [
        (Limits(0, 1, 0, ""), (0, 1), (-1, 2), "0 or 1"),
        (Limits(0, 2, 0, ""), (0, 1, 2), (-1, 3), "0 to 2"),
        (Limits(1, 2, 1, ""), (1, 2), (0, 3), "1 to 2"),
        (Limits(-1, 1, 0, ""), (-1, 0, 1), (-2, 2), "-1 to 1"),
        (Limits(-1, 65_535, -1, ""), (-1, 65_535), (-2, 65_536), "-1 to 65,535"),
        (Limits(50, 60, 50, "", (50, 60)), (50, 60), (49, 51, 55, 61), "50, 60"),
        (Limits(50, 60, 50, "", (40, 50)), (50,), (40, 60), "40, 50"),
    ],
)
def test_what_a_setting_may_be(
    limits: Limits, good: tuple[int, ...], bad: tuple[int, ...], words: str
) -> None:
    assert all(map(limits.allows, good)) and not any(map(limits.allows, bad))
    assert limits.range == words


def test_every_setting_begins_with_what_it_may_be() -> None:
    assert set(LIMITS) == set(wire.Setting)
    for setting, limits in LIMITS.items():
        assert limits.allows(limits.at_start), setting
        assert all(limits.allows(value) for value in limits.only), setting
