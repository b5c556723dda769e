"""Names of classes: which are the same, which was probably meant, and whether a set can be learnt from."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from host.base.errors import HostError
from host.base.files import folder_name
from host.base.spelling import did_you_mean, nearest_name
from host.base.text import one_line
from host.data.manifest import NO_VALUE

NEGATION = re.compile(r"^(?:no|not|non)_")


@cache
def normal(label: str) -> str:
    """One spelling for a class: `No Person`, `no-person`, `not_person` and `non_person` are one."""
    plain = re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFC", label).strip().lower())
    return NEGATION.sub("non_", plain)


def matching(label: str, known: Sequence[str]) -> str | None:
    """The known label that is the same class; None when there is none."""
    return next((each for each in known if normal(each) == normal(label)), None)


def resolve(label: str, known: Sequence[str], where: str, there: Iterable[str] = ()) -> str:
    """The known label that is the same class. Raises HostError with the likely one.

    there: the labels of the pictures, when `known` was typed by a person: then it may be that which is misspelt.
    """
    found = matching(label, known)
    if found is None:
        typed = ",".join(with_meant(known, there))
        near = did_you_mean(label, known)
        hint = near if typed == ",".join(known) else f"; did you mean {typed!r}?"
        raise HostError(f"{where}: label {label!r} is not one of {', '.join(known)}{hint}")
    return found


def with_meant(typed: Sequence[str], there: Iterable[str]) -> tuple[str, ...]:
    """What was typed, in its order: one that no picture has gives way to the label that was probably meant."""
    there = tuple(dict.fromkeys(there))
    free = [label for label in there if matching(label, typed) is None]
    meant = []
    for label in typed:
        near = nearest_name(label, free) if matching(label, there) is None else None
        if near is not None:
            free.remove(near)
        meant.append(label if near is None else near)
    return tuple(meant)


def folders_of(labels: Iterable[str]) -> dict[str, str]:
    """Label -> the name of its folder, in which no other class is. Raises HostError where that cannot be, and for
    what no manifest could be read with afterwards.
    """
    labels = tuple(labels)
    for label in labels:
        if NO_VALUE.fullmatch(label):
            raise HostError(
                f"label {label!r} is what programs write for a missing value", "rename it"
            )
    folders = {label: folder_name(label) for label in dict.fromkeys(labels)}
    owners: dict[str, str] = {}
    for label, folder in folders.items():
        there = owners.setdefault(unicodedata.normalize("NFC", folder).casefold(), label)
        if normal(there) != normal(label):
            raise HostError(f"labels {there!r} and {label!r} would share a folder", "rename one")
    return folders


def label_list(text: str) -> tuple[str, ...]:
    """From `a,b,c`. Raises HostError when one is empty or two are the same class."""
    labels = tuple(label.strip() for label in text.split(","))
    if not all(labels):
        raise HostError(
            f"--labels {text!r} holds an empty label", "write for instance person,non_person"
        )
    for index, label in enumerate(labels):
        if label != one_line(label):
            raise HostError(f"--labels {text!r}: {one_line(label)!r} is no label", "rename it")
        same = matching(label, labels[:index])
        if same is not None:
            raise HostError(f"--labels {text!r}: {label!r} and {same!r} are the same class")
    return labels


def require_classes(counts: Counter[str], labels: Sequence[str], least: int, where: str) -> None:
    """Raises HostError unless at least `least` labels exist and each of `labels` has pictures."""
    total = sum(counts.values())
    there = ", ".join(f"{label} {counts[label]}" for label in sorted(counts)) or "none"
    empty = [label for label in labels if not counts[label]]
    if empty:
        raise HostError(
            f"{where} has no picture labelled {empty[0]!r} (there are: "
            f"{there}){did_you_mean(empty[0], sorted(counts))}",
            "capture some, or leave that label out",
        )
    if total and len(counts) < least:
        only = next(iter(counts))
        raise HostError(
            f"all {total} pictures of {where} are {only!r}: a model learns from at least "
            f"{least} labels",
            "capture pictures without it, too",
        )
