"""docs/BRING_UP.md speaks of the checks that there are."""

from __future__ import annotations

from pathlib import Path

from host.doctor.board import UDEV_FILE, UDEV_RULE
from host.doctor.finding import CHECKS
from host.doctor.report import BY_EYE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "BRING_UP.md"
TEXT = " ".join(PAGE.read_text(encoding="utf-8").split())


def test_every_check_has_its_place() -> None:
    assert [name for name in CHECKS if name not in TEXT] == []


def test_what_is_seen_by_eye_is_what_the_report_wants() -> None:
    assert [item for item in BY_EYE if f"- [ ] {item}" not in TEXT] == []


def test_the_udev_rule_is_the_doctors() -> None:
    assert UDEV_RULE in TEXT and UDEV_FILE in TEXT
