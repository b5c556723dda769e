"""Public models on the engine: `python -m tests.public.run FOLDER [-o docs/MODELS.md]`.

FOLDER: .tflite files, at any depth. models.csv says where the files of docs/MODELS.md come from; each is recognised by
its SHA-256, so names do not matter. For each: accepted or why not, exact against LiteRT's reference kernels (the
Cortex-M4 code in Unicorn), estimated cycles, flash, RAM. None of them is part of this repository. The column pixels of
models.csv is what --pixels of the compiler takes: `bytes` for what is no picture (spectra) or a standardised one.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from host.base.boards import CLOCK_HZ
from host.base.errors import HostError
from host.base.files import write_private
from host.compiler.build import Compiled, Options, compile_anyway, refusal
from host.compiler.cost import predict
from host.compiler.litert_model import LiteRtModel
from host.compiler.network import macs
from host.compiler.pixels import BY_SCALE, BYTES
from tests.compiler import reference
from tests.dsp.board import DATA_IN_FLASH, RAM, RETURN
from tests.engine.exactness import IMAGE, SCORES, M4Engine, engine_elf, image_shape, unsigned
from tests.engine.layer_cycles import layer_cycles
from tests.native import arm_compiler

LIST = Path(__file__).with_name("models.csv")
PEERS = Path(__file__).with_name("peers.csv")
IMAGES = 12


@dataclass(frozen=True)
class Source:
    """Where a file comes from."""

    repository: str
    path: str
    pixels: str = BY_SCALE


@dataclass(frozen=True)
class Row:
    """What was found of one model. problem: why it was refused; the rest is 0 then. exact: images that were equal."""

    sha256: str
    repository: str
    path: str
    shape: str
    problem: str = ""
    exact: int = 0
    images: int = 0
    cycles: int = 0
    predicted: int = 0
    macs: int = 0
    flash: int = 0
    ram: int = 0


def known() -> dict[str, Source]:
    """By SHA-256."""
    with LIST.open(encoding="utf-8", newline="") as stream:
        return {
            row["sha256"]: Source(row["repository"], row["path"], row["pixels"] or BY_SCALE)
            for row in csv.DictReader(stream)
        }


def examine(data: bytes, elf: Path, source: Source, images: int) -> Row:
    """Compiles a model, runs it, and holds it against LiteRT."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        compiled = compile_anyway(data, "public", options=Options(pixels=source.pixels))
    except HostError as error:
        return Row(digest, source.repository, source.path, "", problem=str(error))
    shape = image_shape(compiled)
    words = "x".join(map(str, shape))
    refused = refusal(compiled)
    if refused:
        return Row(digest, source.repository, source.path, words, problem=str(refused))
    try:
        equal, cycles = _run(data, compiled, elf, images)
    except LiteRtError:
        images, equal, cycles = 0, 0, sum(layer_cycles(elf, compiled))
    pixels = int(np.prod(shape))
    return Row(
        digest,
        source.repository,
        source.path,
        words,
        exact=equal,
        images=images,
        cycles=cycles,
        predicted=sum(predict(compiled)),
        macs=sum(macs(compiled.network, layer) for layer in compiled.network.layers),
        flash=len(compiled.blob),
        ram=compiled.plan.arena_bytes + pixels,
    )


class LiteRtError(HostError):
    """LiteRT itself refuses the file, so nothing says what is right."""


def _run(data: bytes, compiled: Compiled, elf: Path, images: int) -> tuple[int, int]:
    """Images that were equal, and cycles."""
    for size, most in (
        (compiled.plan.arena_bytes, IMAGE - RAM),
        (int(np.prod(image_shape(compiled))), SCORES - IMAGE),
        (len(compiled.blob), RETURN - DATA_IN_FLASH),
    ):
        if size > most:
            raise HostError(f"{size} bytes are more than the {most} of this bench")
    try:
        litert = LiteRtModel(data, "public", compiled.reading or BYTES)
    except HostError as error:
        raise LiteRtError(error.what, error.remedy) from error
    engine = M4Engine(elf, compiled)
    equal = 0
    for pixels in reference.images(image_shape(compiled), images, 5):
        equal += np.array_equal(engine.run(unsigned(pixels)), litert.infer(unsigned(pixels)))
    return equal, sum(layer_cycles(elf, compiled))


