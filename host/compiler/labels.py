"""The names of a model's scores: given by the user, or from the manifest beside the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from host.base.errors import HostError
from host.base.json_in import parse_json
from host.base.regular_files import UnreadableError, read_file
from host.base.text import one_line
from host.compiler.format import MAX_LABELS_BYTES

MOST_MANIFEST_BYTES = 1 << 20


def labels_for(given: str | None, model: Path) -> tuple[str, ...] | None:
    """From `given` (comma separated), else from the manifest beside the model, else None. Raises HostError."""
    if given is not None:
        return _listed(given)
    manifest = model.with_suffix(".json")
    if not manifest.exists():
        return None
    try:
        content = parse_json(read_file(manifest, MOST_MANIFEST_BYTES))
    except (UnreadableError, ValueError) as error:
        raise HostError(f"{manifest} is not a readable manifest: {error}") from error
    is_list = isinstance(content, list) and all(isinstance(each, str) for each in content)
    labels = content.get("labels") if isinstance(content, dict) else content if is_list else None
    if labels is None:
        return None
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise HostError(f"{manifest}: labels must be a list of texts")
    check_labels(labels, str(manifest))
    return tuple(labels)


def check_labels(labels: Sequence[str], where: str) -> None:
    """A packed model has a label a line: one that is empty or breaks its line would shift the others.

    Raises HostError, also for what a terminal would obey, for two scores of one name, and for more than fits into
    the message in which a board says them.
    """
    for label in labels:
        if not label.strip() or label != one_line(label):
            raise HostError(
                f"{where}: {one_line(label)!r} is no label", "give each score a name of one line"
            )
    twice = [label for label, count in Counter(labels).items() if count > 1]
    if twice:
        raise HostError(
            f"{where}: two scores are named {twice[0]!r}", "give each score a name of its own"
        )
    size = len("\n".join(labels).encode())
    if size > MAX_LABELS_BYTES:
        raise HostError(
            f"{where}: the labels take {size:,} bytes, a board says at most {MAX_LABELS_BYTES:,}",
            "shorten them",
        )


def _listed(given: str) -> tuple[str, ...]:
    labels = tuple(label.strip() for label in given.split(","))
    if not all(labels):
        raise HostError(
            f"--labels {given!r}: each score needs a name of its own",
            "write for instance no_person,person",
        )
    check_labels(labels, "--labels")
    return labels
