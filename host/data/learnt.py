"""Which pictures a model learnt from, in its manifest: enough of each file's hash to know it again.

`learnt_from` is base64 of the first four bytes of each picture's SHA-256, sorted. `data_sha256` is one hash of all
pictures with their labels and splits: it knows a set that has not changed since.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from host.base.json_in import parse_json
from host.base.regular_files import UnreadableError, read_file
from host.data.labels import matching
from host.data.manifest import Picture

PREFIX_DIGITS = 8
MOST_PICTURES = 150_000  # more would make the manifest larger than a megabyte
MOST_MANIFEST_BYTES = 1 << 20
TRAIN, VALIDATION = "train", "val"


@dataclass(frozen=True)
class Learnt:
    """Of a model's manifest. pictures: the first 8 hex digits of each; None where it does not say."""

    labels: tuple[str, ...]
    data_sha256: str
    pictures: frozenset[str] | None

    def among(self, chosen: Sequence[Picture], whole: Sequence[Picture]) -> int | None:
        """How many of `chosen` it learnt from; whole: the set they are of. None where that cannot be known."""
        if self.pictures is not None:
            return sum(p.sha256[:PREFIX_DIGITS] in self.pictures for p in chosen if p.sha256)
        if self.data_sha256 != set_hash(self._named(whole)):
            return None
        return sum((p.split or TRAIN) == TRAIN for p in chosen)

    def _named(self, pictures: Iterable[Picture]) -> list[tuple[str, str, str]]:
        return [
            (p.sha256, matching(p.label, self.labels) or p.label, p.split or TRAIN)
            for p in pictures
            if (p.split or TRAIN) in (TRAIN, VALIDATION)
        ]


def read_learnt(model: Path) -> Learnt | None:
    """What the manifest beside a model says of it; None where there is none, or it says nothing."""
    try:
        content = parse_json(read_file(model.with_suffix(".json"), MOST_MANIFEST_BYTES))
        data = str(content.get("data_sha256") or "")
        labels = tuple(str(label) for label in content.get("labels") or ())
        packed = content.get("learnt_from")
        pictures = frozenset(_unpacked(packed)) if isinstance(packed, str) else None
    except (UnreadableError, ValueError, AttributeError, TypeError):
        return None
    return Learnt(labels, data, pictures) if data or pictures is not None else None


def packed(digests: Iterable[str]) -> str | None:
    """For `learnt_from`: of SHA-256s in hex; None when one is missing, or there are too many."""
    prefixes = [digest[:PREFIX_DIGITS] for digest in digests]
    if len(prefixes) > MOST_PICTURES or not all(prefixes):
        return None
    numbers = np.array(sorted(int(prefix, 16) for prefix in prefixes), ">u4")
    return base64.b64encode(numbers.tobytes()).decode()


def set_hash(pictures: Iterable[tuple[str, str, str]]) -> str:
    """sha256 over every picture's (SHA-256, label, split), in any order."""
    lines = sorted(f"{digest[:16]} {label} {split}\n" for digest, label, split in pictures)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _unpacked(text: str) -> list[str]:
    content = base64.b64decode(text, validate=True)
    return [f"{int(number):08x}" for number in np.frombuffer(content, ">u4")]
