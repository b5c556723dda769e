"""One Picture: a row of a manifest, as typed values and as text.

Columns that we do not know are kept: each is a way to slice an evaluation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from sys import intern

SPLITS = ("train", "val", "test")
SPLIT_NAMES = {
    **{name: "train" for name in ("train", "training")},
    **{name: "val" for name in ("val", "valid", "validation")},
    **{name: "test" for name in ("test", "testing")},
}
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
UNSEEN = " \xa0\u200b\u200e\u200f\u2060\ufeff"  # around a path or a label
NO_VALUE = re.compile(r"NaN|nan|<NA>|#N/A|#NV|#[A-Z]+(/0)?[!?]")  # of pandas and spreadsheets
SHARED = ("session", "source", "licence", "model_hash", "board")  # many rows have the same text
SEPARATORS = re.compile(r"[|;\x00-\x1f\x7f]+")
SHA256 = re.compile(r"[0-9a-f]{16}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
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
    """What a manifest held. torn: its last line where a write was cut off. notes: how it was read, a line each.

    unread: what cells said and no Picture says; the line is one of `notes`.
    """

    pictures: tuple[Picture, ...]
    torn: str = ""
    notes: tuple[str, ...] = ()
    unread: str = ""

    @property
    def dropped(self) -> int:
        """Rows that could not be taken."""
        return int(bool(self.torn))


def row_of(picture: Picture) -> dict[str, str]:
    """Column -> text, as in the CSV; sha256 last, so that a row torn before its end lacks it."""
    own = {name: cell_text(getattr(picture, name)) for name in COLUMNS}
    digest = own.pop("sha256")
    return {**own, **dict(picture.more), "sha256": digest}


def picture_of(row: dict[str, str]) -> Picture:
    """The Picture of a row; unknown columns go to `more`. Raises ValueError when a field makes no sense."""
    known = {name: CONTROL.sub(" ", row.get(name) or "").strip() for name in COLUMNS}
    label = known["label"].strip(UNSEEN)
    path = known["path"].strip(UNSEEN).replace("\\", "/")
    path = "/".join(part for part in path.split("/") if part != ".")
    path = re.sub("(?<=.)//+", "/", path)
    if not path or path.startswith("/") or ".." in path.split("/") or ":" in path.split("/")[0]:
        raise ValueError(f"path {path!r} does not lie below the data set's folder")
    if NO_VALUE.fullmatch(label):
        raise ValueError(f"label {label!r} is what programs write for a missing value")
    split = SPLIT_NAMES.get(known["split"].lower(), known["split"])
    if split not in ("", *SPLITS):
        raise ValueError(f"split {split!r} is not one of {', '.join(SPLITS)}")
    for name in SHARED:
        known[name] = intern(known[name])
    more = tuple(
        (intern(name), intern(text or ""))
        for name, text in row.items()
        if name and name not in COLUMNS
    )
    return Picture(
        path=path,
        label=intern(label),
        split=intern(split),
        session=known["session"],
        source=known["source"],
        licence=known["licence"],
        tags=tuple(tag for tag in re.split(r"[|;]", known["tags"]) if tag),
        scores=_scores(known["scores"]),
        model_hash=known["model_hash"],
        board=known["board"],
        time=known["time"],
        more=more,
        sha256="" if unread_hash(row) else known["sha256"].lower(),
    )


def unread_hash(row: dict[str, str]) -> str:
    """What a row has for a SHA-256 and is none: 1.23E+45, or digits without their leading zeros. "" mostly."""
    text = CONTROL.sub(" ", row.get("sha256") or "").strip()
    return "" if SHA256.fullmatch(text.lower()) else text


def is_cut_hash(text: str) -> bool:
    """Whether it may be the beginning of one: of a row that a write left unfinished."""
    return re.fullmatch("[0-9a-f]{1,63}", text) is not None


def unread_line(found: Sequence[tuple[str, str]], name: str) -> str:
    """For people, of (where, text) of each such row; "" without one."""
    if not found:
        return ""
    where, text = found[0]
    return (
        f"{len(found)} rows of {name} have a sha256 that is none, {where} first: {text[:40]!r}; "
        "taken as not known"
    )


def absent_line(pictures: Iterable[Picture], exists: Callable[[str], bool]) -> str:
    """For people: how many files of the rows are gone; "" when none is. exists: whether a path is a file of the set."""
    paths = [picture.path for picture in pictures]
    gone = sorted(path for path in paths if not exists(path))
    if not gone:
        return ""
    return (
        f"{len(gone)} of the {len(paths)} pictures that the manifest names are not there, "
        f"{gone[0]} first"
    )


def cell_text(value: object) -> str:
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
        found = tuple((label.strip(), float(score)) for label, _, score in pairs)
    except ValueError as error:
        raise ValueError(f"scores {text!r} are not label=number;label=number") from error
    if not all(0 <= score <= 1 for _, score in found):
        raise ValueError(f"scores {text!r} are not all of 0..1")
    return found
