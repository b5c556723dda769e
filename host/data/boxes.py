"""Boxes -> a label, by one rule for every format with boxes.

Visual Wake Words: a picture is `person` when one box of that class covers more than 0.5 % of it, else it is not
(Chowdhery et al., Visual Wake Words Dataset, 2019).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from host.base.errors import HostError
from host.base.spelling import did_you_mean
from host.data.dataset import Dataset
from host.data.labels import normal
from host.data.manifest import Picture

UNIT = 1.001  # boxes of which no corner is beyond are shares of the picture, not pixels
LEAST_AREA = 0.005  # of the picture
MID_AREA, NEAR_AREA = 0.03, 0.20  # the largest box: far, mid, near
BROKEN = "with an annotation that cannot be used (no box, none of its numbers, no class)"
MISSING = "annotated, but not in the folder"
UNLISTED = "in the folder, but not annotated"
TWO_LABELS = "annotated more than once, and not alike"


@dataclass(frozen=True)
class Rule:
    """leave_out_small: pictures whose only boxes of the class are too small are in neither class."""

    wanted: str = "person"
    least_area: float = LEAST_AREA
    leave_out_small: bool = False

    @property
    def other(self) -> str:
        """The label of pictures without."""
        return f"non_{self.wanted.replace(' ', '_')}"

    def wants(self, name: str) -> bool:
        """Whether this is the class, however it is spelt."""
        return normal(name) == normal(self.wanted)


@dataclass
class Seen:
    """What the boxes of one picture say. share: of the picture that the largest of the class covers."""

    share: float = 0.0
    is_broken: bool = False

    def add(self, share: float | None) -> None:
        """A box of the class; None for one that cannot be used."""
        if share is None:
            self.is_broken = True
        else:
            self.share = max(self.share, share)


@dataclass
class Collected:
    """Pictures that were labelled by their boxes, and why others were not."""

    rule: Rule
    pictures: list[Picture] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, path: str, seen: Seen, **about: str) -> None:
        """about: further fields of the Picture."""
        rule = self.rule
        is_small = 0 < seen.share <= rule.least_area
        if seen.is_broken and seen.share <= rule.least_area:
            self.left_out[BROKEN] += 1
        elif is_small and rule.leave_out_small:
            self.left_out[f"whose {rule.wanted} is too small"] += 1
        else:
            label = rule.wanted if seen.share > rule.least_area else rule.other
            tags = _tags(seen.share, rule)
            self.pictures.append(Picture(path, label, tags=tags, **about))  # type: ignore[arg-type]

    def dataset(self, root: Path) -> Dataset:
        """Sorted by path, each once. Raises HostError when there is no picture."""
        by_path: dict[str, Picture] = {}
        for picture in self.pictures:  # two files of annotations may name one
            by_path.setdefault(picture.path, picture)
        doubted = {p.path for p in self.pictures if p.label != by_path[p.path].label}
        if doubted:
            self.left_out[TWO_LABELS] += len(doubted)
        self.pictures = [p for path, p in by_path.items() if path not in doubted]
        if not self.pictures:
            reasons = "; ".join(f"{count} {reason}" for reason, count in self.left_out.items())
            raise HostError(f"no picture of {root} could be labelled by boxes ({reasons})")
        labels = tuple(sorted((self.rule.wanted, self.rule.other)))
        pictures = tuple(sorted(self.pictures, key=lambda picture: picture.path))
        return Dataset(root, pictures, labels, 0, self.left_out, tuple(self.notes))


def share_of(corners: Sequence[float], width: float, height: float) -> float | None:
    """Of the picture that (left, top, right, bottom) covers inside it; None for no box. width, height: in its units.

    A box that lies outside is none: then the size is of another picture, or turned.
    """
    if len(corners) != 4 or not all(map(math.isfinite, corners)):
        return None
    left, top, right, bottom = corners
    if right <= left or bottom <= top or width <= 0 or height <= 0:
        return None
    inside_x = min(right, width) - max(left, 0.0)
    inside_y = min(bottom, height) - max(top, 0.0)
    if inside_x <= 0 or inside_y <= 0:
        return None
    return inside_x * inside_y / (width * height)


def bounds(points: Sequence[float]) -> tuple[float, ...]:
    """(left, top, right, bottom) of a polygon x, y, x, y, ...; () for none."""
    if len(points) < 6 or len(points) % 2:
        return ()
    return (min(points[::2]), min(points[1::2]), max(points[::2]), max(points[1::2]))


def require_class(rule: Rule, names: Iterable[str], where: object) -> None:
    """Raises HostError, with the likely one, when the class is none of those that a set knows."""
    known = sorted(set(names))
    if not known:
        raise HostError(f"{where}: its annotations name no class that can be read")
    if not any(rule.wants(name) for name in known):
        raise HostError(
            f"{where}: there is no class {rule.wanted!r} among "
            f"{len(known)}{did_you_mean(rule.wanted, known)}",
            f"give --class one of {', '.join(known)[:200]}",
        )


def _tags(share: float, rule: Rule) -> tuple[str, ...]:
    """How near the largest one is; `small` for one that the rule does not count."""
    if share <= 0:
        return ()
    if share <= rule.least_area:
        return ("small",)
    return ("near" if share > NEAR_AREA else "mid" if share > MID_AREA else "far",)
