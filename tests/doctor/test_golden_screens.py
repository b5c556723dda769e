"""A report of findings, whole: as a table, as Markdown, as JSON."""

from __future__ import annotations

from host.doctor.finding import CHECKS, completed, failed, passed, skipped, warned
from host.doctor.report import Conditions, as_json, checklist, findings_table
from tests.goldens import check_golden, json_text, screen_text


def test_a_report() -> None:
    makers = (passed, lambda name, detail: warned(name, detail, "do | this"),
              lambda name, detail: failed(name, detail, "do that"), skipped)  # fmt: skip
    some = [makers[at % 4](name, f"seen {at}\nmore") for at, name in enumerate(CHECKS) if at % 7]
    findings = completed(some)
    assert [finding.name for finding in findings] == list(CHECKS)
    conditions = Conditions("noon", "a computer", "3.11", "memory")
    shown = [
        screen_text(findings_table(findings), width=110, styles=True),
        screen_text(findings_table([passed("board", "fine")]), width=110, styles=True),
        checklist(findings, conditions),
        *(json_text(dict(each)) for each in as_json(findings)[:5]),
    ]
    check_golden("screen_doctor", "\n".join(shown))
