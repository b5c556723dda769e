"""Whose layout a folder or zip has, and its pictures by it: what `data import` reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from host.data.boxes import Collected, Rule
from host.data.coco import (
    MOST_ANNOTATION_BYTES,
    ElsewhereError,
    collect_coco,
    count_unlisted,
)
from host.data.dataset import Dataset, read_dataset
from host.data.edge_impulse_read import is_export, read_export
from host.data.manifest_csv import CSV_NAME
from host.data.tree import stream, tree_files
from host.data.voc import is_voc, read_voc
from host.data.yolo import is_yolo, read_yolo, split_in

ROBOFLOW = "_annotations.coco.json"  # in each split's folder


def read_any(path: Path, rule: Rule, split: str = "") -> Dataset:
    """Ours, Edge Impulse's, COCO's, YOLO's, Pascal VOC's, or folders. rule: for those with boxes."""
    names = tree_files(path).names
    if CSV_NAME in names:
        return read_dataset(path, least_labels=1)
    layouts: dict[str, tuple[bool, Callable[[], Dataset]]] = {
        "Edge Impulse": (is_export(names), lambda: read_export(path, rule)),
        "COCO": (bool(_coco_files(names)), lambda: _read_coco_files(path, names, rule, split)),
        "YOLO": (is_yolo(names), lambda: read_yolo(path, rule, split)),
        "Pascal VOC": (is_voc(names), lambda: read_voc(path, rule, split)),
    }
    for is_there, read in layouts.values():
        if is_there:
            return read()
    return read_dataset(path, least_labels=1)


def _coco_files(names: Sequence[str]) -> list[str]:
    """Roboflow's, and COCO's own."""
    files = [(name, PurePosixPath(name).name.lower()) for name in names]
    ours = [name for name, file in files if file == ROBOFLOW]
    own = [n for n, file in files if file.startswith("instances_") and file.endswith(".json")]
    return ours or own


def _read_coco_files(path: Path, names: Sequence[str], rule: Rule, split: str) -> Dataset:
    """Each annotates the pictures below its own folder (Roboflow), or any (COCO)."""
    files = tree_files(path)
    found = Collected(rule)
    found.left_out += files.left_out
    used: set[str] = set()
    elsewhere: list[ElsewhereError] = []
    for name in _coco_files(names):
        folder = name.rpartition("/")[0]
        is_own = name.endswith(ROBOFLOW) and folder
        inside = tuple(n for n in files.names if not is_own or n.startswith(f"{folder}/"))
        own = split or split_in(name) or _stem_split(name)
        opened = partial(stream, path, name, MOST_ANNOTATION_BYTES)
        try:
            used |= collect_coco(opened, f"{path}: {name}", path, inside, own, found)
        except ElsewhereError as error:  # as of train2017, where val2017's pictures are
            elsewhere.append(error)
    if elsewhere and not used:
        raise elsewhere[0]
    found.notes += [error.what for error in elsewhere]
    count_unlisted(files.names, used, found)
    return found.dataset(path)


def _stem_split(name: str) -> str:
    return split_in(f"{PurePosixPath(name).stem.replace('_', '/')}/x")
