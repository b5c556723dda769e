"""Pascal VOC's XML -> a Dataset by the rule of `boxes`: one file a picture, of the same name or naming it.

Format: The PASCAL Visual Object Classes Challenge 2012 development kit, section 9.1. ImageSets/Main/train.txt and
val.txt say the split; else folders do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from host.base.pictures import size_of
from host.base.regular_files import UnreadableError
from host.data.boxes import (
    BROKEN,
    MISSING,
    UNIT,
    UNLISTED,
    Collected,
    Rule,
    Seen,
    require_class,
    share_of,
)
from host.data.by_folders import split_name
from host.data.dataset import Dataset
from host.data.file_match import AMBIGUOUS, Matcher
from host.data.tree import ReadName, not_a_picture, reader, tree_files
from host.data.yolo import split_in

MOST_XML_BYTES = 4 << 20
CORNERS = ("xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True)
class Annotation:
    """boxes: class and (left, top, right, bottom) in pixels, () where there are none. size: (0, 0) where not said."""

    file: str
    size: tuple[float, float]
    boxes: tuple[tuple[str, tuple[float, ...]], ...]


def is_voc(names: Sequence[str]) -> bool:
    """Whether a picture has an XML file of its name."""
    stems = {PurePosixPath(name).stem for name in names if not_a_picture(name) is None}
    return any(PurePosixPath(n).stem in stems for n in names if n.lower().endswith(".xml"))


def read_voc(path: Path, rule: Rule, split: str = "") -> Dataset:
    """A picture without an XML file is left out: nobody looked at it. Raises HostError when the class is none."""
    files = tree_files(path)
    pictures = [name for name in files.names if not_a_picture(name) is None]
    found = Collected(rule)
    found.left_out += files.left_out + Counter(filter(None, map(not_a_picture, files.names)))
    with reader(path) as read:
        known = [
            (name, _parsed(read, name)) for name in files.names if name.lower().endswith(".xml")
        ]
        notes = [(name, note) for name, note in known if note]
        found.left_out[BROKEN] += len(known) - len(notes)
        require_class(rule, (box[0] for _, note in notes for box in note.boxes), path)
        splits = _splits(read, files.names)
        sides = (abs(side) for _, note in notes for _, corners in note.boxes for side in corners)
        are_shares = max(filter(isfinite, sides), default=0.0) <= UNIT
        place = _place(pictures, notes)
        used: set[str] = set()
        for name, note in notes:
            file = place(name, note)
            if not file or file in used:
                found.left_out[MISSING if file is None else AMBIGUOUS] += 1
                continue
            used.add(file)
            own = split or splits.get(PurePosixPath(file).stem, "") or split_in(file)
            found.add(file, _seen(read, file, note, rule, are_shares), split=own)
    found.left_out[UNLISTED] += len(pictures) - len(used)
    found.left_out += Counter()  # drops zeros
    return found.dataset(path)


class _place:  # noqa: N801 (a function with what it looks up)
    """The picture of an XML file: of its name beside it or in a sibling's folder, else the one that it names."""

    def __init__(self, pictures: Sequence[str], notes: Sequence[tuple[str, Annotation]]) -> None:
        self._stems = Matcher(map(_stem, pictures), (_stem(name) for name, _ in notes))
        self._files = {_stem(picture): picture for picture in reversed(pictures)}
        self._named = Matcher(pictures, (note.file for _, note in notes))

    def __call__(self, name: str, note: Annotation) -> str | None:
        temporary = self._files.get(_stem(name))
        if temporary:
            return temporary
        stem = self._stems.find(_stem(name))
        return self._files[stem] if stem else self._named.find(note.file) if note.file else stem


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _parsed(read: ReadName, name: str) -> Annotation | None:
    """None for what is none: other XML, broken, or with entities that could grow."""
    try:
        content = read(name)
        plain = content.replace(b"\0", b"")  # of UTF-16
        if len(content) > MOST_XML_BYTES or b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            return None
        root = ElementTree.fromstring(content)
    except (UnreadableError, ElementTree.ParseError, ValueError, LookupError):
        return None  # LookupError: an encoding that nobody knows
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]  # without its namespace
    if root.tag != "annotation":
        return None
    boxes = [(each.findtext("name", "").strip(), _corners(each)) for each in root.findall("object")]
    size = (_number(root.findtext("size/width")), _number(root.findtext("size/height")))
    return Annotation(root.findtext("filename", "").strip(), size, tuple(boxes))


def _corners(element: ElementTree.Element) -> tuple[float, ...]:
    texts = [element.findtext(f"bndbox/{corner}") for corner in CORNERS]
    try:
        return tuple(float(text or "") for text in texts)
    except ValueError:
        return ()


def _seen(
    read: ReadName, file: str, note: Annotation, rule: Rule, are_shares: bool = False
) -> Seen:
    """are_shares: no corner of the set is beyond 1, so that they are no pixels."""
    seen = Seen()
    size = (1.0, 1.0) if are_shares else note.size
    if min(size) <= 0:
        try:
            size = size_of(read(file), file)
        except UnreadableError:
            size = (0, 0)
    for name, corners in note.boxes:
        if rule.wants(name):
            seen.add(share_of(corners, *size))
    return seen


def _splits(read: ReadName, names: Sequence[str]) -> dict[str, str]:
    """Picture's name without its suffix -> split, by ImageSets/Main."""
    found = {}
    for name in names:
        folder, _, file = name.rpartition("/")
        if folder.endswith("ImageSets/Main") and (split := split_name(_stem(file))):
            for line in read(name).decode(errors="replace").splitlines():
                if line.strip():
                    found[line.split()[0]] = split
    return found


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
