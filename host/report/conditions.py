"""The part of a page that says what its figures hold for."""

from __future__ import annotations

from host.report.blocks import Block, Code, Section, Table
from host.runs.read import Run


def conditions_section(run: Run, name: str) -> Section:
    """name: of the run, where a page has several, else empty."""
    lines = run.conditions.lines()
    state = run.state + (f": {run.reason}" if run.reason else "")
    files = ", ".join(f"{table}.parquet" for table in run.layouts)
    rows = [
        ("run", str(run.directory)),
        ("state", state),
        *(line for line in lines if line[0] != "command"),
        ("tables", files),
    ]
    blocks: tuple[Block, ...] = (
        Table(("condition", "value"), tuple(rows), text_columns=2),
        Code(run.conditions.command),
    )
    return Section(f"Conditions{name and ' of ' + name}, and the command to repeat it", blocks)


def warnings_of(run: Run) -> list[str]:
    """What a reader must know of any run."""
    lines = []
    if run.interrupted:
        lines.append(
            f"{run.directory.name}: interrupted: {run.reason}. The figures are of what there is."
        )
    return lines


def place_words(run: Run) -> str:
    """model on board."""
    board = run.conditions.board
    if board is None:
        return "a recording"
    kind = "the virtual board" if board.is_virtual else f"{board.board} {board.serial_number}"
    return f"{board.model or 'no model'} on {kind}"
