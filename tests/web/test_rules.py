"""The page's rules are made from the Python ones; tests/web/test_decoder.py runs both on every lie."""

from __future__ import annotations

import re

import pytest

from host.link import validity
from host.web import script
from host.web.rules import UnknownSyntaxError, imported_names, rules_script
from host.web.script import protocol_script

SOURCE = """
MOST = 7
def _log(m, hello):
    if {test}:
        return f"{{m.text}} is `much`"
    return None
CHECKS: dict = {{wire.Log: _log}}
"""


def made(test: str) -> str:
    return rules_script(SOURCE.format(test=test))


def test_a_rule_is_said_in_javascript() -> None:
    text = made("not 0 < m.level <= MOST and m.code not in (1, wire.SLOTS)")
    condition = "(!((0 < m.level && m.level <= MOST)) && (![1, SLOTS].includes(m.code)))"
    assert f"if ({condition}) return `${{m.text}} is \\`much\\``;" in text
    assert 'import { MOST, SLOTS } from "./protocol.js";' in text
    assert "const CHECKS = {\n  Log: _log,\n};" in text


def test_what_may_be_large_is_compared_as_a_number() -> None:
    assert "Number(m.duration_us) > 3" in made("m.duration_us > 3")


def test_a_bound_may_be_negative() -> None:
    assert "if (!((-240 <= m.level && m.level <= MOST)))" in made("not -240 <= m.level <= MOST")


@pytest.mark.parametrize(
    "test",
    ["m.level is None", "open(m.text)", "m.text[:3]", "m.text == f'{m.level:x}'", "-m.level"],
)
def test_what_has_no_translation_is_refused_with_its_line(test: str) -> None:
    with pytest.raises(UnknownSyntaxError, match=r"line 4.*has no translation"):
        made(test)


@pytest.mark.parametrize(
    "statement",
    [
        "for code in m.codes: return None",
        "if m.level > 3: m.level = 2; return None",
        "if m.level > 3: return None\n    else: return None",
        "a = b = m.level",
        "return",
        "m.level",
    ],
)
def test_a_statement_that_has_no_translation_is_refused_with_its_line(statement: str) -> None:
    with pytest.raises(UnknownSyntaxError, match=r"line 3.*has no translation"):
        rules_script(f"CHECKS: dict = {{}}\ndef _log(m, hello):\n    {statement}\n")


def test_a_table_of_rules_that_holds_another_one_is_refused() -> None:
    with pytest.raises(UnknownSyntaxError, match="'OTHERS' has no translation"):
        rules_script("CHECKS: dict = {**OTHERS}")


def test_the_page_is_given_every_number_that_a_rule_compares_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new limit of validity.py needs no list of the page's; without its export no script of the page would run."""
    given = set(re.findall(r"export const (\w+)", protocol_script()))
    assert imported_names() <= given
    monkeypatch.setattr(script, "imported_names", lambda: imported_names() | {"FRESH_LIMIT"})
    monkeypatch.setattr(validity, "FRESH_LIMIT", 12, raising=False)
    assert "export const FRESH_LIMIT = 12;" in protocol_script()
