"""How much memory `host.train` takes for sets of pictures of several sizes, up to a million rows.

    python -m tools.train_memory 10000 100000 1000000

Each set is drawn in a temporary folder: grey 48x48 PNG files, 5,000 different ones under many names (hard links),
and a manifest. A short training of a small network reads all of it. Printed are the peak of what no file backs
(RssAnon, sampled 20 times a second) and the seconds of the whole run. Linux alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from host.data.manifest import Picture
from host.data.manifest_csv import csv_line, header_line

SIDE = 48
IN_FOLDER = 5000
LABELS = ("empty", "person")
TRAINING = (
    f"--labels {','.join(LABELS)} --size {SIDE} --alpha 0.1 --channels 1 --views 1 --epochs 1 "
    "--epoch-pictures 256 --batch 64"
).split()
VALIDATION = 64  # pictures, whatever the set


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("rows", type=int, nargs="+", help="pictures of a set")
    parser.add_argument("--folder", type=Path, help="where the sets are drawn")
    args = parser.parse_args()
    for count in args.rows:
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            data = Path(folder) / "data"
            draw(data, count)
            peak, seconds = measure(data, Path(folder) / "out")
        print(
            f"{count:,} pictures: {peak / 1e6:,.0f} MB at most, {seconds:.0f} s in all", flush=True
        )


def draw(folder: Path, count: int) -> None:
    """A set of `count` pictures, each of another grey, and its manifest.csv."""
    folder.mkdir()
    with (folder / "manifest.csv").open("wb") as manifest:
        manifest.write(header_line())
        for index, picture in enumerate(_pictures(count)):
            if index % IN_FOLDER == 0:
                (folder / str(index // IN_FOLDER)).mkdir()
            if index < IN_FOLDER:
                _, content = cv2.imencode(".png", _pixels(index))
                (folder / picture.path).write_bytes(content.tobytes())
            else:
                (folder / picture.path).hardlink_to(folder / _path(index % IN_FOLDER))
            manifest.write(csv_line(picture))


def _pictures(count: int) -> Iterator[Picture]:
    for index in range(count):
        split = "val" if index < VALIDATION else "train"
        label = LABELS[index % len(LABELS)]
        yield Picture(_path(index), label, split, sha256=f"{index:064x}")


def _path(index: int) -> str:
    return f"{index // IN_FOLDER}/{index:07d}.png"


def _pixels(index: int) -> NDArray[np.uint8]:
    pixels = np.full((SIDE, SIDE), 40 + index % 150, np.uint8)
    pixels[8:24, 8:40] += index // 150 % 64
    return pixels


def measure(data: Path, output: Path) -> tuple[int, float]:
    """(bytes that no file backs, at most; seconds) of a training on `data`."""
    command = [sys.executable, "-m", "host.train", "--data", str(data), "--output", str(output)]
    started, peak = time.monotonic(), 0
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen([*command, *TRAINING], stdout=printed, stderr=printed)
        while process.poll() is None:
            peak = max(peak, _anonymous(process.pid))
            time.sleep(0.05)
        if process.returncode:
            printed.seek(0)
            raise SystemExit(printed.read().decode())
    return peak, time.monotonic() - started


def _anonymous(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0  # it ended
    found = [line.split()[1] for line in status.splitlines() if line.startswith("RssAnon")]
    return int(found[0]) * 1024 if found else 0


if __name__ == "__main__":
    main()
