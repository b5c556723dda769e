"""The drawn set: the same every time, balanced, clean where it should be, and biased where that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.errors import HostError
from host.data.__main__ import main
from host.data.drawn import LABELS, draw_set
from host.data.manifest_file import read_manifest


def test_it_is_the_same_every_time_and_another_by_another_seed(tmp_path: Path) -> None:
    drawn = [
        [(row.path, row.sha256) for row in draw_set(tmp_path / name, 3, seed, False)]
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    assert drawn[0] == drawn[1]
    assert not {digest for _, digest in drawn[0]} & {digest for _, digest in drawn[2]}


def test_every_picture_has_its_label_session_source_and_licence(tmp_path: Path) -> None:
    assert main(["draw", str(tmp_path / "set"), "--count", "10"]) == 0
    rows = read_manifest(tmp_path / "set").pictures
    assert [row.label for row in rows].count(LABELS[0]) == 10 == len(rows) - 10
    assert all(row.session and row.source.startswith("drawn, ") for row in rows)
    assert {row.licence for row in rows} == {"CC0-1.0"}


def test_the_planted_bias_is_found_and_none_where_none_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for name, more in (("fair", []), ("biased", ["--biased"])):
        main(["draw", str(tmp_path / name), "--count", "24", *more])
        capsys.readouterr()
        main(["check", str(tmp_path / name)])
        said = capsys.readouterr()
        found.append(" ".join((said.out + said.err).split()))
    assert "gives away" not in found[0]
    for word in ("session tells 48 of 48", "source tells 48 of 48", "with_mask is brighter"):
        assert word in found[1]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="give a new folder"):
        main(["draw", str(tmp_path)])
