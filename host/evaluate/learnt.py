"""Whether a model is evaluated on pictures that it learnt from: then its figures say little of others."""

from __future__ import annotations

from pathlib import Path

from host.data.dataset import Dataset, read_dataset
from host.data.learnt import read_learnt
from host.data.load import with_hashes
from host.evaluate.pictures import Say


def learnt_pictures(model: Path, chosen: Dataset, say: Say) -> int | None:
    """How many of `chosen` the model learnt from, by its manifest, with a line to `say`; None where it does not say."""
    known = read_learnt(model)
    if known is None:
        return None
    pictures = with_hashes(chosen).pictures
    whole = chosen if known.pictures is not None else read_dataset(chosen.root, least_labels=1)
    count = known.among(pictures, with_hashes(whole).pictures)
    if count:
        say(
            f"{count} of these {len(pictures)} pictures are ones that {model.name} learnt from: on others it does "
            "worse; use --split val, or other pictures"
        )
    return count
