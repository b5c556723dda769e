"""What may be wrong with a set of pictures, as values; and the checks that need no picture to be opened."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from host.base.regular_files import UnreadableError
from host.data.labels import matching
from host.data.manifest import Picture

# a label with fewer pictures than this share of a similar one's is probably a slip
RARE_SHARE = 0.02
SIMILAR = 0.8
LOPSIDED = 3.0
LETTERS = re.compile(r"[^\W\d_]")


class Kind(Enum):
    """What was found, the most harmful first; the value is what a reader sees."""

    UNREADABLE = "cannot be read"
    FORBIDDEN = "may not be read"
    ABSENT = "is not there"
    STRADDLES = "nearly the same picture in two splits"
    CONTRADICTS = "nearly the same picture with two labels"
    SESSION = "one session in two splits"
    COINCIDES = "label that something else gives away, too"
    DOUBTFUL = "the model is sure of another label"
    LACKING = "split without pictures of a label"
    MISSPELT = "label that is probably a slip"
    BALANCE = "far fewer pictures than another label"
    REPEATS = "nearly the same picture twice"
    DARK = "dark"
    LIGHT = "overexposed"
    BLURRED = "blurred"
    EMPTY = "hardly anything in it"
    ODD = "too small or too narrow"


UNOPENED = (Kind.UNREADABLE, Kind.FORBIDDEN, Kind.ABSENT)


@dataclass(frozen=True)
class Finding:
    """paths: the pictures it is about, the one to look at first; () when it is about the whole set."""

    kind: Kind
    paths: tuple[str, ...]
    detail: str


def unreadable_finding(path: str, error: UnreadableError) -> Finding:
    """Of a picture that could not be opened, by what hindered it."""
    cause = error.__cause__
    kind = Kind.UNREADABLE
    if isinstance(cause, PermissionError):
        kind = Kind.FORBIDDEN
    elif isinstance(cause, FileNotFoundError):
        kind = Kind.ABSENT
    return Finding(kind, (path,), error.what)


def session_findings(pictures: Sequence[Picture]) -> list[Finding]:
    """Sessions whose pictures are in more than one split: neighbours in time inflate every figure."""
    members: dict[str, list[Picture]] = defaultdict(list)
    for picture in pictures:
        if picture.session and picture.split:
            members[picture.session].append(picture)
    found = []
    for session, inside in sorted(members.items()):
        firsts = {p.split: p.path for p in reversed(inside)}
        if len(firsts) > 1:
            detail = f"session {session}: {', '.join(sorted(firsts))}"
            found.append(Finding(Kind.SESSION, tuple(firsts.values()), detail))
    return found


def label_findings(pictures: Sequence[Picture]) -> list[Finding]:
    """Rare labels beside a similar one, labels that a split lacks, classes with a fraction of another's pictures."""
    counts = Counter(picture.label for picture in pictures)
    found = []
    for label, count in sorted(counts.items()):
        for other, more in counts.items():
            if (count, label) < (more, other) and _is_slip(label, count, other, more):
                paths = tuple(p.path for p in pictures if p.label == label)
                detail = f"{label!r} ({count}) beside {other!r} ({more})"
                found.append(Finding(Kind.MISSPELT, paths, detail))
    slips = {path for finding in found for path in finding.paths}
    real = Counter(p.label for p in pictures if p.path not in slips)
    for split in sorted({p.split for p in pictures if p.split}):
        there = {p.label for p in pictures if p.split == split}
        for label in sorted(real.keys() - there):
            found.append(Finding(Kind.LACKING, (), f"{split} has no {label!r}"))
    most, least = max(real, key=lambda k: real[k]), min(real, key=lambda k: real[k])
    if real[most] > LOPSIDED * real[least]:
        detail = f"{least!r} {real[least]}, {most!r} {real[most]}"
        found.append(Finding(Kind.BALANCE, (), detail))
    return found


def pair_findings(
    pictures: Sequence[Picture], pairs: Sequence[tuple[int, int, int]]
) -> list[Finding]:
    """Of near-duplicates (first, second, bits apart)."""
    found = []
    for first, second, apart in pairs:
        one, two = pictures[first], pictures[second]
        shown = []
        if one.split != two.split and one.split and two.split:
            shown.append((Kind.STRADDLES, f"{one.split} and {two.split}"))
        if one.label != two.label:
            shown.append((Kind.CONTRADICTS, f"{one.label} and {two.label}"))
        for kind, detail in shown or [(Kind.REPEATS, one.label)]:
            detail = f"{detail}; {apart} of 64 bits differ"
            found.append(Finding(kind, (one.path, two.path), detail))
    return found


def uncertain_label_findings(
    pictures: Sequence[Picture], scores: Sequence[tuple[tuple[str, float], ...]], sure: float
) -> list[Finding]:
    """Pictures of which a model says, with at least `sure`, that they are something else; the surest first."""
    found = []
    for picture, given in zip(pictures, scores, strict=True):
        names = tuple(name for name, _ in given)
        if not given or matching(picture.label, names) is None:
            continue
        best, score = max(given, key=lambda pair: pair[1])
        if score >= sure and matching(picture.label, (best,)) is None:
            detail = f"model: {best} {score:.2f}"
            found.append((score, Finding(Kind.DOUBTFUL, (picture.path,), detail)))
    return [finding for _, finding in sorted(found, key=lambda pair: (-pair[0], pair[1].paths))]


def _is_slip(label: str, count: int, other: str, more: int) -> bool:
    """Whether the rarer of two labels is probably the other one, mistyped."""
    if not _similar(label, other):
        return False
    if count < more and count <= max(2, RARE_SHARE * more):
        return True
    if sorted(label.lower()) == sorted(other.lower()):  # letters that changed places
        return len(_changed(label.lower(), other.lower())[0]) == 2
    one_letter = "".join(_changed(label.lower(), other.lower()))  # one too many, or missing
    return more > LOPSIDED * count and bool(LETTERS.fullmatch(one_letter))


def _changed(one: str, two: str) -> tuple[str, str]:
    """What differs between the start and the end that both have."""
    start = _shared_start(one, two)
    end = _shared_start(one[start:][::-1], two[start:][::-1])
    return one[start : len(one) - end], two[start : len(two) - end]


def _shared_start(one: str, two: str) -> int:
    pairs = enumerate(zip(one, two, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(two)))


def _similar(one: str, two: str) -> bool:
    """As a slip of the finger makes it; `mask` and `no mask` are not."""
    is_negated = one.endswith(two) or two.endswith(one)
    return not is_negated and SequenceMatcher(None, one.lower(), two.lower()).ratio() >= SIMILAR
