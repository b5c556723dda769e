"""Slices: who belongs to which, and when a gap is called one."""

from __future__ import annotations

import numpy as np
import pytest

from host.base.errors import HostError
from host.data.manifest import Picture
from host.evaluate.scored import Scored
from host.evaluate.slices import gaps, measure_slices, parts
from tests.evaluate.drawn import LABELS


def picture(number: int, **fields: object) -> Picture:
    return Picture(f"val/x/{number}.png", "person", **fields)  # type: ignore[arg-type]  # by name


def names(pictures: list[Picture], *wanted: str) -> dict[str, list[int]]:
    return {
        f"{p.family}: {p.name}": np.flatnonzero(p.members).tolist() for p in parts(pictures, wanted)
    }


def test_columns_tags_distances_and_keys_are_families() -> None:
    found = names(
        [
            picture(
                0, source="ade20k", tags=("near~", "animal", "light:low"), more=(("camera", "a"),)
            ),
            picture(1, source="ccp", tags=("far", "light:high"), more=(("camera", "b"),)),
            picture(2, source="ade20k"),
        ]
    )
    assert found == {
        "set: all": [0, 1, 2],
        "set: wild": [0, 2],
        "source: ade20k": [0, 2],
        "source: ccp": [1],
        "camera: a": [0],
        "camera: b": [1],
        "distance: far": [1],
        "distance: near": [0],
        "light: high": [1],
        "light: low": [0],
        "tags: animal": [0],
    }


def test_wild_is_no_slice_where_nothing_or_everything_is_easy() -> None:
    assert "set: wild" not in names([picture(0, source="coco"), picture(1, source="coco")])
    assert "set: wild" not in names([picture(0, source="ccp"), picture(1, source="faces")])


def test_what_is_one_value_or_one_for_each_picture_is_no_family_unless_requested() -> None:
    pictures = [picture(i, session=f"s{i}", source="one") for i in range(30)]
    assert list(names(pictures)) == ["set: all"]
    assert len(names(pictures, "session")) == 31


@pytest.mark.parametrize(("kinds", "is_family"), [(2, True), (20, True), (21, False)])
def test_up_to_twenty_values_are_kinds(kinds: int, is_family: bool) -> None:
    pictures = [picture(i, session=f"s{i % kinds}") for i in range(2 * kinds)]
    assert len(names(pictures)) == 1 + (kinds if is_family else 0)


def test_one_value_that_only_some_have_is_a_slice_and_what_speaks_of_the_set_is_none() -> None:
    pictures = [picture(0, board="b", licence="x", more=(("origin", "1"), ("how", "2"))),
                picture(1, licence="y", more=(("origin", "3"), ("how", "4")))]  # fmt: skip
    assert names(pictures) == {"set: all": [0, 1], "board: b": [0]}
    assert names(pictures, "how") == {"set: all": [0, 1], "how: 2": [0], "how: 4": [1]}


@pytest.mark.parametrize("source", ["ccp", "houses", "faces", "vikram"])
def test_the_easy_sources(source: str) -> None:
    assert names([picture(0, source=source), picture(1, source="coco")])["set: wild"] == [1]


def test_an_unknown_column_is_named_with_those_there_are() -> None:
    with pytest.raises(HostError, match="'sauce'; there are label, source"):
        parts([picture(0, source="a")], ["sauce"])


def outcomes(right: list[int], wrong: list[int]) -> tuple[Scored, list[Picture]]:
    """Slices a, b, ... with so many pictures right and wrong; truth alternates."""
    verdicts, pictures = [], []
    for index, (good, bad) in enumerate(zip(right, wrong, strict=True)):
        verdicts += [True] * good + [False] * bad
        pictures += [picture(0, source="abcdef"[index])] * (good + bad)
    truth = np.arange(len(verdicts)) % 2
    chance = np.where(np.array(verdicts) == (truth == 1), 0.9, 0.1)
    return Scored(LABELS, truth, np.stack([1 - chance, chance], 1), 1), pictures


def test_a_slice_is_measured_by_itself() -> None:
    scored, pictures = outcomes([40, 30], [10, 30])
    measured = measure_slices(scored, parts(pictures, ["source"]), 0.5)
    assert [(s.name, s.rates.count, s.rates.right) for s in measured] == [
        ("all", 110, 70),
        ("a", 50, 40),
        ("b", 60, 30),
    ]
    assert measured[1].accuracy.low < 0.8 < measured[1].accuracy.high
    assert measured[1].auc is not None and measured[1].auc_interval is not None


def gap_of(right: list[int], wrong: list[int]) -> tuple[str, str, bool] | None:
    scored, pictures = outcomes(right, wrong)
    found = gaps(measure_slices(scored, parts(pictures, ["source"]), 0.5))
    return (found[0].best.name, found[0].worst.name, found[0].real) if found else None


def test_a_wide_gap_of_many_pictures_is_real_and_one_of_few_may_be_chance() -> None:
    assert gap_of([190, 120], [10, 80]) == ("a", "b", True)
    assert gap_of([38, 34], [2, 6]) == ("a", "b", False)


def test_a_gap_is_in_points_of_accuracy() -> None:
    scored, pictures = outcomes([60, 40], [40, 60])
    (gap,) = gaps(measure_slices(scored, parts(pictures, ["source"]), 0.5))
    assert gap.points == pytest.approx(20) and gap.compared == 2


def test_a_small_perfect_slice_hides_no_real_gap() -> None:
    assert gap_of([30, 296, 80], [0, 4, 20]) == (
        "b",
        "c",
        True,
    )  # a has too few to be distinguished from c
    assert gap_of([40, 200, 160], [0, 0, 40]) == ("b", "c", True)  # equally good: the surer one


def test_slices_of_few_pictures_are_neither_best_nor_worst() -> None:
    assert gap_of([90, 80, 0], [10, 20, 29]) == ("a", "b", False)
    assert gap_of([90, 80, 0], [10, 20, 30]) == ("a", "c", True)
    assert gap_of([90, 0], [10, 5]) is None


def test_equal_models_seldom_look_apart_however_many_slices_are_compared() -> None:
    random = np.random.default_rng(1)
    flagged = 0
    for _ in range(40):
        right = random.binomial(60, 0.85, 6)
        found = gap_of(right.tolist(), (60 - right).tolist())
        flagged += found is not None and found[2]
    assert flagged <= 2
