"""How probable each picture is to be drawn, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from host.base.errors import HostError
from host.data.manifest import Picture
from host.train.pictures import Pictures, draw_chances


def pictures(*rows: tuple[str, int]) -> Pictures:
    """(source, label) of each."""
    facts = tuple(Picture("a.png", "l", source=source) for source, _ in rows)
    labels = np.array([label for _, label in rows], np.int64)
    return Pictures(np.zeros((len(rows), 1, 1, 1), np.uint8), labels, facts, ("no", "yes"))


SOME = pictures(("a", 0), ("a", 0), ("b", 0), ("b", 1))


@pytest.mark.parametrize(
    ("weights", "balance", "chances"),
    [
        ({}, 0.0, (1 / 4, 1 / 4, 1 / 4, 1 / 4)),
        ({"b": 3.0}, 0.0, (1 / 8, 1 / 8, 3 / 8, 3 / 8)),
        ({"a": 0.0}, 0.0, (0, 0, 1 / 2, 1 / 2)),
        ({}, 1.0, (1 / 6, 1 / 6, 1 / 6, 1 / 2)),
        ({"b": 3.0}, 1.0, (1 / 10, 1 / 10, 3 / 10, 1 / 2)),
        ({}, 0.5, (5 / 24, 5 / 24, 5 / 24, 3 / 8)),
    ],
)
def test_weights_are_of_sources_and_balance_is_of_classes(
    weights: dict[str, float], balance: float, chances: tuple[float, ...]
) -> None:
    found = draw_chances(SOME, weights, balance)
    assert found.tolist() == pytest.approx(chances) and found.sum() == pytest.approx(1)


def test_a_source_that_does_not_occur_is_named_with_those_that_do() -> None:
    with pytest.raises(HostError, match="--weight c: no picture is of that source; there are a, b"):
        draw_chances(SOME, {"b": 2.0, "c": 1.0}, 0.0)
