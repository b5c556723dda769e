"""What each command of host.data does: values of the command line in, files and tables out."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from rich.progress import track
from rich.table import Table

from host.base.colour import luma_of
from host.base.console import Console, stderr, stdout
from host.base.errors import HostError
from host.base.files import private_folder
from host.base.regular_files import UnreadableError
from host.data.bias import bias_findings
from host.data.boxes import Rule
from host.data.check import Request, check
from host.data.check_report import summary, write_report
from host.data.classifier import open_classifier
from host.data.coco import read_coco
from host.data.dataset import Dataset, read_dataset
from host.data.drawn import draw_set
from host.data.duplicates import near_pairs, perceptual_hash
from host.data.export import export_folder, export_zip
from host.data.findings import Finding, Kind
from host.data.hold import held
from host.data.labels import label_list, resolve
from host.data.layout import read_any
from host.data.load import each_picture
from host.data.manifest import SPLITS, Picture
from host.data.manifest_file import read_whole, write_manifest
from host.data.quality import Look, look_of
from host.data.split import Shares, assign, groups, shortcomings, table, unparted, worth
from host.data.store import import_into

Item = TypeVar("Item")


def import_set(request: argparse.Namespace) -> int:
    """Copies pictures into a folder of ours."""
    console = stderr()
    if not request.input.exists():
        raise HostError(f"{request.input} is not there", "give a folder or a zip of pictures")
    dataset = _source(request)
    for line in dataset.remarks():
        _say(console, line)
    if request.labels:
        known = label_list(request.labels)
        renamed = [
            replace(p, label=resolve(p.label, known, p.path, dataset.labels))
            for p in dataset.pictures
        ]
        dataset = replace(dataset, pictures=tuple(renamed), labels=known)
    about = Picture(
        "", "", request.split, source=request.source or request.input.stem, licence=request.licence
    )
    done = import_into(
        request.output,
        dataset,
        about,
        lambda line: _say(console, line),
        lambda pictures: _shown(pictures, "importing", console),
    )
    _say(
        console,
        f"{len(done.added)} pictures imported into {request.output}; "
        f"{done.known} were there already, {done.unreadable} cannot be read"
        + (f"; {done.restored} that were gone are there again" if done.restored else ""),
    )
    bare = sum(not picture.licence for picture in done.added)
    if bare:
        _say(console, f"the licence of {bare} of them is not known: name it with --licence")
    stdout().print(_splits(read_dataset(request.output, least_labels=1).pictures))
    return 0


def check_set(request: argparse.Namespace) -> int:
    """Says what may be wrong. 1 when something was found."""
    console = stderr()
    dataset = _read(request, console)
    classifier = open_classifier(request.model, request.model_labels) if request.model else None
    if request.output:
        private_folder(request.output)  # that it can be made is known before the pictures are read
    checked = check(
        dataset,
        Request(request.distance, request.sure),
        classifier,
        lambda pictures: _shown(pictures, "checking", console),
    )
    stdout().print(_splits(dataset.pictures))
    stdout().print(summary(checked))
    _say_bias(console, checked.of(Kind.COINCIDES))
    if request.output:
        for path in write_report(request.output, dataset, checked):
            _say(console, f"wrote {path}")
    return int(bool(checked.findings))


def split_set(request: argparse.Namespace) -> int:
    """Writes the split of every picture into the folder's manifest."""
    console = stderr()
    if not request.data.is_dir():
        raise HostError(f"{request.data} is no folder", "import it into one first")
    if request.val + request.test >= 1:
        raise HostError(f"--val {request.val} and --test {request.test} leave nothing to train on")
    with held(request.data):
        _split(request, console)
    stdout().print(_splits(read_dataset(request.data, least_labels=1).pictures))
    return 0


def _split(request: argparse.Namespace, console: Console) -> None:
    dataset = read_dataset(request.data, least_labels=1)
    for line in dataset.remarks():
        _say(console, line)
    pictures = dataset.pictures
    near, looks = (
        _compared(dataset, request.distance, console) if request.distance >= 0 else ([], {})
    )
    together = groups(pictures, near, request.by, request.gap)
    shares = Shares(request.val, request.test)
    unlabelled = [picture for picture in read_whole(request.data) if not picture.label]
    assigned = assign(pictures, together, shares, request.seed)
    write_manifest(request.data, [*assigned, *unlabelled])
    _say(console, f"{len(np.unique(together))} groups, {len(near)} pairs of near-duplicates")
    if request.gap is not None and (line := unparted(pictures, near, request.by, request.gap)):
        _say(console, line)
    for line in shortcomings(assigned, together):
        _say(console, line)
    _say_bias(console, bias_findings(pictures, looks))


