"""Labels that something else gives away, too: a model may learn the place, the camera or the light instead.

A column gives labels away when, of two pictures with one value of it, the label of one mostly tells that of the other.
Measured is Goodman and Kruskal's lambda, each picture left out of its own vote: 0 for chance, 1 for certainty.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from host.base.statistics import Floats
from host.base.text import first_few
from host.data.findings import Finding, Kind
from host.data.labels import normal
from host.data.manifest import Picture
from host.data.quality import Look

COLUMNS = ("session", "source", "board")
LEAST_LAMBDA = 0.8
LEAST_AUC = 0.9
LEAST_PICTURES = 12  # fewer coincide by chance more often than once in sixty
LEAST_OF_A_LABEL = 8  # for brightness: an AUC of 0.9 is then 2.8 standard errors off chance
MOST_VALUES_SHOWN = 3


def bias_findings(
    pictures: Sequence[Picture], looks: Mapping[str, Look] | None = None
) -> list[Finding]:
    """Of every column, the user's own included; with looks (by path), also of size, colour and brightness."""
    labels = [normal(p.label) for p in pictures]
    if len(set(labels)) < 2:
        return []
    own = dict.fromkeys(name for p in pictures for name, _ in p.more)
    found = [
        _coinciding(name, [p.value(name) for p in pictures], labels) for name in (*COLUMNS, *own)
    ]
    if looks:
        seen = [looks.get(p.path) for p in pictures]
        found.append(_coinciding("size", [look.text if look else "" for look in seen], labels))
        colours = ["" if look is None else "grey" if look.is_grey else "colour" for look in seen]
        found.append(_coinciding("colour", colours, labels))
        found.append(_brightness(seen, labels))
    return [finding for finding in found if finding]


def _coinciding(column: str, values: Sequence[str], labels: Sequence[str]) -> Finding | None:
    """values: "" where not known."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for value, label in zip(values, labels, strict=True):
        if value:
            counts[value][label] += 1
    shared = {value: inside for value, inside in counts.items() if inside.total() > 1}
    total = sum((inside for inside in shared.values()), Counter[str]())
    count = total.total()
    if len(shared) < 2 or len(total) < 2 or count < max(LEAST_PICTURES, len(values) / 2):
        return None
    explained = sum(_explained(inside) for inside in shared.values())
    guessed = max(total.values())
    strength = (explained - guessed) / (count - guessed)
    if strength < LEAST_LAMBDA:
        return None
    largest = sorted(shared.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    values_shown = [f"{value}: {_most(inside)}" for value, inside in largest]
    shown = "; ".join(first_few(values_shown, MOST_VALUES_SHOWN))
    return Finding(Kind.COINCIDES, (), f"{column} tells {explained} of {count} labels ({shown})")


def _explained(inside: Counter[str]) -> int:
    """Pictures whose label is that of most others of the same value."""
    first, second = [*(count for _, count in inside.most_common(2)), 0][:2]
    return first if first - 1 > second else 0


def _most(inside: Counter[str]) -> str:
    label, count = inside.most_common(1)[0]
    return f"{count} of {inside.total()} {label}"


def _brightness(looks: Sequence[Look | None], labels: Sequence[str]) -> Finding | None:
    """The label whose pictures are brighter or darker than the others'."""
    light = np.array([look.brightness if look else np.nan for look in looks])
    names = np.array(labels)
    worst, text = LEAST_AUC, None
    for label in sorted(set(labels)):
        one = light[(names == label) & ~np.isnan(light)]
        other = light[(names != label) & ~np.isnan(light)]
        if min(len(one), len(other)) < LEAST_OF_A_LABEL:
            continue
        above = _auc(one, other)
        if max(above, 1 - above) > worst:
            worst = max(above, 1 - above)
            word = "brighter" if above > 0.5 else "darker"
            text = f"{label} is {word} than the rest in {worst:.0%} of pairs (mean {one.mean():.0f} and "
            text += f"{other.mean():.0f} of 255)"
    return Finding(Kind.COINCIDES, (), text) if text else None


def _auc(one: Floats, other: Floats) -> float:
    """How often a value of `one` is above one of `other`."""
    ordered = np.sort(other)
    below = np.searchsorted(ordered, one, "left") + np.searchsorted(ordered, one, "right")
    return float(below.sum() / (2 * len(one) * len(other)))
