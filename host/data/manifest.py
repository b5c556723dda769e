"""The manifest of a set of pictures: one Picture a row.

manifest.csv is the truth: capture can append a row with one write, a torn row is told from a whole one, and any
spreadsheet edits it. manifest.parquet beside it is a copy with real types, remade whenever the CSV is written whole.
Columns that we do not know are kept: each is a way to slice an evaluation.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from host.base.errors import HostError
from host.base.files import write_private

CSV_NAME = "manifest.csv"
PARQUET_NAME = "manifest.parquet"
MOST_BYTES = 256 << 20  # of a manifest: a million rows
SPLITS = ("train", "val", "test")
SPLIT_NAMES = {
    **{name: "train" for name in ("train", "training")},
    **{name: "val" for name in ("val", "valid", "validation")},
    **{name: "test" for name in ("test", "testing")},
}
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
SEPARATORS = re.compile(r"[|;\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Picture:
    """One picture and what is known of it; "" or () where nothing is. Text holds no line breaks."""

    path: str  # below the data set's root, with forward slashes
    label: str
    split: str = ""  # train, val, test
    session: str = ""  # pictures of one session may be neighbours in time: they stay in one split
    source: str = ""
    licence: str = ""
    tags: tuple[str, ...] = ()
    scores: tuple[tuple[str, float], ...] = ()  # (label, 0..1) of the model that saw it
    model_hash: str = ""  # 8 hex digits: Hello.model_hash of that model
    board: str = ""
    time: str = ""  # ISO 8601, UTC
    more: tuple[tuple[str, str], ...] = ()  # (column, value) of columns that are not ours
    sha256: str = ""  # of the file, hex; or its first 16 digits

    def score(self, label: str) -> float | None:
        """The recorded score of a label; None when there is none."""
        return dict(self.scores).get(label)

    def value(self, column: str) -> str:
        """The text of any column, ours or not; "" when there is none."""
        return row_of(self).get(column, "")


COLUMNS = tuple(field.name for field in fields(Picture) if field.name != "more")


@dataclass(frozen=True)
class Rows:
    """What a manifest held. dropped: lines that were torn or had no path."""

    pictures: tuple[Picture, ...]
    dropped: int = 0


def row_of(picture: Picture) -> dict[str, str]:
    """Column -> text, as in the CSV; sha256 last, so that a row torn before its end lacks it."""
    own = {name: _text(getattr(picture, name)) for name in COLUMNS}
    digest = own.pop("sha256")
    return {**own, **dict(picture.more), "sha256": digest}


def picture_of(row: dict[str, str]) -> Picture:
    """The Picture of a row; unknown columns go to `more`. Raises ValueError when a field makes no sense."""
    known = {name: CONTROL.sub(" ", row.get(name) or "").strip() for name in COLUMNS}
    path = known["path"].replace("\\", "/")
    if not path or path.startswith("/") or ".." in path.split("/") or ":" in path.split("/")[0]:
        raise ValueError(f"path {path!r} does not lie below the data set's folder")
    split = SPLIT_NAMES.get(known["split"].lower(), known["split"])
    if split not in ("", *SPLITS):
        raise ValueError(f"split {split!r} is not one of {', '.join(SPLITS)}")
    more = tuple((name, text or "") for name, text in row.items() if name and name not in COLUMNS)
    digest = known["sha256"].lower()
    return Picture(
        path=path,
        label=known["label"],
        split=split,
        session=known["session"],
        source=known["source"],
        licence=known["licence"],
        tags=tuple(tag for tag in re.split(r"[|;]", known["tags"]) if tag),
        scores=_scores(known["scores"]),
        model_hash=known["model_hash"],
        board=known["board"],
        time=known["time"],
        more=more,
        sha256=digest if re.fullmatch(r"[0-9a-f]{16}|[0-9a-f]{64}", digest) else "",
    )


def parse_csv(content: bytes, name: str) -> Rows:
    """The rows of a CSV file, with commas or semicolons. Raises HostError naming the line that makes no sense."""
    if len(content) > MOST_BYTES:
        raise HostError(f"{name} has {len(content) >> 20} MB: a manifest has at most 256")
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    lines = text.rstrip("\n").split("\n")
    header = lines[0]
    if "path" not in header:
        raise HostError(f"{name} is no manifest: its first line must name the columns, path first")
    reader = csv.reader(lines, delimiter=";" if header.count(";") > header.count(",") else ",")
    columns = [column.strip() for column in next(reader)]
    pictures, dropped = [], 0
    for cells in _cells(reader, name):
        if len(cells) != len(columns) or any("\0" in cell for cell in cells):
            dropped += any(cells)  # a write that was cut off; an empty line is none
            continue
        try:
            pictures.append(picture_of(dict(zip(columns, cells, strict=True))))
        except ValueError as error:
            if reader.line_num < len(lines) or text.endswith("\n"):
                raise HostError(f"{name} line {reader.line_num}: {error}") from error
            dropped += 1
    return Rows(tuple(pictures), dropped)


def header_line(pictures: Iterable[Picture] = ()) -> bytes:
    """The first line of a CSV for these pictures, with its line break."""
    return _line(
        row_of(Picture("", "", more=tuple((name, "") for name in extra_columns(pictures))))
    )


def csv_line(picture: Picture, extra: Sequence[str] = ()) -> bytes:
    """A picture's row with its line break; extra: the columns that are not ours, as in the header."""
    have = dict(picture.more)
    filled = tuple((name, have.get(name, "")) for name in extra)
    return _line(row_of(replace(picture, more=filled)).values())


