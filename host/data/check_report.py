"""A Checked -> what people read: a table in the terminal, findings.csv, a contact sheet, and a page with it inside."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from host.base.csv_text import csv_row
from host.base.files import png_bytes, private_folder, write_private
from host.base.pictures import decode
from host.base.regular_files import UnreadableError
from host.base.text import first_few
from host.data.check import Checked
from host.data.dataset import Dataset, Read
from host.data.findings import UNOPENED, Finding, Kind
from host.data.manifest import Picture
from host.data.sheet import Group, Tile, contact_sheet

MOST_TILES = 24  # of a kind on the sheet; findings.csv has all
MOST_NAMED = 5  # of what could not be opened, in the terminal
SHEET, PAGE, TABLE = "contact_sheet.png", "index.html", "findings.csv"
REMEDIES = {
    Kind.UNREADABLE: "delete the file or copy it again",
    Kind.FORBIDDEN: "allow yourself to read it (chmod, its owner): nothing is wrong with the picture",
    Kind.ABSENT: "copy it back, or remove its row of manifest.csv",
    Kind.STRADDLES: "python -m host.data split keeps them together",
    Kind.CONTRADICTS: "correct one label in manifest.csv, or remove both",
    Kind.SESSION: "python -m host.data split keeps sessions together",
    Kind.COINCIDES: "capture every label in every place, session, light: else a model may learn those",
    Kind.DOUBTFUL: "look: where the label is wrong, correct it; where it is right, these teach most",
    Kind.LACKING: "capture another session of it, then python -m host.data split",
    Kind.MISSPELT: "correct the label in manifest.csv",
    Kind.BALANCE: "capture more of it; training weights classes, but cannot invent pictures",
    Kind.REPEATS: "harmless in training, but they count twice",
    Kind.DARK: "remove it unless the board will see such pictures",
    Kind.LIGHT: "remove it unless the board will see such pictures",
    Kind.BLURRED: "remove it unless the board will see such pictures",
    Kind.EMPTY: "is there anything to learn from it?",
    Kind.ODD: "remove it, or crop it: a model sees it squashed or blown up",
}


def summary(checked: Checked) -> Table:
    """For the terminal: how many of each kind, and what to do."""
    table = Table(title=_counted(checked), title_justify="left")
    table.add_column("found", justify="right")
    table.add_column("what")
    table.add_column("first of them", overflow="fold")  # whole: it is to be opened
    table.add_column("what to do")
    for kind in Kind:
        found = checked.of(kind)
        if found:
            table.add_row(str(len(found)), kind.value, _first(kind, found), REMEDIES[kind])
    if not checked.findings:
        table.add_row("0", "nothing to complain about", "", "")
    return table


def _counted(checked: Checked) -> str:
    opened = checked.pictures - sum(len(checked.of(kind)) for kind in UNOPENED)
    if opened == checked.pictures:
        return f"{opened} pictures checked"
    return f"{opened} of {checked.pictures} pictures checked, the others cannot be opened"


def _first(kind: Kind, found: Sequence[Finding]) -> str:
    """Those to look at first. Which cannot be opened, and why, is the whole of what is known of them."""
    if kind not in UNOPENED:
        return found[0].paths[0] if found[0].paths else found[0].detail
    lines = first_few([finding.detail for finding in found], MOST_NAMED)
    return "\n".join(lines) + (" (--output lists them)" if len(lines) > MOST_NAMED else "")


def write_report(folder: Path, dataset: Dataset, checked: Checked) -> list[Path]:
    """The files that were written into `folder`. Raises HostError when it cannot be written."""
    private_folder(folder)
    sheet = png_bytes(contact_sheet(_groups(dataset, checked))[..., ::-1])
    files = {TABLE: _table(checked), SHEET: sheet, PAGE: _page(dataset, checked, sheet)}
    for name, content in files.items():
        write_private(folder / name, content)
    return [folder / name for name in files]


def _groups(dataset: Dataset, checked: Checked) -> list[Group]:
    pictures = {picture.path: picture for picture in dataset.pictures}
    groups = []
    with dataset.open() as read:
        for kind in Kind:
            found = [finding for finding in checked.of(kind) if finding.paths]
            if found:
                tiles = [_tile(read, pictures[p], f) for f in found for p in f.paths[:2]]
                more = "" if len(tiles) <= MOST_TILES else f", the first {MOST_TILES} pictures"
                heading = f"{kind.value}: {len(found)}{more}"
                groups.append(Group(heading, tuple(tiles[:MOST_TILES])))
    return groups or [Group("nothing to complain about", ())]


def _tile(read: Read, picture: Picture, finding: Finding) -> Tile:
    pixels: NDArray[np.uint8] | None
    try:
        pixels = decode(read(picture), picture.path)
    except UnreadableError:
        pixels = None
    where = f"{picture.split or 'no split'}, {picture.label}"
    return Tile(pixels, (where, Path(picture.path).name, finding.detail))


def _table(checked: Checked) -> bytes:
    rows = [csv_row(("kind", "path", "other", "detail"))]
    for finding in checked.findings:
        first, second, *_ = (*finding.paths, "", "")
        rows.append(csv_row((finding.kind.value, first, second, finding.detail)))
    return "".join(rows).encode()


def _page(dataset: Dataset, checked: Checked, sheet: bytes) -> bytes:
    """Loads nothing from elsewhere."""
    title = html.escape(f"What may be wrong with {dataset.root.name}")
    rows = "".join(_row(kind, checked.of(kind)) for kind in Kind if checked.of(kind))
    image = base64.b64encode(sheet).decode()
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:15px/1.5 system-ui,sans-serif;margin:28px;color:#1f2933}}td,th{{text-align:left;
padding:4px 14px 4px 0;border-bottom:1px solid #e3e8ee}}img{{max-width:100%}}</style>
<h1>{title}</h1><p>{_counted(checked)}; every finding is in {TABLE}.</p>
<table><tr><th>found</th><th>what</th><th>what to do</th></tr>{rows}</table>
<p><img alt="contact sheet of the findings" src="data:image/png;base64,{image}"></p></html>
""".encode()


def _row(kind: Kind, found: Sequence[Finding]) -> str:
    details = [finding.detail for finding in found if not finding.paths]  # of the whole set
    cells = (str(len(found)), "; ".join((kind.value, *details)), REMEDIES[kind])
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
