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

from host.base.console import Console, stderr, stdout
from host.base.errors import HostError
from host.base.regular_files import UnreadableError
from host.data.bias import bias_findings
from host.data.boxes import Rule
from host.data.check import Asked, check
from host.data.check_report import summary, write_report
from host.data.coco import read_coco
from host.data.dataset import Dataset, read_dataset
from host.data.duplicates import near_pairs, perceptual_hash
from host.data.export import export_folder, export_zip
from host.data.findings import Finding, Kind
from host.data.hold import held
from host.data.labels import label_list, resolve
from host.data.layout import read_any
from host.data.load import each_picture
from host.data.manifest import SPLITS, Picture
from host.data.manifest_file import read_whole, write_manifest
from host.data.model_input import luma_of
from host.data.opinion import open_opinion
from host.data.quality import Look, look_of
from host.data.split import Shares, assign, groups, table, worth
from host.data.store import import_into

Item = TypeVar("Item")


def import_set(asked: argparse.Namespace) -> int:
    """Copies pictures into a folder of ours."""
    console = stderr()
    if not asked.input.exists():
        raise HostError(f"{asked.input} is not there: give a folder or a zip of pictures")
    dataset = _source(asked)
    for line in dataset.remarks():
        _say(console, line)
    if asked.labels:
        known = label_list(asked.labels)
        renamed = [replace(p, label=resolve(p.label, known, p.path)) for p in dataset.pictures]
        dataset = replace(dataset, pictures=tuple(renamed), labels=known)
    about = Picture(
        "", "", asked.split, source=asked.source or asked.input.stem, licence=asked.licence
    )
    done = import_into(
        asked.output,
        dataset,
        about,
        lambda line: _say(console, line),
        lambda pictures: _shown(pictures, "importing", console),
    )
    _say(
        console,
        f"{len(done.added)} pictures imported into {asked.output}; "
        f"{done.known} were there already, {done.unreadable} cannot be read",
    )
    bare = sum(not picture.licence for picture in done.added)
    if bare:
        _say(console, f"the licence of {bare} of them is not known: name it with --licence")
    stdout().print(_splits(read_dataset(asked.output, least_labels=1).pictures))
    return 0


def check_set(asked: argparse.Namespace) -> int:
    """Says what may be wrong. 1 when something was found."""
    console = stderr()
    dataset = _read(asked, console)
    opinion = open_opinion(asked.model, asked.model_labels) if asked.model else None
    checked = check(
        dataset,
        Asked(asked.distance, asked.sure),
        opinion,
        lambda pictures: _shown(pictures, "checking", console),
    )
    stdout().print(_splits(dataset.pictures))
    stdout().print(summary(checked))
    _say_bias(console, checked.of(Kind.COINCIDES))
    if asked.output:
        for path in write_report(asked.output, dataset, checked):
            _say(console, f"wrote {path}")
    return int(bool(checked.findings))


def split_set(asked: argparse.Namespace) -> int:
    """Writes the split of every picture into the folder's manifest."""
    console = stderr()
    if not asked.data.is_dir():
        raise HostError(f"{asked.data} is no folder: import it into one first")
    if asked.val + asked.test >= 1:
        raise HostError(f"--val {asked.val} and --test {asked.test} leave nothing to train on")
    with held(asked.data):
        _split(asked, console)
    stdout().print(_splits(read_dataset(asked.data, least_labels=1).pictures))
    return 0


def _split(asked: argparse.Namespace, console: Console) -> None:
    dataset = read_dataset(asked.data, least_labels=1)
    pictures = dataset.pictures
    near, looks = _compared(dataset, asked.distance, console) if asked.distance >= 0 else ([], {})
    together = groups(pictures, near, asked.by, asked.gap)
    shares = Shares(asked.val, asked.test)
    unlabelled = [picture for picture in read_whole(asked.data) if not picture.label]
    write_manifest(asked.data, [*assign(pictures, together, shares, asked.seed), *unlabelled])
    _say(console, f"{len(np.unique(together))} groups, {len(near)} pairs of near-duplicates")
    _say_bias(console, bias_findings(pictures, looks))


def export_set(asked: argparse.Namespace) -> int:
    """Writes the pictures in another layout."""
    dataset = _read(asked, stderr())
    is_zip = asked.output.suffix.lower() == ".zip"
    layout = asked.layout or ("zip" if is_zip else "keras")
    if is_zip != (layout == "zip"):
        raise HostError(f"--layout {layout} does not go into {asked.output}: zip makes NAME.zip")
    count = (
        export_zip(dataset, asked.output)
        if layout == "zip"
        else export_folder(dataset, asked.output, layout)
    )
    _say(stderr(), f"{count} pictures exported to {asked.output}")
    if layout == "edge-impulse":
        upload = (
            f"cd {shlex.quote(str(asked.output))} && edge-impulse-uploader --info-file info.labels"
        )
        _say(stderr(), f"to upload them: {upload}")
    stdout().print(_splits(dataset.pictures))
    return 0


def _read(asked: argparse.Namespace, console: Console) -> Dataset:
    dataset = read_dataset(asked.data, least_labels=1, split=asked.split)
    for line in dataset.remarks():
        _say(console, line)
    return dataset


def _source(asked: argparse.Namespace) -> Dataset:
    rule = Rule(asked.wanted, asked.least_area, asked.leave_out_small)
    if asked.coco:
        return read_coco(asked.coco, asked.input, rule, asked.split)
    if asked.by_folders:
        return read_dataset(asked.input, least_labels=1)
    return read_any(asked.input, rule, asked.split)


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
            _say(console, f"cannot be compared: {pixels}")
        else:
            marks.append(perceptual_hash(luma_of(pixels)))
            places.append(place)
            looks[dataset.pictures[place].path] = look_of(pixels)
    pairs = near_pairs(np.array(marks, np.uint64), distance)
    return [(places[first], places[second]) for first, second, _ in pairs], looks


def _splits(pictures: Sequence[Picture]) -> Table:
    """How many pictures there are, and how well they could tell an accuracy."""
    judging = "val" if any(picture.split == "val" for picture in pictures) else "all"
    shown = Table()
    shown.add_column("label")
    for name in (*SPLITS, "no split", "all"):
        shown.add_column(name, justify="right")
    shown.add_column(f"90 % right of {judging}\nmeans at best", justify="right")
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
