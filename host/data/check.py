"""Opens every picture once and says what may be wrong with the set: nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from host.base.colour import luma_of
from host.base.pictures import decode
from host.base.regular_files import UnreadableError
from host.data.bias import bias_findings
from host.data.classifier import Classifier
from host.data.dataset import Dataset
from host.data.duplicates import NEAR, near_pairs, perceptual_hash
from host.data.findings import (
    Finding,
    Kind,
    label_findings,
    pair_findings,
    session_findings,
    uncertain_label_findings,
    unreadable_finding,
)
from host.data.manifest import Picture
from host.data.quality import Look, lay_out, look_of, quality_findings, shape_findings, workplace

SURE = 0.8


@dataclass(frozen=True)
class Request:
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
    request: Request,
    classifier: Classifier | None = None,
    progress: Callable[[Iterable[Picture]], Iterable[Picture]] = lambda pictures: pictures,
) -> Checked:
    """All findings. classifier: None takes the scores that the manifest recorded."""
    readable: list[Picture] = []
    hashes: list[int] = []
    scores: list[tuple[tuple[str, float], ...]] = []
    found: list[Finding] = []
    looks: list[Look] = []
    with dataset.open() as read, workplace() as folder:
        for number, picture in enumerate(progress(dataset.pictures)):
            try:
                pixels = decode(read(picture), picture.path)
            except UnreadableError as error:
                found.append(unreadable_finding(picture.path, error))
                continue
            readable.append(picture)
            looks.append(look_of(pixels))
            hashes.append(perceptual_hash(luma_of(pixels)))
            scores.append(classifier(pixels) if classifier else picture.scores)
            if request.quality:
                lay_out(folder, number, pixels)
        if request.quality and readable:
            found += quality_findings(folder, dataset.pictures) + shape_findings(readable, looks)
    pairs = list(near_pairs(np.array(hashes, np.uint64), request.distance))
    found += pair_findings(readable, pairs)
    found += session_findings(dataset.pictures) + label_findings(dataset.pictures)
    found += bias_findings(
        readable, {p.path: look for p, look in zip(readable, looks, strict=True)}
    )
    found += uncertain_label_findings(readable, scores, request.sure)
    order = list(Kind)
    return Checked(len(dataset.pictures), tuple(sorted(found, key=lambda f: order.index(f.kind))))