def export_set(request: argparse.Namespace) -> int:
    """Writes the pictures in another layout."""
    output = request.output or request.also_output
    if output is None or (request.output and request.also_output):
        raise HostError("export writes into one place", "give --output FOLDER or NAME.zip, once")
    dataset = _read(request, stderr())
    is_zip = output.suffix.lower() == ".zip"
    layout = request.layout or ("zip" if is_zip else "keras")
    if is_zip != (layout == "zip"):
        raise HostError(f"--layout {layout} does not go into {output}: zip makes NAME.zip")
    count = (
        export_zip(dataset, output) if layout == "zip" else export_folder(dataset, output, layout)
    )
    _say(stderr(), f"{count} pictures exported to {output}")
    if layout == "edge-impulse":
        upload = f"cd {shlex.quote(str(output))} && edge-impulse-uploader --info-file info.labels"
        _say(stderr(), f"to upload them: {upload}")
    stdout().print(_splits(dataset.pictures))
    return 0


def draw_pictures(request: argparse.Namespace) -> int:
    """Draws a small set of faces, with a mask and without."""
    console = stderr()
    if request.output.exists():
        raise HostError(f"{request.output} is there already", "give a new folder")
    rows = draw_set(request.output, request.count, request.seed, request.biased)
    made = sum(1 for _ in _shown(rows, "drawing", console, 2 * request.count))
    _say(console, f"{made} drawings in {request.output}, which show nobody (CC0)")
    stdout().print(_splits(read_dataset(request.output).pictures))
    return 0


def _read(request: argparse.Namespace, console: Console) -> Dataset:
    dataset = read_dataset(request.data, least_labels=1, split=request.split)
    for line in dataset.remarks():
        _say(console, line)
    return dataset


def _source(request: argparse.Namespace) -> Dataset:
    rule = Rule(request.wanted, request.least_area, request.leave_out_small)
    if request.coco:
        return read_coco(request.coco, request.input, rule, request.split)
    if request.by_folders:
        return read_dataset(request.input, least_labels=1)
    return read_any(request.input, rule, request.split)


def _say_bias(console: Console, findings: Sequence[Finding]) -> None:
    for finding in findings:
        _say(console, f"{finding.kind.value}: {finding.detail}")


def _compared(
    dataset: Dataset, distance: int, console: Console
) -> tuple[list[tuple[int, int]], dict[str, Look]]:
    """Pairs of near-duplicates, and how each looks; a picture that cannot be read is near none."""
    marks, places, looks = [], [], {}
    found = _shown(each_picture(dataset), "comparing", console, len(dataset.pictures))
    for place, pixels in enumerate(found):
        if isinstance(pixels, UnreadableError):
            _say(console, f"cannot be compared: {pixels.what}")
        else:
            marks.append(perceptual_hash(luma_of(pixels)))
            places.append(place)
            looks[dataset.pictures[place].path] = look_of(pixels)
    if unopened := len(dataset.pictures) - len(places):
        _say(
            console,
            f"{unopened} of {len(dataset.pictures)} pictures cannot be opened: they are counted below, "
            "and python -m host.data check says what to do",
        )
    pairs = near_pairs(np.array(marks, np.uint64), distance)
    return [(places[first], places[second]) for first, second, _ in pairs], looks


def _splits(pictures: Sequence[Picture]) -> Table:
    """How many pictures there are, and between what the truth lies, with 95 %, when a model tells 90 % of them."""
    judging = "val" if any(picture.split == "val" for picture in pictures) else "all"
    shown = Table()
    shown.add_column("label")
    for name in (*SPLITS, "no split", "all"):
        shown.add_column(name, justify="right")
    shown.add_column(f"a measured 90 % ({judging})\ncan truly be", justify="right")
    for row in table(pictures):
        shown.add_row(*row, worth(int(row[2 if judging == "val" else 5])))
    return shown


def _shown(
    items: Iterable[Item], doing: str, console: Console, total: int | None = None
) -> Iterable[Item]:
    """The same, with a bar for those who watch."""
    return track(
        items,
        doing,
        total=total,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _say(console: Console, text: str) -> None:
    console.print(text, style="dim")
