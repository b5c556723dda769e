"""Parts of the pictures that a manifest tells apart, and whether the model treats them alike.

A family is one way to part them: a column of the manifest, the distance tags (near, mid, far), each `key:value` tag,
and all other tags. `wild` leaves out the sources that are known to be easy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from host.base.errors import HostError
from host.base.statistics import CONFIDENCE, Flags, Interval, bootstrap_auc, wilson
from host.data.manifest import Picture
from host.evaluate.metrics import Rates, auc, rates
from host.evaluate.scored import Scored

EASY_SOURCES = ("ccp", "houses", "faces", "vikram")
NO_SLICES = {
    "label",
    "licence",
    "origin",
    "how",
}  # unless asked for: they speak of the data set itself
MOST_SLICES = 20  # of a family that was not asked for by name: more is an identity, not a kind
LEAST_COUNT = 30  # pictures of a slice that may be called best or worst
DISTANCES = ("near", "mid", "far")
TAGS, DISTANCE, SET = "tags", "distance", "set"


@dataclass(frozen=True)
class Part:
    """Which pictures: bool [N]."""

    family: str
    name: str
    members: Flags


@dataclass(frozen=True)
class Slice:
    """What the model reached on a part; intervals of 95 %."""

    family: str
    name: str
    rates: Rates
    accuracy: Interval
    auc: float | None
    auc_interval: Interval | None


@dataclass(frozen=True)
class Gap:
    """Best and worst slice of a family, by accuracy. real: their intervals do not overlap, though they are widened
    for the number of slices compared (Bonferroni), so that some pair among many does not look apart by chance.

    Where some pair is really apart, the widest of those stands here: the very best may have too few pictures to tell.
    """

    family: str
    best: Slice
    worst: Slice
    compared: int
    real: bool

    @property
    def points(self) -> float:
        """Percentage points of accuracy."""
        return 100 * (self.best.rates.accuracy - self.worst.rates.accuracy)


def parts(pictures: Sequence[Picture], wanted: Sequence[str]) -> list[Part]:
    """Families `asked` for by name, else all that part the pictures sensibly. `set`: all, and wild where it differs.

    Raises HostError for a name that no picture knows.
    """
    found = _whole(pictures)
    families = _families(pictures)
    unknown = [name for name in wanted if name not in families]
    if unknown:
        raise HostError(
            f"no picture has a column or tag {unknown[0]!r}; there are {', '.join(sorted(families))}"
        )
    for name, values in families.items():
        kinds = {value for each in values for value in each}
        if name in wanted or (not wanted and name not in NO_SLICES and _is_kind(kinds, values)):
            found += [_part(name, kind, values) for kind in sorted(kinds)]
    return found


def measure_slices(scored: Scored, found: Sequence[Part], threshold: float) -> list[Slice]:
    """In the same order; parts without pictures are left out."""
    return [
        _measured(part, scored.part(part.members), threshold)
        for part in found
        if part.members.any()
    ]


def gaps(slices: Sequence[Slice]) -> list[Gap]:
    """One for each family with at least two slices of LEAST_COUNT pictures; `set` overlaps itself and has none."""
    found = []
    for family in dict.fromkeys(s.family for s in slices if s.family != SET):
        members = [s for s in slices if s.family == family and s.rates.count >= LEAST_COUNT]
        if len(members) > 1:
            found.append(_gap(family, members))
    return found


def _gap(family: str, members: list[Slice]) -> Gap:
    confidence = 1 - (1 - CONFIDENCE) / len(members)
    widened = [wilson(s.rates.right, s.rates.count, confidence) for s in members]
    found = [
        Gap(family, best, worst, len(members), real=not low.overlaps(high))
        for (best, high), (worst, low) in permutations(zip(members, widened, strict=True), 2)
    ]
    return max(found, key=lambda gap: (gap.real, gap.points, gap.best.rates.count))


def _measured(part: Part, scored: Scored, threshold: float) -> Slice:
    reached = rates(scored, threshold)
    interval = None
    if scored.positive is not None:
        interval = bootstrap_auc(scored.chance, scored.is_positive)
    return Slice(
        part.family,
        part.name,
        reached,
        wilson(reached.right, reached.count),
        auc(scored),
        interval,
    )


def _whole(pictures: Sequence[Picture]) -> list[Part]:
    easy = np.array([picture.source in EASY_SOURCES for picture in pictures])
    whole = [Part(SET, "all", np.ones(len(pictures), bool))]
    if easy.any() and not easy.all():
        whole.append(Part(SET, "wild", ~easy))
    return whole


def _families(pictures: Sequence[Picture]) -> dict[str, list[set[str]]]:
    """Family -> the values of each picture."""
    extra = dict.fromkeys(name for picture in pictures for name, _ in picture.more)
    columns = ("label", "source", "split", "session", "board", "model_hash", "licence", *extra)
    families = {name: [{p.value(name)} - {""} for p in pictures] for name in columns}
    tagged = [[_family_of(tag) for tag in picture.tags] for picture in pictures]
    for family in sorted({family for tags in tagged for family, _ in tags}):
        families[family] = [{value for name, value in tags if name == family} for tags in tagged]
    return {name: values for name, values in families.items() if any(values)}


def _family_of(tag: str) -> tuple[str, str]:
    """near~ is near, found by a detector instead of a person."""
    key, colon, value = tag.partition(":")
    if colon and key and value:
        return key, value
    name = tag.strip("~")
    return (DISTANCE, name) if name in DISTANCES else (TAGS, name)


def _is_kind(kinds: set[str], values: list[set[str]]) -> bool:
    """Does it part the pictures: at least two values (or one, and pictures without), and few of them?"""
    parts_something = len(kinds) > 1 or not all(values)
    return parts_something and len(kinds) <= MOST_SLICES


def _part(family: str, kind: str, values: list[set[str]]) -> Part:
    return Part(family, kind, np.array([kind in each for each in values]))
