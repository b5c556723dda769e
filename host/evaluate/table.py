"""An evaluation in the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from host.evaluate import words
from host.evaluate.evaluation import Evaluation


def evaluation_table(found: Evaluation) -> Group:
    """Everything but the curves and pictures."""
    parts: list[RenderableType] = [Text(words.verdict(found), style="bold"), _figures(found)]
    parts += [Text("confusion matrix: rows are true, columns predicted"), _confusion(found)]
    if found.choices:
        parts += [_table(words.CHOICE_HEADING, [words.choice_row(c) for c in found.choices], 1)]
        parts.append(Text(words.choice_words(found), style="dim"))
    parts.append(_table(words.SLICE_HEADING, [words.slice_row(s) for s in found.slices], 1))
    parts += [Text(words.gap_line(g), style="yellow" if g.real else "dim") for g in found.gaps]
    if found.robust:
        rows = [words.robust_row(each) for each in found.robust]
        parts += [
            _table(words.ROBUST_HEADING, rows, 1),
            Text(words.robust_line(found), style="dim"),
        ]
    drop = words.drop_line(found)
    if drop:
        parts.append(Text(drop))
    if found.looped:
        style = "bold red" if found.looped.different else "green"
        parts.append(Text(found.looped.line, style=style))
    return Group(*parts)


def _figures(found: Evaluation) -> Table:
    reached, table = found.rates, Table(show_header=False)
    rows = [
        ("accuracy", f"{words.percent(reached.accuracy)}  (95 %: {words.span(found.accuracy)})"),
        (
            "AUC",
            f"{words.plain(found.auc)}  (95 %: {words.span(found.auc_interval, as_percent=False)})",
        ),
    ]
    if found.scored.positive is not None:
        name = found.scored.labels[found.scored.positive]
        rows += [
            (f"{name} found (TPR, recall)", words.percent(reached.true_positive_rate)),
            ("others left alone (TNR)", words.percent(reached.true_negative_rate)),
            ("precision", words.percent(reached.precision)),
            ("F1", words.plain(reached.f1)),
        ]
    rows += [
        ("calibration error (ECE)", words.plain(found.calibration.error)),
        ("threshold", f"{found.threshold:g}"),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def _confusion(found: Evaluation) -> Table:
    table = Table(header_style="bold")
    table.add_column("")
    for label in found.scored.labels:
        table.add_column(label, justify="right")
    for index, (label, row) in enumerate(zip(found.scored.labels, found.confusion, strict=True)):
        cells = [Text(str(n), style="bold" if i == index else "") for i, n in enumerate(row)]
        table.add_row(label, *cells)
    return table


def _table(heading: tuple[str, ...], rows: list[tuple[str, ...]], text_columns: int) -> Table:
    table = Table(header_style="bold")
    for index, name in enumerate(heading):
        table.add_column(
            name, justify="left" if index < text_columns else "right", no_wrap=index > 0
        )
    for row in rows:
        table.add_row(*row)
    return table
