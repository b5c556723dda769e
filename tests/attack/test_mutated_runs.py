"""Reports of run directories that somebody else changed; `python -m tests.attack.mutated_runs` tries them all."""

from __future__ import annotations

import json
from pathlib import Path

from host.runs.write import HEADER
from tests.attack.mutated_runs import attack, mutants, report, runs


def test_a_sample_is_a_page_or_a_line(tmp_path: Path) -> None:
    tried, wrong = attack(tmp_path, 10, seed=3)
    assert (tried, wrong) == (20, [])


def test_what_is_good_is_a_page_and_mutants_are_many(tmp_path: Path) -> None:
    for directory in runs(tmp_path):
        assert report(directory, pngs=False) == ""
        root = json.loads((directory / HEADER).read_text(encoding="utf-8"))
        assert len(list(mutants(root))) > 1000
