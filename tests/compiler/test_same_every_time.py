"""One .tflite is one packed model, in every release: a board and a manifest know it by its checksum.

Shipped models byte by byte; random networks, of every kind of operator, by their checksums, their plans' sizes and what
each operator is predicted to cost.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from host.base.places import MODELS
from host.compiler import oracle
from host.compiler.build import Compiled, Options, compile_model
from host.compiler.cost import predict, terms, unmeasured
from host.compiler.labels import labels_for
from host.compiler.network import macs
from host.compiler.pack import unpack
from tests.compiler.architectures import mobilenet_v1, mobilenet_v2, plain_cnn
from tests.compiler.random_networks import compile_as_bytes, compile_defined, random_model
from tests.goldens import check_golden

RARE = (42, 43, 55, 69, 141)  # MAXIMUM, MULTIPLY, and what of others the first forty have not
SHIPPED = sorted(MODELS.glob("*.tflite"))


def described(name: str, made: Compiled) -> Iterator[str]:
    """Sizes and checksum, then a line for each operator."""
    packed = unpack(made.blob)
    header, plan = packed.header, made.plan
    yield (
        f"== {name}: {len(made.blob)} B, CRC-32 {zlib.crc32(made.blob):08x}, arena {header.arena_bytes}, "
        f"{len(plan.steps)} steps, estimated by hand: {', '.join(unmeasured(made)) or 'nothing'}"
    )
    for layer, term, cycles in zip(made.network.layers, terms(made), predict(made), strict=True):
        values = " ".join(map(str, term.values))
        yield f"{term.kind}: {values}; {macs(made.network, layer)} MACs, {cycles} cycles"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_model_is_its_packed_file(path: Path) -> None:
    made = compile_model(path.read_bytes(), path.stem, labels_for(None, path), Options())
    assert made.blob == path.with_suffix(".tpm").read_bytes()


@pytest.mark.parametrize(
    ("name", "options", "seeds"),
    [
        ("usual", Options(), (*range(40), *RARE)),
        ("all_channels", Options(dead_channel_removal=False), range(12)),
    ],
)
def test_random_networks(name: str, options: Options, seeds: Iterable[int]) -> None:
    lines: list[str] = []
    for seed in seeds:
        data, shape = random_model(seed)
        made = compile_defined(data, options)
        if made is None:
            lines.append(f"== {seed}: refused")
            continue
        lines += described(str(seed), made)
        for image in np.random.default_rng(seed).integers(0, 256, (2, *shape), np.uint8):
            lines.append(f"scores {oracle.scores(unpack(made.blob), image).ravel().tolist()}")
    check_golden(f"compiled_random_{name}", "\n".join(lines))


def test_whole_architectures_streamed_and_not() -> None:
    lines: list[str] = []
    for name, data in (("plain CNN", plain_cnn(48, 3)), ("MobileNetV2", mobilenet_v2(0.1, 64, 1)),
                       ("MobileNetV1", mobilenet_v1(0.25, 64, 3))):  # fmt: skip
        for options in (Options(), Options(streaming=False)):
            how = "streamed" if options.streaming else "whole"
            lines += described(f"{name}, {how}", compile_as_bytes(data, name, options))
    check_golden("compiled_architectures", "\n".join(lines))
