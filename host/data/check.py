"""Opens every picture once and says what may be wrong with the set: nothing is changed."""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from host.base.pictures import decode
from host.base.regular_files import UnreadableError
from host.data.dataset import Dataset
from host.data.duplicates import NEAR, near_pairs, perceptual_hash
from host.data.findings import (
    Finding,
    Kind,
    doubt_findings,
    label_findings,
    pair_findings,
    session_findings,
)
from host.data.manifest import Picture
from host.data.model_input import luma_of
from host.data.opinion import Opinion

SURE = 0.8
QUALITY = {  # of cleanvision: what it calls it -> what we do
    "dark": Kind.DARK,
    "light": Kind.LIGHT,
    "blurry": Kind.BLURRED,
    "low_information": Kind.EMPTY,
    "odd_size": Kind.ODD,
    "odd_aspect_ratio": Kind.ODD,
}


@dataclass(frozen=True)
class Asked:
    """distance: bits up to which two pictures are near-duplicates. sure: the score at which a model is believed."""

    distance: int = NEAR
    sure: float = SURE
    quality: bool = True


@dataclass(frozen=True)
class Checked:
    """Of a data set: the most harmful kind first, and inside a kind the worst first."""

    pictures: int
    findings: tuple[Finding, ...]

    def of(self, kind: Kind) -> list[Finding]:
        """Those of a kind."""
        return [finding for finding in self.findings if finding.kind is kind]


def check(
    dataset: Dataset,
    asked: Asked,
    opinion: Opinion | None = None,
    progress: Callable[[Iterable[Picture]], Iterable[Picture]] = lambda pictures: pictures,
) -> Checked:
    """Everything there is to say. opinion: else the scores that the manifest recorded are believed."""
    readable: list[Picture] = []
    hashes: list[int] = []
    scores: list[tuple[tuple[str, float], ...]] = []
    found: list[Finding] = []
    with dataset.open() as read, _room() as room:
        for number, picture in enumerate(progress(dataset.pictures)):
            try:
                content = read(picture)
                pixels = decode(content, picture.path)
            except UnreadableError as error:
                found.append(Finding(Kind.UNREADABLE, (picture.path,), str(error)))
                continue
            readable.append(picture)
            hashes.append(perceptual_hash(luma_of(pixels)))
            scores.append(opinion(pixels) if opinion else picture.scores)
            if asked.quality:
                (room / f"{number:07d}{Path(picture.path).suffix.lower()}").write_bytes(content)
        if asked.quality and readable:
            found += _quality(room, dataset.pictures)
    pairs = list(near_pairs(np.array(hashes, np.uint64), asked.distance))
    found += pair_findings(readable, pairs)
    found += session_findings(dataset.pictures) + label_findings(dataset.pictures)
    found += doubt_findings(readable, scores, asked.sure)
    order = list(Kind)
    return Checked(len(dataset.pictures), tuple(sorted(found, key=lambda f: order.index(f.kind))))


@contextlib.contextmanager
def _room() -> Iterator[Path]:
    """A folder for the files of a zip: cleanvision opens files by name."""
    with tempfile.TemporaryDirectory(prefix="check-") as name:
        yield Path(name)


def _quality(room: Path, pictures: Sequence[Picture]) -> list[Finding]:
    """cleanvision's opinion of the files in `room`, named by their place in `pictures`."""
    from cleanvision import Imagelab

    silence = io.StringIO()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(silence),
        contextlib.redirect_stderr(silence),
    ):
        warnings.simplefilter("ignore")  # it talks to people; its answer is what counts
        lab = Imagelab(filepaths=sorted(str(p) for p in room.iterdir()), verbose=False)
        lab.find_issues({name: {} for name in QUALITY}, n_jobs=1, verbose=False)
    table = lab.issues
    found = []
    for name, kind in QUALITY.items():
        if f"is_{name}_issue" not in table:
            continue
        flagged = table[table[f"is_{name}_issue"]].sort_values(f"{name}_score")
        for path, score in flagged[f"{name}_score"].items():
            picture = pictures[int(Path(str(path)).stem)]
            found.append(Finding(kind, (picture.path,), f"{name.replace('_', ' ')} {score:.2f}"))
    return found
