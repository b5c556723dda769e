"""The search itself: ask for an architecture, price it, train it if it fits the budget, tell what it reached.

Everything is kept in an Optuna study: a killed search goes on, and several processes or machines may share one.
Optuna: Akiba et al. 2019. The sampler is its multi-objective TPE (Ozaki et al. 2022), or NSGA-II (Deb et al. 2002).
"""

from __future__ import annotations

import os
import socket
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from host.base.errors import HostError
from host.train.architecture import Architecture
from host.train.search.cost import Budget, Cost
from host.train.search.front import Point
from host.train.search.space import Price, Space, fitted
from host.train.search.storage import storage_of

DIRECTIONS = (  # accuracy, cycles, bytes of RAM
    StudyDirection.MAXIMIZE,
    StudyDirection.MINIMIZE,
    StudyDirection.MINIMIZE,
)
MOST_REJECTED = 200  # draws in a row that cannot be made to fit, or were trained already
STALE_S = 900.0  # a trial without a sign of life for so long was killed
MARGIN = 0.02  # of accuracy: how clearly a trial must be behind a cheaper one to be stopped
COST, NETWORK, CURVE, ALIVE, WORKER = "cost", "network", "curve", "alive", "worker"


class BeatenError(Exception):
    """A cheaper network was clearly better after as many epochs."""


class Trainer(Protocol):
    """Trains a network for a short while."""

    def __call__(
        self, number: int, architecture: Architecture, on_epoch: Callable[[float], None]
    ) -> float:
        """The accuracy it reached, 0..1. on_epoch: called with the accuracy after each; may raise BeatenError."""


class Watcher(Protocol):
    """Receives how the search goes."""

    def rejected(self, total: int) -> None:
        """So many draws gave no new network within the budget so far, in this process."""

    def begun(self, number: int, architecture: Architecture, cost: Cost) -> None:
        """A trial is trained."""

    def ended(self, number: int, accuracy: float | None) -> None:
        """None: it was stopped early."""


def sampler_of(name: str, seed: int | None) -> optuna.samplers.BaseSampler:
    """tpe or nsga2. seed: None differs in every process, as those that share a study must."""
    if name == "nsga2":
        return optuna.samplers.NSGAIISampler(seed=seed, population_size=16)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # multivariate is called experimental
        return optuna.samplers.TPESampler(
            seed=seed, n_startup_trials=8, multivariate=True, constant_liar=True
        )


