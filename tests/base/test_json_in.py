"""JSON of others is parsed in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.json_in import parse_json
from tests.conftest import ROOT

OWN = {
    "json_in.py",
    "strategy.py",
    "checkpoint.py",
}  # that place; what we or the user's shell wrote


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, "", "{", b"\xff", "nan"])
def test_whatever_is_wrong_is_one_kind_of_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        parse_json(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_an_editor_puts_in_front_does_not_matter(encoding: str) -> None:
    content = '{"ä": 1}'.encode(encoding)
    assert parse_json(content) == {"ä": 1}
    if encoding != "utf-16":
        assert parse_json(content.decode()) == {"ä": 1}


def test_nobody_else_reads_it() -> None:
    def reads(path: Path) -> bool:
        return any(
            call in path.read_text(encoding="utf-8") for call in ("json.loads(", "json.load(")
        )

    assert {path.name for path in (ROOT / "host").rglob("*.py") if reads(path)} <= OWN
