"""The search: never above the budget, goes on after a kill, shared by processes, stops what is beaten."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from host.base.errors import HostError
from host.train.architecture import Architecture
from host.train.search.cost import Budget, Cost
from host.train.search.front import Point, front
from host.train.search.space import NARROWINGS, WIDTHS, Draw, Space, fitted
from host.train.search.study import (
    DIRECTIONS,
    is_beaten,
    network_of,
    open_study,
    points,
    sampler_of,
    search,
    trained,
)
from tests.search.fakes import FakeTrainer, Quiet, accuracy, price

ROOT = Path(__file__).resolve().parents[2]
BUDGET = Budget(4_000_000, 40_000, 250_000)
SPACE = Space(channels=(1, 3))


@pytest.fixture
def storage(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'study.db'}"


def opened(storage: str, seed: int = 1) -> optuna.Study:
    return open_study(storage, "search", sampler_of("tpe", seed))


def in_memory(sampler: str = "tpe") -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(directions=list(DIRECTIONS), sampler=sampler_of(sampler, 1))


@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
def test_no_network_above_the_budget_is_ever_trained(sampler: str) -> None:
    trainer, study = FakeTrainer(), in_memory(sampler)
    search(study, SPACE, BUDGET, price, trainer, 25, Quiet())
    assert len(trained(study)) == 25 == len(trainer.trained)
    for architecture in trainer.trained:
        cost = price(architecture)
        assert cost is not None and BUDGET.allows(cost)
    assert len(set(trainer.trained)) == 25  # nothing twice
    assert {p.accuracy for p in points(study)} <= {accuracy(a) for a in trainer.trained}
    best = max(points(study), key=lambda p: p.accuracy)
    assert best.cost.cycles > 0.6 * BUDGET.cycles  # the formula rewards spending it


def test_a_draw_is_made_as_wide_as_it_may_be() -> None:
    shape = Architecture(96, 1, tuple(high for _, high, _ in WIDTHS), (1, 2, 2, 6, 2))
    whole = price(shape)
    assert whole is not None and whole.cycles > BUDGET.cycles
    for spend in (0.5, 1.0):
        found = fitted(Draw(shape, spend), BUDGET, price)
        assert found is not None
        network, cost = found
        assert cost == price(network)
        assert BUDGET.allows(cost) and cost.cycles <= spend * BUDGET.cycles
        assert all(
            (w - low) % step == 0 for w, (low, _, step) in zip(network.widths, WIDTHS, strict=True)
        )
    assert fitted(Draw(shape, 1.0), Budget(10**9), price) == (shape, whole)
    assert fitted(Draw(shape, 1.0), Budget(1000), price) is None


def test_pricing_a_draw_takes_few_prices() -> None:
    wanted: list[Architecture] = []

    def counted(architecture: Architecture) -> Cost | None:
        wanted.append(architecture)
        return price(architecture)

    shape = Architecture(96, 1, tuple(high for _, high, _ in WIDTHS), (1, 2, 2, 6, 2))
    fitted(Draw(shape, 1.0), BUDGET, counted)
    assert len(wanted) <= NARROWINGS.bit_length() + 1


def test_what_was_trained_is_not_trained_again(storage: str) -> None:
    search(opened(storage), SPACE, BUDGET, price, FakeTrainer(), 3, Quiet())
    second = FakeTrainer()
    search(opened(storage, seed=2), SPACE, BUDGET, price, second, 5, Quiet())
    assert len(second.trained) == 2
    assert len(trained(opened(storage))) == 5
    third = FakeTrainer()
    search(opened(storage), SPACE, BUDGET, price, third, 5, Quiet())
    assert third.trained == []


def test_a_study_in_a_journal_file_works_too(tmp_path: Path) -> None:
    search(opened(str(tmp_path / "study.log")), SPACE, BUDGET, price, FakeTrainer(), 2, Quiet())
    assert len(trained(opened(str(tmp_path / "study.log")))) == 2


def test_ctrl_c_gives_the_network_to_the_next_run() -> None:
    lost: list[int] = []

    def stop(number: int) -> None:
        if len(trained(study)) == 2:
            lost.append(number)
            raise KeyboardInterrupt

    study = in_memory()
    with pytest.raises(KeyboardInterrupt):
        search(study, SPACE, BUDGET, price, FakeTrainer(stop), 5, Quiet())
    again = FakeTrainer()
    search(study, SPACE, BUDGET, price, again, 9, Quiet())  # it waits behind what was queued
    left = next(t for t in study.get_trials() if t.number == lost[0])
    assert left.state is TrialState.FAIL
    assert network_of(left) in again.trained
    assert len(trained(study)) == 9


def begun(study: optuna.Study, alive: float, worker: str) -> Architecture:
    """A trial as a process leaves it that is killed in the middle of it."""
    trial = study.ask()
    found = fitted(SPACE.ask(trial), BUDGET, price)
    assert found is not None
    network, cost = found
    trial.set_user_attr("network", [network.size, network.channels, network.widths, network.depths])
    trial.set_user_attr("cost", [cost.cycles, cost.ram_bytes, cost.flash_bytes])
    trial.set_user_attr("worker", worker)
    trial.set_user_attr("alive", alive)
    return network


def run_at(study: optuna.Study, now: float, trials: int) -> list[Architecture]:
    trainer = FakeTrainer()
    search(study, SPACE, BUDGET, price, trainer, trials, Quiet(), lambda: now)
    return trainer.trained


def test_a_network_of_another_machine_is_taken_over_when_it_was_silent_for_long() -> None:
    study = in_memory()
    network = begun(study, 1000.0, "elsewhere:1")
    assert network not in run_at(study, 1000.0 + 900, 3)  # it may still live: a quarter of an hour
    assert len(trained(study)) == 2  # and counts as one
    assert run_at(study, 1001.0 + 900, 3) == [network]


def test_a_network_of_a_process_that_is_no_more_is_taken_over_at_once() -> None:
    import os
    import socket

    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    study = in_memory()
    dead = begun(study, 1000.0, f"{socket.gethostname()}:{ended.pid}")
    alive = begun(study, 1000.0, f"{socket.gethostname()}:{os.getpid()}")
    redone = run_at(study, 1001.0, 20)
    assert dead in redone and alive not in redone


def test_two_processes_share_one_study(storage: str) -> None:
    opened(storage)
    code = (
        "import sys; from tests.search.fakes import FakeTrainer, Quiet, price\n"
        "from tests.search.test_study import BUDGET, SPACE, opened\n"
        "from host.train.search.study import search\n"
        "trainer = FakeTrainer()\n"
        "search(opened(sys.argv[1], int(sys.argv[2])), SPACE, BUDGET, price, trainer, 8, Quiet())\n"
        "print(len(trainer.trained))"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, storage, str(seed)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in (1, 2)
    ]
    counts = [int(process.communicate()[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    # Both may see seven and begin one each.
    assert len(trained(opened(storage))) == sum(counts) in (8, 9)


def test_a_network_that_a_cheaper_one_beats_clearly_is_stopped() -> None:
    class Falling(FakeTrainer):
        """All but the first are far worse, and say so from their first epoch on."""

        def __call__(
            self, number: int, architecture: Architecture, on_epoch: Callable[[float], None]
        ) -> float:
            self.trained.append(architecture)
            reached = 0.9 if len(self.trained) == 1 else 0.6
            for epoch in range(3):
                on_epoch(reached - 0.01 * (2 - epoch))
            return reached

    def equal(architecture: Architecture) -> Cost | None:
        return Cost(1000, 1000, 1000)

    study, watcher = in_memory(), Quiet()
    search(study, SPACE, BUDGET, equal, Falling(), 4, watcher)
    assert watcher.results == [0.9, None, None, None]
    assert [len(t.user_attrs["curve"]) for t in trained(study)] == [3, 1, 1, 1]
    assert len(points(study)) == 1


@pytest.mark.parametrize(
    ("cost", "curve", "beaten"),
    [
        (Cost(1000, 1000, 0), (0.879,), True),  # 0.9 after one epoch, 0.021 more
        (Cost(1000, 1000, 0), (0.881,), False),
        (Cost(1000, 1000, 0), (0.5, 0.899), True),  # 0.92 after two
        (Cost(1000, 1000, 0), (0.5, 0.901), False),
        (Cost(1000, 1000, 0), (0.1, 0.1, 0.1), False),  # it is trained to its end by now
        (Cost(999, 2000, 0), (0.1,), False),  # the other one is dearer
        (Cost(2000, 999, 0), (0.1,), False),
        (Cost(1001, 1001, 0), (0.1,), True),
    ],
)
def test_a_network_is_beaten_by_what_costs_no_more_and_is_two_points_better(
    cost: Cost, curve: tuple[float, ...], beaten: bool
) -> None:
    study = in_memory()
    trial = study.ask()
    for name, value in (("cost", [1000, 1000, 1000]), ("curve", [0.9, 0.92, 0.95])):
        trial.set_user_attr(name, value)
    study.tell(trial, [0.95, 1000.0, 1000.0])
    assert is_beaten(study, cost, curve) == beaten


@pytest.mark.parametrize(
    ("budget", "cost", "words"),
    [
        (Budget(2_500_000, 2_000, 3_000), Cost(2_500_001, 1_999, 2_999),
         "nothing fits 2.5 Mcycles, 2,000 B of RAM, 3,000 B of flash: the smallest network, 64x64x1, .*"
         "costs 2.50 Mcycles, 1,999 B of RAM, 2,999 B of flash"),
        (Budget(10**9, None, 3_000), Cost(1, 1, 3_001), "nothing fits 1000 Mcycles, 3,000 B of flash:"),
        (Budget(10**9), None, "does not fit the board"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_its_budget(
    budget: Budget, cost: Cost | None, words: str
) -> None:
    with pytest.raises(HostError, match=words):
        search(in_memory(), SPACE, budget, lambda architecture: cost, FakeTrainer(), 1, Quiet())


def test_a_dearer_network_may_be_behind_a_cheaper_one_by_a_little() -> None:
    class Close(FakeTrainer):
        def __call__(
            self, number: int, architecture: Architecture, on_epoch: Callable[[float], None]
        ) -> float:
            self.trained.append(architecture)
            reached = 0.9 if len(self.trained) == 1 else 0.89
            on_epoch(reached)
            return reached

    watcher = Quiet()
    search(in_memory(), SPACE, BUDGET, price, Close(), 4, watcher)
    assert watcher.results == [0.9, 0.89, 0.89, 0.89]


def test_a_budget_that_nothing_fits_is_said_at_once() -> None:
    trainer = FakeTrainer()
    with pytest.raises(
        HostError, match=r"nothing fits 0\.001 Mcycles: the smallest network, 64x64x1"
    ):
        search(in_memory(), SPACE, Budget(1000), price, trainer, 3, Quiet())
    assert trainer.trained == []


def test_a_budget_that_only_one_network_fits_ends_too() -> None:
    least = price(SPACE.cheapest())
    assert least is not None
    trainer = FakeTrainer()
    watcher = Quiet()
    with pytest.raises(
        HostError, match=r": 200 draws in a row gave no|^200 draws in a row gave no"
    ):
        search(in_memory("nsga2"), SPACE, Budget(least.cycles), price, trainer, 3, watcher)
    assert watcher.dear == 200 or trainer.trained
    assert trainer.trained in ([], [SPACE.cheapest()])


@pytest.mark.parametrize("url", ["study", "nosuch://x", "sqlite:////nosuch/folder/x.db"])
def test_a_storage_that_cannot_be_opened_is_named(url: str) -> None:
    with pytest.raises(HostError, match=r"--study .* cannot be opened: .*give sqlite:///FILE\.db"):
        opened(url)


def point(number: int, accuracy: float, cycles: int, ram: int) -> Point:
    return Point(number, SPACE.cheapest(), Cost(cycles, ram, 0), accuracy)


def test_the_front_is_what_nothing_beats() -> None:
    found = front(
        [
            point(0, 0.90, 8, 40),  # beaten by 3
            point(1, 0.80, 2, 20),  # cheapest
            point(2, 0.79, 2, 20),  # beaten by 1
            point(3, 0.91, 8, 40),  # most accurate
            point(4, 0.85, 9, 10),  # least RAM
            point(5, 0.80, 2, 20),  # equal to 1
            point(6, 0.91, 9, 41),  # beaten by 3
        ]
    )
    assert [p.number for p in found] == [1, 5, 3, 4]