def open_study(storage: str, name: str, sampler: optuna.samplers.BaseSampler) -> optuna.Study:
    """storage: as storage_of() takes it."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return optuna.create_study(
                storage=storage_of(storage),
                study_name=name,
                directions=list(DIRECTIONS),
                sampler=sampler,
                load_if_exists=True,
            )
    except Exception as error:  # each storage raises errors of its own
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise HostError(
            f"--study {storage} cannot be opened: {reason}", "give sqlite:///FILE.db"
        ) from error


def search(
    study: optuna.Study,
    space: Space,
    budget: Budget,
    price: Price,
    train: Trainer,
    trials: int,
    watcher: Watcher,
    clock: Callable[[], float] = time.time,
) -> None:
    """Until the study holds `trials` trained ones, those of other processes included.

    No network above the budget is ever trained. Raises HostError when none is found within it.
    """
    _require_possible(space, budget, price)
    _begin(study, space, clock())
    rejected = in_a_row = 0
    while len(trained(study)) + len(_running(study, clock())) < trials:
        trial = study.ask()
        found = fitted(space.ask(trial), budget, price)
        if found is None or found[0] in _networks(study):
            study.tell(trial, state=TrialState.FAIL)
            rejected, in_a_row = rejected + 1, in_a_row + 1
            watcher.rejected(rejected)
            if in_a_row >= MOST_REJECTED:
                raise HostError(
                    f"{in_a_row} draws in a row gave no new network within {_budget_in_words(budget)}",
                    "allow more",
                )
            continue
        in_a_row = 0
        _note(trial, *found, clock())
        watcher.begun(trial.number, *found)
        watcher.ended(trial.number, _try(study, trial, *found, train, clock))


def _note(trial: optuna.Trial, network: Architecture, cost: Cost, now: float) -> None:
    trial.set_user_attr(NETWORK, [network.size, network.channels, network.widths, network.depths])
    trial.set_user_attr(COST, [cost.cycles, cost.ram_bytes, cost.flash_bytes])
    trial.set_user_attr(WORKER, f"{socket.gethostname()}:{os.getpid()}")
    trial.set_user_attr(ALIVE, now)


def network_of(trial: FrozenTrial) -> Architecture:
    """What was trained."""
    size, channels, widths, depths = trial.user_attrs[NETWORK]
    return Architecture(size, channels, tuple(widths), tuple(depths))


def _networks(study: optuna.Study) -> set[Architecture]:
    """Trained, or being trained."""
    states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
    known = study.get_trials(deepcopy=False, states=states)
    return {network_of(trial) for trial in known if NETWORK in trial.user_attrs}


def _try(
    study: optuna.Study,
    trial: optuna.Trial,
    architecture: Architecture,
    cost: Cost,
    train: Trainer,
    clock: Callable[[], float],
) -> float | None:
    """The accuracy; None when it was stopped early. Ctrl-C leaves the trial to the next process."""
    curve: list[float] = []

    def on_epoch(accuracy: float) -> None:
        curve.append(accuracy)
        trial.set_user_attr(CURVE, list(curve))
        trial.set_user_attr(ALIVE, clock())
        if is_beaten(study, cost, curve):
            raise BeatenError

    try:
        accuracy = train(trial.number, architecture, on_epoch)
    except BeatenError:
        study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
        return None
    except UpdateFinishedTrialError:
        return None  # another process took it over: it was silent for too long
    except BaseException:
        _give_back(study, trial.number, dict(trial.params))
        raise
    values = [accuracy, float(cost.cycles), float(cost.ram_bytes)]
    study.tell(trial, values, skip_if_finished=True)
    return accuracy


def is_beaten(study: optuna.Study, cost: Cost, curve: Sequence[float]) -> bool:
    """Was some finished network that costs no more clearly better after as many epochs?"""
    for other in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
        theirs = other.user_attrs.get(CURVE, [])
        price = other.user_attrs[COST]
        cheaper = price[0] <= cost.cycles and price[1] <= cost.ram_bytes
        if cheaper and len(theirs) > len(curve) and theirs[len(curve) - 1] > curve[-1] + MARGIN:
            return True
    return False


def trained(study: optuna.Study) -> list[FrozenTrial]:
    """Trials that cost training time: finished, or stopped because they were beaten."""
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def points(study: optuna.Study) -> list[Point]:
    """Every finished trial."""
    return [
        Point(t.number, network_of(t), Cost(*t.user_attrs[COST]), t.values[0])
        for t in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    ]


def _begin(study: optuna.Study, space: Space, now: float) -> None:
    """Queues known networks once, and what a killed process left unfinished again."""
    if not study.get_trials(deepcopy=False):
        for parameters in space.known():
            study.enqueue_trial(parameters, skip_if_exists=True)
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if now - _last_sign(trial) > STALE_S or _is_dead(trial):
            _give_back(study, trial.number, trial.params)


def _last_sign(trial: FrozenTrial) -> float:
    """When its process last said something of it; seconds as time.time()."""
    begun = trial.datetime_start
    return float(trial.user_attrs.get(ALIVE, begun.timestamp() if begun else 0.0))


def _is_dead(trial: FrozenTrial) -> bool:
    """Was its process one of this machine, and is it no more?"""
    host, _, number = str(trial.user_attrs.get(WORKER, "")).rpartition(":")
    if host != socket.gethostname() or os.name != "posix":
        return False  # Windows has no harmless way to ask: STALE_S decides
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _running(study: optuna.Study, now: float) -> list[FrozenTrial]:
    """Being trained by other processes now."""
    return [
        trial
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        if COST in trial.user_attrs and now - _last_sign(trial) <= STALE_S
    ]


def _give_back(study: optuna.Study, number: int, parameters: dict[str, Any]) -> None:
    study.tell(number, state=TrialState.FAIL, skip_if_finished=True)
    study.enqueue_trial(parameters)


def _require_possible(space: Space, budget: Budget, price: Price) -> None:
    least = space.cheapest()
    cost = price(least)
    if cost is None or not budget.allows(cost):
        costs = (
            "does not fit the board"
            if cost is None
            else f"costs {cost.mcycles:.2f} Mcycles, {cost.ram_bytes:,} B of RAM, {cost.flash_bytes:,} B of flash"
        )
        raise HostError(
            f"nothing fits {_budget_in_words(budget)}: the smallest network, {least.text}, {costs}",
            "allow more, or smaller --sizes",
        )


def _budget_in_words(budget: Budget) -> str:
    ram = "" if budget.ram_bytes is None else f", {budget.ram_bytes:,} B of RAM"
    flash = "" if budget.flash_bytes is None else f", {budget.flash_bytes:,} B of flash"
    return f"{budget.cycles / 1e6:g} Mcycles{ram}{flash}"
