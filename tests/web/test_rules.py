"""The page's rules are made from the Python ones; tests/web/test_decoder.py runs both on every lie."""

from __future__ import annotations

import pytest

from host.web.rules import UnknownSyntaxError, rules_script

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
    script = made("not 0 < m.level <= MOST and m.code not in (1, wire.SLOTS)")
    condition = "(!((0 < m.level && m.level <= MOST)) && (![1, SLOTS].includes(m.code)))"
    assert f"if ({condition}) return `${{m.text}} is \\`much\\``;" in script
    assert 'import { MOST, SLOTS } from "./protocol.js";' in script
    assert "const CHECKS = {\n  Log: _log,\n};" in script


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