def rows(folder: Path, images: int, done: dict[str, Row]) -> Iterator[Row]:
    """Of every model in the folder, small files first. done: by SHA-256, what is known already."""
    compiler = arm_compiler()
    if compiler is None:
        raise HostError("arm-none-eabi-gcc is needed (Debian: gcc-arm-none-eabi)")
    elf, sources = engine_elf(compiler), known()
    seen: set[str] = set()
    for path in sorted(folder.rglob("*.tflite"), key=lambda p: (p.stat().st_size, p)):
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest in seen:
            continue
        seen.add(digest)
        source = sources.get(digest, Source("", path.name))
        if digest in done:
            yield done[digest]
            continue
        try:
            yield examine(data, elf, source, images)
        except HostError as error:
            yield Row(digest, source.repository, source.path, "", problem=str(error))


def peers() -> dict[str, str]:
    """What others take for the same file: by SHA-256, in words."""
    with PEERS.open(encoding="utf-8", newline="") as stream:
        return {row["sha256"]: row["words"] for row in csv.DictReader(stream)}


def _exact(row: Row) -> str:
    return f"{row.exact}/{row.images}" if row.images else "LiteRT refuses the file"


def markdown(found: list[Row]) -> str:
    """Two tables: those that run, and those that do not and why."""
    others = peers()
    ran = sorted((r for r in found if not r.problem), key=lambda r: (r.repository, r.path))
    refused = sorted((r for r in found if r.problem), key=lambda r: (r.repository, r.path))
    lines = [
        "| repository | file | SHA-256 | image | exact | Mcycles | cycles/MAC | report's error | flash B | RAM B "
        "| inferences/s | others |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in ran:
        error = f"{100 * (r.predicted / r.cycles - 1):+.1f} %"
        lines.append(
            f"| {r.repository} | {r.path} | {r.sha256[:12]} | {r.shape} | {_exact(r)} | "
            f"{r.cycles / 1e6:.2f} | {r.cycles / max(1, r.macs):.2f} | {error} | {r.flash:,} | {r.ram:,} | "
            f"{CLOCK_HZ / r.cycles:.1f} | {others.get(r.sha256, '')} |"
        )
    lines += ["", "| repository | file | SHA-256 | image | why not |", "|---|---|---|---|---|"]
    for r in refused:
        lines.append(f"| {r.repository} | {r.path} | {r.sha256[:12]} | {r.shape} | {r.problem} |")
    return "\n".join(lines) + "\n"


def _prose(path: Path) -> str:
    """What stands before the first table."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text[: text.find("| repository")] if "| repository" in text else text


def _known_rows(path: Path | None) -> dict[str, Row]:
    if path is None or not path.exists():
        return {}
    made = [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row.sha256: row for row in made}


def main(argv: list[str] | None = None) -> int:
    """Exit code 1 when an accepted model was not exact on every image."""
    parser = argparse.ArgumentParser(prog="python -m tests.public.run", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=IMAGES, help="a model")
    parser.add_argument("--rows", type=Path, help="JSON lines of what is found; known rows stay")
    parser.add_argument("-o", "--output", type=Path, help="the tables as Markdown; else on stdout")
    arguments = parser.parse_args(argv)
    found = []
    done = _known_rows(arguments.rows)
    for row in rows(arguments.folder, arguments.images, done):
        words = row.problem or f"{row.exact}/{row.images} exact, {row.cycles / 1e6:.2f} Mcycles"
        print(f"{row.repository} {row.path}: {words}", file=sys.stderr, flush=True)
        found.append(row)
        if arguments.rows and row.sha256 not in done:
            with arguments.rows.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(row)) + "\n")
    text = markdown(found)
    if arguments.output:
        write_private(arguments.output, (_prose(arguments.output) + text).encode())
    else:
        print(text, end="")
    return int(any(row.exact < row.images for row in found))


if __name__ == "__main__":
    sys.exit(main())