def csv_bytes(pictures: Sequence[Picture]) -> bytes:
    """A whole manifest.csv, in the order given."""
    extra = extra_columns(pictures)
    return header_line(pictures) + b"".join(csv_line(picture, extra) for picture in pictures)


def read_manifest(folder: Path) -> Rows:
    """The manifest of a folder: its CSV, else its Parquet. Raises HostError when there is none to read."""
    path = folder / CSV_NAME
    try:
        if path.exists():
            return parse_csv(path.read_bytes(), str(path))
        if (folder / PARQUET_NAME).exists():
            return _read_parquet(folder / PARQUET_NAME)
    except OSError as error:
        raise HostError(f"cannot read {path}: {error.strerror}") from error
    raise HostError(f"{folder} has no {CSV_NAME}")


def write_manifest(folder: Path, pictures: Sequence[Picture]) -> None:
    """Replaces both files, each at once. Raises HostError when they cannot be written."""
    write_private(folder / CSV_NAME, csv_bytes(pictures))
    write_private(folder / PARQUET_NAME, parquet_bytes(pictures))


def parquet_bytes(pictures: Sequence[Picture]) -> bytes:
    """The same rows with types: tags as a list, scores as a map, the rest as text."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    text = [name for name in COLUMNS if name not in ("tags", "scores")]
    columns = {name: pa.array([getattr(p, name) for p in pictures], pa.string()) for name in text}
    columns["tags"] = pa.array([list(p.tags) for p in pictures], pa.list_(pa.string()))
    columns["scores"] = pa.array(
        [list(p.scores) for p in pictures], pa.map_(pa.string(), pa.float64())
    )
    for name in extra_columns(pictures):
        columns[name] = pa.array([dict(p.more).get(name, "") for p in pictures], pa.string())
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


def _read_parquet(path: Path) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        rows = parquet.read_table(path).to_pylist()
        return Rows(tuple(picture_of({name: _text(v) for name, v in row.items()}) for row in rows))
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise HostError(f"{path} is no manifest that can be read: {error}") from error


def _text(value: object) -> str:
    """A cell: a list's tags joined by |, its (label, score) pairs as label=0.1234;label=..."""
    if value is None:
        return ""
    if not isinstance(value, tuple | list):
        return CONTROL.sub(" ", str(value))
    pairs = [v for v in value if isinstance(v, tuple | list)]
    texts = [f"{label}={score:.4f}" for label, score in pairs] or [str(tag) for tag in value]
    return (";" if pairs else "|").join(SEPARATORS.sub(",", text) for text in texts)


def _scores(text: str) -> tuple[tuple[str, float], ...]:
    pairs = (part.rpartition("=") for part in text.split(";") if part)
    try:
        return tuple((label.strip(), float(score)) for label, _, score in pairs)
    except ValueError as error:
        raise ValueError(f"scores {text!r} are not label=number;label=number") from error


def extra_columns(pictures: Iterable[Picture]) -> list[str]:
    """Columns that are not ours, in the order of their first appearance."""
    return list(dict.fromkeys(name for picture in pictures for name, _ in picture.more))


def _line(cells: Iterable[str]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerow(cells)
    return sink.getvalue().encode("utf-8")


def _cells(reader: Iterator[list[str]], name: str) -> Iterator[list[str]]:
    """Rows of cells; a field beyond the csv module's limit is a clear line, not a traceback."""
    try:
        yield from reader
    except csv.Error as error:
        raise HostError(f"{name} is no manifest that can be read: {error}") from error
