"""What `python -m host.train search` takes, and what it writes of trials whose figures are known."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import pytest

from host.train.architecture import Architecture
from host.train.search import __main__ as command
from host.train.search.cost import Budget, Cost
from host.train.search.front import Point

SMALL = Architecture(64, 3, (4, 8, 12, 24, 32, 64), (1, 1, 1, 1, 1))
LARGE = Architecture(96, 1, (8, 16, 32, 64, 96, 192), (1, 1, 2, 2, 1))
POINTS = [
    Point(3, SMALL, Cost(1_000_000, 20_000, 50_000), 0.8),
    Point(7, LARGE, Cost(3_000_000, 30_000, 90_000), 0.87654),
    Point(9, LARGE, Cost(3_100_000, 30_000, 90_000), 0.85),  # beaten by 7
]


@pytest.mark.parametrize(
    ("text", "sizes"), [("32", (32,)), ("64, 96", (64, 96)), ("224,40", (224, 40))]
)
def test_sizes_are_multiples_of_eight(text: str, sizes: tuple[int, ...]) -> None:
    assert command._sizes(text) == sizes


@pytest.mark.parametrize("text", ["24", "232", "36", "64,", "64,x", "-32", ""])
def test_no_sizes(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="multiples of 8 from 32 to 224"):
        command._sizes(text)


def test_channels_are_grey_colour_or_both() -> None:
    assert [command._channels(text) for text in ("1", "3", "both")] == [(1,), (3,), (1, 3)]
    for text in ("2", "grey", ""):
        with pytest.raises(argparse.ArgumentTypeError, match="1, 3 or both, not"):
            command._channels(text)


def test_no_bytes_are_no_budget() -> None:
    assert command.size_in_bytes("1") == 1
    for text in ("0", "0k"):
        with pytest.raises(argparse.ArgumentTypeError, match="bytes as 40k"):
            command.size_in_bytes(text)


def test_every_trial_is_a_row_and_the_best_one_is_trained_next(tmp_path: Path) -> None:
    command._write(tmp_path, POINTS, Budget(4_000_000), 200)
    with (tmp_path / "trials.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1] == {
        "trial": "7",
        "network": LARGE.text,
        "accuracy": "0.8765",
        "estimated_cycles": "3000000",
        "ram_bytes": "30000",
        "flash_bytes": "90000",
        "on_front": "1",
    }
    assert [(row["trial"], row["on_front"]) for row in rows] == [("3", "1"), ("7", "1"), ("9", "0")]
    assert (tmp_path / "front.png").read_bytes().startswith(b"\x89PNG")
    text = command._next(tmp_path, POINTS)
    start = f"--from {tmp_path / 'trial_0007.keras'} --size 96 --channels 1 --data"
    assert start in text and text.endswith(" --arena 20784")  # 30,000 less an image of 96 x 96
    colour = command._next(tmp_path, POINTS[:1])
    assert "trial_0003.keras --size 64 --channels 3 " in colour
    assert colour.endswith(" --arena 7712")  # 20,000 less 64 x 64 x 3
