"""A model whose image is larger than a packet, on the virtual board: 128x128 RGB arrives in parts, whole."""

from __future__ import annotations

import zlib

import pytest

from host.compiler.build import compile_model
from host.link.messages import Frame, Mode, Result
from tests.deploy.models import network
from tests.system.board import Bench

pytestmark = pytest.mark.bare_image(
    "other models are laid over the built-in one, which lies last in our own image alone"
)
SHAPE = (128, 128, 3)


@pytest.fixture(scope="module")
def bench() -> Bench:
    made = Bench("synthetic")
    made.load_model(compile_model(network(SHAPE), "large").blob)
    assert made.hello.model == "large"
    return made


@pytest.mark.parametrize("mode", [Mode.STREAM, Mode.CAPTURE, Mode.SINGLE])
def test_frames_arrive_whole_and_with_their_results(bench: Bench, mode: Mode) -> None:
    bench.messages.clear()
    bench.mode(mode)
    for _ in range(1 if mode is Mode.SINGLE else 3):
        frame = bench.wait(Frame, 20.0)
        assert (frame.height, frame.width, frame.channels) == SHAPE
        assert len(frame.pixels) == 49_152
        if mode is not Mode.CAPTURE:
            result = bench.wait(Result, 20.0)
            assert (result.frame, result.image_crc) == (frame.frame, zlib.crc32(frame.pixels))
            assert result.dropped_messages == 0
    bench.mode(Mode.IDLE)
    assert bench.client.losses.total == 0
