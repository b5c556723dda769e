"""Reports of run directories that somebody else changed; `python -m tests.attack.mutated_runs` tries them all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from host.runs.write import HEADER
from tests.attack.mutated_runs import TEXTS, Path_, attack, mutants, mutated, report, runs


def test_a_sample_is_a_page_or_a_line(tmp_path: Path) -> None:
    tried, wrong = attack(tmp_path, 10, seed=3)
    assert (tried, wrong) == (20, [])


def test_what_is_good_is_a_page_and_mutants_are_many(tmp_path: Path) -> None:
    for directory in runs(tmp_path):
        assert report(directory, pngs=False) == ""
        root = json.loads((directory / HEADER).read_text(encoding="utf-8"))
        assert len(list(mutants(root))) > 1000


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("summary", "layers", 1, "name"), TEXTS[1]),
        (("summary", "layers", 0, "ms", "p50"), 1e308),
        (("summary", "layers", 0, "ms", "maximum"), -1.0),
    ],
)  # fmt: skip
def test_what_broke(tmp_path: Path, path: Path_, value: object) -> None:
    """A font without a letter said so on the terminal, the letter as it was; a bar had a negative end."""
    directory = runs(tmp_path)[0]
    root = json.loads((directory / HEADER).read_text(encoding="utf-8"))
    (directory / HEADER).write_text(mutated(root, path, value), encoding="utf-8")
    assert report(directory, pngs=True) == ""
