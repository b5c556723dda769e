"""The data's labels -> the model's: equal ones, known synonyms, and what the user says with --label-map."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from host.base.errors import HostError
from host.base.spelling import did_you_mean
from host.data.labels import normal

SYNONYMS = (
    {"person", "people", "human", "persons"},
    {"no person", "non person", "not person", "not a person", "nobody", "notperson", "nonperson"},
    {"with mask", "mask", "masked"},
    {"without mask", "no mask", "not masked", "unmasked"},
)
ABSENCE = re.compile(
    r"^(no|non|not|without|un)( |(?=person|mask))|^(nobody|background|other|empty|none)$"
)


@dataclass(frozen=True)
class Mapping:
    """classes: data label -> index of the model's label. changes: of labels that were not given, in words."""

    classes: dict[str, int]
    changes: tuple[str, ...]


def map_labels(data: Sequence[str], model: Sequence[str], given: dict[str, str]) -> Mapping:
    """data: the labels that occur; model: the model's; given: data label -> model label, from the user.

    Raises HostError for a label that nothing is known of, with what it may have been meant to be.
    """
    for wrong in (name for name in given.values() if name not in model):
        raise HostError(
            f"--label-map: the model has no label {wrong!r}{did_you_mean(wrong, model)}"
        )
    for wrong in (name for name in given if name not in data):
        raise HostError(f"--label-map: no picture is labelled {wrong!r}{did_you_mean(wrong, data)}")
    classes: dict[str, int] = {}
    changes: list[str] = []
    for label in data:
        target = given.get(label) or _known(label, model)
        if target is None:
            raise HostError(
                f"pictures are labelled {label!r}, the model knows "
                f"{', '.join(model)}{did_you_mean(label, model)}",
                f"say which one it is with --label-map '{label}=...'",
            )
        if target != label and label not in given:
            changes.append(f"pictures labelled {label!r} are taken as the model's {target!r}")
        classes[label] = model.index(target)
    return Mapping(classes, tuple(changes))


def parse_map(text: str | None) -> dict[str, str]:
    """'a=b,c=d' -> data label to model label."""
    pairs = [pair.partition("=") for pair in (text or "").split(",") if pair.strip()]
    if any(not equals or not a.strip() or not b.strip() for a, equals, b in pairs):
        raise HostError(f"--label-map {text!r} is not DATA_LABEL=MODEL_LABEL,...")
    names = [a.strip() for a, _, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise HostError(f"--label-map says twice what {twice[0]!r} is", "leave one out")
    return {a.strip(): b.strip() for a, _, b in pairs}


def positive_of(labels: Sequence[str], wanted: str | None) -> int | None:
    """The class that is looked for: as asked; else, of two labels, the one that names a presence."""
    if wanted is not None:
        found = wanted if wanted in labels else _known(wanted, labels)
        if found is None:
            raise HostError(
                f"--positive: the model has no label {wanted!r}{did_you_mean(wanted, labels)}; "
                f"it has {', '.join(labels)}"
            )
        return labels.index(found)
    if len(labels) != 2:
        return None
    first_is_absence, second_is_absence = (bool(ABSENCE.match(_plain(x))) for x in labels)
    return 0 if second_is_absence and not first_is_absence else 1


def _known(label: str, model: Sequence[str]) -> str | None:
    if label in model:
        return label
    alike = [name for name in model if normal(name) == normal(label)]
    for group in SYNONYMS:
        if _plain(label) in group:
            alike += [name for name in model if _plain(name) in group and name not in alike]
    return alike[0] if len(alike) == 1 else None


def _plain(label: str) -> str:
    return re.sub(r"[\s_-]+", " ", label).strip().lower()
