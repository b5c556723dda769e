"""Architectures and what they cost before they are trained."""

from __future__ import annotations

import argparse
import re

import optuna
import pytest

from host.compiler.build import Options
from host.compiler.report import examine
from host.train.architecture import LARGEST_DEPTHS, Architecture, architecture_of
from host.train.search.__main__ import size_in_bytes
from host.train.search.cost import Budget, Cost, cost_of
from host.train.search.space import Space


def howard(alpha: float, size: int, channels: int) -> Architecture:
    widths = tuple(int(alpha * width) for width in (32, 64, 128, 256, 512, 1024))
    return Architecture(size, channels, widths, LARGEST_DEPTHS)


@pytest.mark.parametrize(("alpha", "size", "channels"), [(0.25, 48, 1), (0.125, 64, 3)])
def test_howards_network_costs_what_the_compilers_report_says(
    alpha: float, size: int, channels: int
) -> None:
    report = examine("mobilenet_v1", alpha, size, channels, 2, Options())
    found = cost_of(howard(alpha, size, channels), 2)
    assert found == Cost(report.predicted_cycles, report.ram_bytes, report.flash_bytes)


def test_a_tight_budget_of_ram_is_planned_for() -> None:
    network = Architecture(96, 1, (4, 8, 12, 24, 32, 64), (1, 1, 1, 1, 1))
    usual = cost_of(network, 2)
    assert usual is not None
    tight = cost_of(network, 2, usual.ram_bytes - 5000)
    assert tight is not None
    assert tight.ram_bytes <= usual.ram_bytes - 5000
    assert usual.cycles <= tight.cycles < 1.15 * usual.cycles
    assert cost_of(network, 2, usual.ram_bytes) == usual


def test_what_no_board_runs_has_no_cost() -> None:
    assert cost_of(howard(2.0, 32, 1), 2) is None


def test_a_budget_is_of_all_three() -> None:
    budget = Budget(100, 50, None)
    assert budget.allows(Cost(100, 50, 10**9))
    assert not budget.allows(Cost(101, 50, 0))
    assert not budget.allows(Cost(100, 51, 0))
    assert budget.excess(Cost(150, 25, 7)) == [0.5, -0.5, -1.0]


def test_the_queue_begins_with_howards_network() -> None:
    draws: list[Architecture] = []
    for parameters in Space(sizes=(64, 96)).known():
        trial = optuna.trial.FixedTrial(parameters)
        draws.append(Space(sizes=(64, 96)).ask(trial).shape)
    assert set(draws) == {howard(0.25, 96, 1), howard(0.25, 64, 1)}
    assert len(draws) == 4  # each for the whole budget, and for a part of it


def test_an_architecture_says_what_it_is() -> None:
    made = Architecture(80, 1, (8, 16, 24, 48, 96, 160), (1, 2, 2, 5, 2))
    assert made.text == "80x80x1, 8-16x1-24x2-48x2-96x5-160x2"
    assert [stride for _, stride in made.blocks] == [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 2, 1]
    with pytest.raises(ValueError, match="5 stages"):
        Architecture(80, 1, (8, 16), (1,))


@pytest.mark.parametrize(
    ("text", "size"), [("40k", 40_000), ("40KB", 40_000), ("2ki", 2048), ("123", 123)]
)
def test_sizes_in_bytes(text: str, size: int) -> None:
    assert size_in_bytes(text) == size


@pytest.mark.parametrize("text", ["", "k", "-1", "4.5k", "lots"])
def test_no_sizes_in_bytes(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="bytes as 40k"):
        size_in_bytes(text)


def test_an_architecture_is_read_from_its_text() -> None:
    for network in (
        howard(0.25, 96, 1),
        Architecture(80, 3, (8, 16, 32, 48, 64, 96), (1, 1, 2, 4, 1)),
    ):
        assert architecture_of(network.text) == network
        assert architecture_of(network.text.replace(" ", "")) == network


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not SIZExSIZExCHANNELS"),
        ("96x80x1,8-16x1-32x1-48x2-64x4-96x1", "not SIZExSIZExCHANNELS"),
        ("96x96x2,8-16x1-32x1-48x2-64x4-96x1", "not SIZExSIZExCHANNELS"),
        ("96x96x1,8-16x1-32x1-48x2-64x4", "4 stages, not 5"),
        ("96x96x1,8-18x1-32x1-48x2-64x4-96x1", "multiples of 4"),
        ("96x96x1,8-16x1-32x1-48x2-64x4-2000x1", "from 4 to 1024"),
        ("96x96x1,8-16x1-32x1-48x2-64x7-96x1", "depths are from 1 to 1, 2, 2, 6, 2"),
        ("96x96x1,0-16x1-32x1-48x2-64x4-96x1", "from 4 to 1024"),
    ],
)
def test_no_text_of_an_architecture(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        architecture_of(text)
