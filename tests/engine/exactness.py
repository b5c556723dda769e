"""How exact the engine is, at full length: `python -m tests.engine.exactness`, some minutes.

Every model of ../shared/models and models/ on random images, and random small networks, each on the engine's plain C
and on the Cortex-M4 code, against LiteRT's reference kernels. The tests run the same functions on fewer.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.compiler.build import Compiled, Options, compile_model
from tests.compiler import reference
from tests.compiler.random_networks import compile_defined, random_model
from tests.dsp.board import DATA_IN_FLASH, RAM, Board, build
from tests.engine.library import HostEngine
from tests.native import FIRMWARE, ROOT, arm_compiler

IMAGE, SCORES = RAM + 0x22000, RAM + 0x2F000
IMAGES, NETWORKS, IMAGES_A_NETWORK = 500, 200, 5
FLOAT_MODELS = {"mcunet_vww"}


def unsigned(pixels: reference.Image) -> NDArray[np.uint8]:
    """As the engine takes an image: u = q + 128."""
    return (pixels.astype(np.int16) + 128).astype(np.uint8)


def engine_elf(compiler: str) -> Path:
    """The engine with m4.c."""
    folder = FIRMWARE / "src" / "engine"
    sources = [
        *sorted(folder.rglob("*.c")),
        *sorted(folder.rglob("*.S")),
        folder.parent / "crc32.c",
    ]
    return build([Path(__file__).with_name("m4.c"), *sources], compiler)


class M4Engine:
    """A model opened on the core."""

    def __init__(self, elf: Path, compiled: Compiled) -> None:
        self.board = Board(elf)
        self.count = compiled.network.features[compiled.network.output].channels
        self.board.write(DATA_IN_FLASH, compiled.blob)
        arena = compiled.plan.arena_bytes
        assert self.board.run("m4_open", DATA_IN_FLASH, len(compiled.blob), RAM, arena) == 0

    def run(self, image: NDArray[np.uint8]) -> NDArray[np.int8]:
        self.board.write(IMAGE, image.tobytes())
        self.board.run("m4_run", IMAGE, SCORES)
        return np.frombuffer(self.board.read(SCORES, self.count), np.int8)

    def cycles(self) -> int:
        """Estimated, of another run on the last image."""
        return self.board.call("m4_run", IMAGE, SCORES)[1].cycles


def check_images(
    data: bytes, engine: HostEngine | M4Engine, shape: tuple[int, int, int], count: int, seed: int
) -> None:
    """Raises AssertionError at the first image whose scores differ."""
    litert = reference.interpreter(data)
    for index, pixels in enumerate(reference.images(shape, count, seed)):
        expected, found = reference.run(litert, pixels), engine.run(unsigned(pixels))
        assert np.array_equal(found, expected), (seed, index, expected, found)


def image_shape(compiled: Compiled) -> tuple[int, int, int]:
    image = compiled.network.features[0]
    return image.height, image.width, image.channels


def defined_networks(options: Options) -> Iterator[tuple[int, bytes, Compiled]]:
    """Seeds, files and compiled forms of random networks whose arithmetic cannot overflow, without end."""
    for seed in itertools.count():
        data, _ = random_model(seed)
        compiled = compile_defined(data, options)
        if compiled is not None:
            yield seed, data, compiled


def models() -> list[Path]:
    """The .tflite files that are here."""
    folders = (ROOT.parent / "shared" / "models", ROOT / "models")
    found = [path for folder in folders for path in sorted(folder.glob("*.tflite"))]
    return [path for path in found if path.stem not in FLOAT_MODELS]


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a whole number from 0, not '{text}'")
    return int(text)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.engine.exactness", description=__doc__)
    parser.add_argument("--images", type=_whole_number, default=IMAGES, help="a model")
    parser.add_argument("--networks", type=_whole_number, default=NETWORKS)
    arguments = parser.parse_args(argv)
    compiler = arm_compiler()
    if compiler is None:
        print("error: arm-none-eabi-gcc is needed (Debian: gcc-arm-none-eabi)", file=sys.stderr)
        return 2
    elf = engine_elf(compiler)
    for path in models():
        data = path.read_bytes()
        compiled = compile_model(data, path.stem)
        for engine in (HostEngine(compiled.blob), M4Engine(elf, compiled)):
            check_images(data, engine, image_shape(compiled), arguments.images, seed=7)
        print(f"{path.name}: {arguments.images} images equal, plain C and Cortex-M4", flush=True)
    found = itertools.islice(defined_networks(Options()), arguments.networks)
    for seed, data, compiled in found:
        for engine in (HostEngine(compiled.blob), M4Engine(elf, compiled)):
            check_images(data, engine, image_shape(compiled), IMAGES_A_NETWORK, seed)
    print(f"{arguments.networks} random networks equal, plain C and Cortex-M4")
    return 0


if __name__ == "__main__":
    sys.exit(main())
