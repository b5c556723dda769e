"""The figures of a run that was killed before it wrote any: from the rows that its tables hold."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from host.base.errors import HostError
from host.bench.latency.figures import CAMERA, INJECTED, Setup, Summary, lost_between, summarise
from host.bench.latency.inferences import LayerCycles
from host.bench.latency.layers import Layer
from host.bench.latency.tables import INFERENCES, LAYERS, Inference, columns_of
from host.link.sequence import Losses
from host.runs.read import Run

WARM_UP = "warm-up"  # among the conditions' details


def summary_of_rows(run: Run) -> Summary:
    """Raises HostError when there is no inference. What was lost on the link is not known: it was never written."""
    board, rows = run.conditions.board, _inferences(run)
    if board is None or not rows or board.clock_hz <= 0:
        raise HostError(
            f"{run.directory} ended before its first inference ({run.reason})", "measure again"
        )
    warm_up = run.conditions.details.get(WARM_UP, "")
    setup = Setup(
        source=INJECTED if rows[0].image else CAMERA,
        warm_up=int(warm_up) if warm_up.isdecimal() else 0,
        clock_hz=board.clock_hz,
        estimated=run.conditions.estimated,
    )
    layers, profiles = _profiles(run)
    lost = replace(lost_between(Losses(), Losses(), rows), known=False)
    return summarise(setup, rows, profiles, layers, lost)


def _inferences(run: Run) -> list[Inference]:
    columns = columns_of(run, INFERENCES.names)
    lists = (columns[name].tolist() for name in INFERENCES.names)
    return [Inference(*values) for values in zip(*lists, strict=True)]


def _profiles(run: Run) -> tuple[list[Layer], list[LayerCycles]]:
    """Whole passes only: the last one may lack layers."""
    columns = run.columns(LAYERS.name)
    rows = list(zip(*(columns[name].tolist() for name in LAYERS.names), strict=True))
    passes = [list(group) for _, group in groupby(rows, key=lambda row: row[0])]
    if not passes:
        return [], []
    whole = [rows for rows in passes if len(rows) == len(passes[0])]
    names = [Layer(str(name), 0) for _, _, name, _ in passes[0]]
    return names, [LayerCycles(rows[0][0], tuple(row[3] for row in rows)) for rows in whole]
