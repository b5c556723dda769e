"""YOLO's layouts -> a Dataset by the rule of `boxes`: a text file a picture, `class x y width height` in shares of it.

Format: docs.ultralytics.com, "Object Detection Datasets". Known are images/ beside labels/ (Ultralytics),
SPLIT/images beside SPLIT/labels (Roboflow), and each text beside its picture (darknet, CVAT, labelImg).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from host.base.errors import HostError
from host.base.regular_files import UnreadableError
from host.data.boxes import Collected, Rule, Seen, bounds, require_class, share_of
from host.data.by_folders import split_name
from host.data.dataset import Dataset
from host.data.tree import ReadName, not_a_picture, reader, tree_files

NAME_LISTS = ("classes.txt", "obj.names", "_darknet.labels", "coco.names")
BESIDE = {"images": "labels", "Images": "Labels", "IMAGES": "LABELS"}
MOST_TEXT_BYTES = 1 << 20
FURTHEST = 2.0  # a share beyond is none: the numbers are pixels


def is_yolo(names: Sequence[str]) -> bool:
    """Whether a picture has a text file of its own, and a file names the classes."""
    there = set(names)
    texts = (label_file(name, there) for name in names if not_a_picture(name) is None)
    return bool(_names_files(names)) and any(texts)


def read_yolo(path: Path, rule: Rule, split: str = "") -> Dataset:
    """A picture without a text file has no boxes, as YOLO has it. Raises HostError when the classes have no names."""
    files = tree_files(path)
    there = set(files.names)
    found = Collected(rule)
    found.left_out += files.left_out
    bare = 0
    with reader(path) as read:
        names, has_points = _class_names(read, files.names, path)
        require_class(rule, names, path)
        wanted = {number for number, name in enumerate(names) if rule.wants(name)}
        for picture in files.names:
            reason = not_a_picture(picture)
            if reason:
                found.left_out[reason] += 1
            if reason is not None:
                continue
            text = label_file(picture, there)
            bare += text is None
            seen = _seen(read(text), wanted, names, has_points) if text else Seen()
            found.add(picture, seen, split=split or split_in(picture))
    if bare:
        found.notes.append(
            f"{bare} pictures without a text file: taken as without boxes, as YOLO does"
        )
    return found.dataset(path)


def label_file(picture: str, there: set[str]) -> str | None:
    """The text file of a picture, by any of the three layouts."""
    path = PurePosixPath(picture).with_suffix(".txt")
    parts = list(path.parts)
    places = [parts]
    for index, part in enumerate(parts[:-1]):
        if beside := BESIDE.get(part):
            places.append([*parts[:index], beside, *parts[index + 1 :]])
    found = ("/".join(place) for place in places)
    return next((name for name in found if name in there), None)


def split_in(picture: str) -> str:
    """Of the folders of a path, the innermost that names a split."""
    folders = reversed(picture.split("/")[:-1])
    return next((split for folder in folders if (split := split_name(folder))), "")


def _seen(content: bytes, wanted: set[int], names: Sequence[str], has_points: bool) -> Seen:
    """A line that makes no sense spoils its picture, unless it is of another class for sure.

    has_points: behind its box a line has the points of a body (kpt_shape), which are no polygon.
    """
    seen = Seen()
    for line in content[:MOST_TEXT_BYTES].decode("utf-8-sig", errors="replace").splitlines():
        cells = line.split()
        if not cells:
            continue
        try:
            number, numbers = int(float(cells[0])), [float(cell) for cell in cells[1:]]
            numbers = numbers[:4] if has_points else numbers
        except (ValueError, OverflowError):
            seen.add(None)
            continue
        if not 0 <= number < len(names) or not names[number]:
            seen.add(None)
        elif number in wanted:
            corners = _corners(numbers)
            is_pixels = any(abs(corner) > FURTHEST for corner in corners)
            seen.add(None if is_pixels else share_of(corners, 1, 1))
    return seen


def _corners(numbers: Sequence[float]) -> tuple[float, ...]:
    """Of x y width height, perhaps with a confidence behind; or of a polygon."""
    if len(numbers) in (4, 5):
        x, y, width, height = numbers[:4]
        return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return bounds(numbers)


def _names_files(names: Sequence[str]) -> list[str]:
    """The likeliest first: other tools have .yaml files, too."""
    yaml = [name for name in names if name.lower().endswith((".yaml", ".yml"))]
    lists = [name for name in names if PurePosixPath(name).name.lower() in NAME_LISTS]
    return sorted((*lists, *yaml), key=lambda name: (name.count("/"), name in yaml))


def _class_names(read: ReadName, names: Sequence[str], path: Path) -> tuple[tuple[str, ...], bool]:
    """From data.yaml or a list; whether lines have points. Raises HostError when there is none that can be read."""
    files = _names_files(names)
    for name in files:
        try:
            content = read(name)[:MOST_TEXT_BYTES].decode("utf-8-sig", errors="replace")
        except UnreadableError as error:
            raise HostError(str(error)) from error
        if not name.lower().endswith((".yaml", ".yml")):
            lines = content.rstrip().splitlines()  # the line counts
            return tuple(line.strip() for line in lines), False
        found, has_points = _yaml_names(content)
        if found:
            return found, has_points
    raise HostError(f"{path}: {files[0]} has no `names` of the classes", "add names: [person, ...]")


def _yaml_names(content: str) -> tuple[tuple[str, ...], bool]:
    """A list, or a mapping of numbers."""
    import yaml

    try:
        described: Any = yaml.safe_load(content)
        names = described["names"]
        has_points = described.get("kpt_shape") is not None
        names = [names] if isinstance(names, str) else names
        numbered = names.items() if isinstance(names, dict) else enumerate(names)
        # a list in a list, named again and again, would be text without end
        by_number = {int(n): str(x) for n, x in numbered if isinstance(x, str | int | float)}
        most = max(by_number)
        found = tuple(by_number.get(n, "") for n in range(most + 1)) if most < 10_000 else ()
        return found, has_points
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return (), False
