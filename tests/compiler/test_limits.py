"""What the board and the engine have room for: the last model that fits, and the first that does not."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host.base.errors import HostError
from host.compiler import fits as room
from host.compiler.build import Compiled, Options, compile_anyway, compile_model, refusal
from host.compiler.model import choose_model
from host.compiler.pack import unpack
from host.compiler.report import examine
from host.deploy.model import check_fits
from host.link.messages import SlotInfo, SlotState
from host.virtual.__main__ import packed_for_board
from tests.compiler.builder import ModelBuilder
from tests.compiler.random_networks import compile_as_bytes, compile_defined, random_model
from tests.native import ROOT

SLACK = 8  # that the engine's assembly reads behind a map


def small() -> Compiled:
    return compile_as_bytes(random_model(8)[0], "small")


PERSON = unpack((ROOT / "models" / "person_grey_025.tpm").read_bytes()).header


def test_a_slot_has_as_much_as_the_firmware_gives_it() -> None:
    text = (ROOT / "firmware" / "src" / "slot" / "places.h").read_text()
    pages = re.search(r"SLOT_MAX_BYTES = (\d+) \* BOARD_FLASH_PAGE_BYTES", text)
    assert pages is not None and room.SLOT_MOST_BYTES == int(pages[1]) * 4096 == 294_912


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arena_bytes": 144_384 - 9_216}, None),
        ({"arena_bytes": 144_385 - 9_216}, "144392 bytes of memory (image 9216, arena 135169)"),
        ({"total_bytes": 891_540}, None),
        ({"total_bytes": 891_541}, "has 891541 bytes; the board's flash has 891540"),
        ({"input_width": 256}, None),
        ({"input_width": 257}, "at most 2048 rows of 256 pixels"),
        ({"input_channels": 3}, None),
        ({"input_channels": 2}, "96x96x2; the camera makes 1 channel (grey) or 3 (RGB)"),
        ({"output_count": 1024}, None),
        ({"output_count": 1025}, "1025 scores"),
    ],
)
def test_the_last_that_fits_and_the_first_that_does_not(
    changes: dict[str, Any], words: str | None
) -> None:
    refused = room.refusal(dataclasses.replace(PERSON, **changes))
    if words is None or refused is None:
        assert words is None and refused is None
    else:
        assert words in str(refused) and refused.remedy


def test_every_tool_says_the_same(tmp_path: Path) -> None:
    """Of one model that is too large: compile, report, deploy, bench and the virtual board."""
    model = ModelBuilder()
    image = model.tensor((1, 250, 250, 3), 1 / 255, -128)
    weights, scales = np.ones((2, 3, 3, 3), np.int8), np.full(2, 0.01, np.float32)
    value = model.convolution(image, weights, np.zeros(2, np.int32), scales, (0.1, 0), (2, 2))
    tflite, packed = tmp_path / "large.tflite", tmp_path / "large.tpm"
    tflite.write_bytes(model.finish(image, model.mean(value, (0.1, 0))))
    made = compile_anyway(tflite.read_bytes(), "large")
    packed.write_bytes(made.blob)
    refused = refusal(made)
    assert refused is not None
    message = refused.what
    assert "(image 187500, arena" in message and "the firmware has 144384" in message
    slot = SlotInfo(0, SlotState.READY, 1, 0, 294_912, 144_384, 0, 0, 0, "person")
    report = examine(str(tflite), 0.25, 96, 1, 2, Options())
    assert not report.fits and report.reason == str(refused)
    for ask in (
        lambda: compile_model(tflite.read_bytes(), "large"),
        lambda: choose_model(packed, b"", True),
        lambda: check_fits(unpack(made.blob).header, slot),
        lambda: packed_for_board(packed),
    ):
        with pytest.raises(HostError) as caught:
            ask()
        assert message in caught.value.what and caught.value.remedy == refused.remedy


@pytest.mark.parametrize(
    ("what", "limit"), [("operators", 128), ("activations", 160), ("steps", 4096)]
)
def test_what_the_engines_tables_hold(what: str, limit: int) -> None:
    made = small()
    network, plan = made.network, made.plan
    for count in (limit, limit + 1):
        now: Any = (network, plan)
        if what == "operators":
            now = (dataclasses.replace(network, layers=network.layers[:1] * count), plan)
        elif what == "activations":  # the image is no map
            features = network.features[:1] * (count + 1)
            maps = (None,) * (count + 1)
            now = (
                dataclasses.replace(network, features=features, output=0),
                dataclasses.replace(plan, maps=maps),
            )
        else:
            now = (network, dataclasses.replace(plan, steps=plan.steps[:1] * count))
        expected = (
            None if count == limit else f"has {count} {what}; the engine runs at most {limit}"
        )
        found = refusal(dataclasses.replace(made, network=now[0], plan=now[1]))
        assert found is None if expected is None else expected in str(found)


@pytest.mark.parametrize("count", [1024, 1025])
def test_as_many_scores_as_the_engine_gives(count: int) -> None:
    model = ModelBuilder()
    image = model.tensor((1, 1, 1, 2), 0.01, 0)
    values = model.fully_connected(
        model.reshape(image, (1, 2)),
        np.ones((count, 2), np.int8),
        None,
        np.array([0.01], np.float32),
        (0.1, 0),
    )
    data = model.finish(image, values)
    if count <= 1024:
        assert unpack(compile_as_bytes(data, "many").blob).header.output_count == count
        return
    with pytest.raises(HostError, match="the model has 1025 scores; the engine runs at most 1024"):
        compile_as_bytes(data, "many")


def test_no_line_is_longer_than_its_field() -> None:
    made = small()
    place = next(m for m in made.plan.maps if m is not None)
    for name in ("line_stride", "ring_rows"):
        for size, fits in ((4096, True), (4097, False)):
            changed: Any = dataclasses.replace(place, **{name: size})  # type: ignore[arg-type]
            maps = tuple(changed if m is place else m for m in made.plan.maps)
            found = refusal(
                dataclasses.replace(made, plan=dataclasses.replace(made.plan, maps=maps))
            )
            assert (found is None) == fits
            assert fits or "is too large" in str(found)


@pytest.mark.parametrize("fast", [True, False])
def test_an_arena_ends_behind_the_last_byte_that_is_read(fast: bool) -> None:
    """Kernels read a map's channels by fours, and SLACK bytes more: nothing less, and nothing more is requested."""
    partial = 0
    for seed in range(60):
        compiled = compile_defined(random_model(seed)[0], Options(fast_kernels=fast))
        if compiled is None:
            continue
        model = unpack(compiled.blob)
        ends = [4 * (o.scratch_offset_words + o.scratch_words) + SLACK for o in model.operators]
        plain = max(ends)
        for m in model.maps:
            quads = m.channels if m.line_stride == 1 else -(-m.channels // 4) * 4
            lines = (m.ring_rows - 1) * m.channels + quads
            ends.append(m.offset + lines * m.line_stride + SLACK)
            plain = max(plain, m.offset + m.ring_rows * m.channels * m.line_stride + SLACK)
        assert model.header.arena_bytes == -(-max(ends) // 4) * 4
        partial += max(ends) > plain
    assert partial > 2  # networks whose arena is longer for the last quad


@pytest.mark.parametrize("more", [-1, 1, 4])
@pytest.mark.parametrize("kind", ["weights", "bias"])
def test_a_buffer_is_as_long_as_its_tensor(kind: str, more: int) -> None:
    model = ModelBuilder()
    image = model.tensor((1, 4, 4, 2), 0.01, 0)
    weights = np.ones((3, 1, 1, 2), np.int8)
    bias, scales = np.arange(3).astype(np.int32), np.full(3, 0.01, np.float32)
    made = model.mean(model.convolution(image, weights, bias, scales, (0.1, 0)), (0.1, 0))
    buffer = model.buffers[1 if kind == "weights" else 2]
    size = 6 if kind == "weights" else 12
    assert len(buffer.data) == size
    compile_as_bytes(model.finish(image, made), "sound")
    buffer.data = np.resize(buffer.data, size + more)
    with pytest.raises(HostError, match=f"has {size + more} bytes"):
        compile_as_bytes(model.finish(image, made), "wrong")
