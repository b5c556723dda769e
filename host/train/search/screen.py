"""The search for people: progress, the front as a table and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from host.base.console import Console
from host.base.files import write_private
from host.base.statistics import wilson
from host.report.figure import COLOURS, FAINT, new_figure, plot_style, png_bytes
from host.train.architecture import Architecture
from host.train.search.cost import Budget, Cost
from host.train.search.front import Point, front

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Screen:
    """A line for each trial."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rejected = 0

    def rejected(self, total: int) -> None:
        """Counted, and said with the next trial."""
        self._rejected = total

    def begun(self, number: int, architecture: Architecture, cost: Cost) -> None:
        """What is trained, and how many were too dear before it."""
        self._console.print(
            f"trial {number}: {architecture.text}; {cost.mcycles:.2f} Mcycles, {cost.ram_bytes:,} B RAM, "
            f"{cost.flash_bytes:,} B flash ({self._rejected} draws too dear or known so far)",
            markup=False,
        )

    def ended(self, number: int, accuracy: float | None) -> None:
        """What it reached."""
        if accuracy is None:
            self._console.print(f"trial {number}: stopped, a cheaper one is clearly better")
        else:
            self._console.print(f"trial {number}: {100 * accuracy:.1f} %")


def front_table(points: Sequence[Point], pictures: int) -> Table:
    """pictures: how many validated it."""
    table = Table(title="nothing tried beats these", header_style="bold")
    names = ("trial", "network", "accuracy", "95 %", "est. Mcycles", "ms", "RAM B", "flash B")
    for index, name in enumerate(names):
        table.add_column(name, justify="left" if index == 1 else "right", no_wrap=True)
    for point in front(points):
        around = wilson(round(point.accuracy * pictures), pictures)
        cost = point.cost
        table.add_row(
            str(point.number),
            point.architecture.text,
            f"{100 * point.accuracy:.1f} %",
            f"{100 * around.low:.1f} .. {100 * around.high:.1f}",
            f"{cost.mcycles:.2f}",
            f"{cost.milliseconds:.0f}",
            f"{cost.ram_bytes:,}",
            f"{cost.flash_bytes:,}",
        )
    return table


def draw_front(path: Path, points: Sequence[Point], budget: Budget, pictures: int) -> None:
    """A PNG: accuracy over cycles, and over RAM; the front's points are numbered by their trials."""
    ram = budget.ram_bytes
    with plot_style():
        figure = new_figure(9.0, 4.2)
        left, right = figure.subplots(1, 2, sharey=True)
        _draw(left, points, [p.cost.mcycles for p in points], budget.cycles / 1e6, pictures)
        kilobytes = [p.cost.ram_bytes / 1000 for p in points]
        _draw(right, points, kilobytes, None if ram is None else ram / 1000, pictures)
        left.set(xlabel="estimated Mcycles", ylabel=f"accuracy in % of {pictures} pictures")
        right.set(xlabel="RAM in kB: arena and image")
        left.set_title("after the short training of a trial")
        figure.legend(*left.get_legend_handles_labels(), loc="upper right", ncols=3, fontsize=8)
    write_private(path, png_bytes(figure))


def _draw(
    plot: Axes, points: Sequence[Point], costs: list[float], limit: float | None, pictures: int
) -> None:
    """costs: of each point, the horizontal axis."""
    best = {point.number for point in front(points)}
    for point, cost in zip(points, costs, strict=True):
        reached = 100 * point.accuracy
        if point.number not in best:
            plot.plot(cost, reached, "o", color=FAINT, alpha=0.5)
            continue
        around = wilson(round(point.accuracy * pictures), pictures)
        error = [[max(0.0, reached - 100 * around.low)], [max(0.0, 100 * around.high - reached)]]
        plot.errorbar(cost, reached, error, fmt="o", color=COLOURS[0], capsize=2, elinewidth=0.7)
        plot.annotate(
            str(point.number),
            (cost, reached),
            textcoords="offset points",
            xytext=(5, 4),
            fontsize=7.5,
        )
    plot.plot([], [], "o", color=COLOURS[0], label="on the front, 95 %")
    plot.plot([], [], "o", color=FAINT, label="beaten")
    if limit is not None:
        plot.axvline(limit, color=COLOURS[1], linestyle=":", label="budget")
