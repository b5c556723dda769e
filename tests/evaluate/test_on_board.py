"""The real firmware on the virtual board against LiteRT, picture by picture, and a wrong board caught."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.compiler.pack import PackedModel, seal, unpack
from host.deploy.model import read_model
from host.evaluate.board import open_board
from host.evaluate.journal import Journal
from host.evaluate.loop import ConnectedBoard, Looped, run_loop
from host.evaluate.model import read_subject
from host.evaluate.pictures import Loaded, Request, load
from host.evaluate.reference import Reference
from host.link.device import Device
from host.link.line import Timing
from host.virtual.local_port import LocalPort
from host.virtual.scene import open_scene
from tests.deploy.board_port import Cable
from tests.deploy.models import network
from tests.evaluate.drawn import MODEL, own_pictures
from tests.system.board import FIRMWARE

FOREVER = 1 << 40
PATIENT = Timing(
    hello_s=60, answer_s=60, result_s=300, busy_s=0.01
)  # of a cable that loses nothing
QUICK = Timing(hello_s=60, hello_again_s=0.1, answer_s=0.3, tries=100, busy_s=0.01, reopen_s=0.01)
PICTURES = 4


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = own_pictures(tmp_path_factory.mktemp("own"))
    subject = read_subject(MODEL, None, for_board=False)
    return load(Request(folder, limit=PICTURES), subject, {}, lambda line: None)


@pytest.fixture(scope="module")
def expected(loaded: Loaded) -> np.ndarray:
    reference = Reference(MODEL.read_bytes(), "model")
    return np.stack([reference.infer(image) for image in loaded.pixels])


def looped(model: PackedModel, loaded: Loaded, expected: np.ndarray, pulls: list[int]) -> Looped:
    """On a board with `model`; the cable is pulled after these numbers of bytes."""
    board = LocalPort(open_scene("noise:1"), elf=FIRMWARE, say=lambda line: None)
    board.board.load_model(model.data)
    lengths = iter(pulls)
    cable = Cable(board, lambda: next(lengths, FOREVER))
    timing = QUICK if pulls else PATIENT
    with Device(cable.plug(), reopen=cable.plug, timing=timing) as device:
        runs = ConnectedBoard(device, device.hello.model_hash)
        found = run_loop(runs, loaded.pixels, expected, Journal(None, ""), lambda done: None)
    assert cable.pulled == len(pulls)
    return found


def test_the_board_equals_the_pc_though_the_cable_is_pulled(
    loaded: Loaded, expected: np.ndarray
) -> None:
    found = looped(read_model(MODEL), loaded, expected, [700, 3_000, 9_500])
    assert found.different == ()
    assert np.array_equal(found.raw, expected)
    assert np.all(found.cycles > 1_000_000)


def test_a_board_with_other_weights_is_caught(loaded: Loaded, expected: np.ndarray) -> None:
    model = read_model(MODEL)
    spoilt = bytearray(model.data)
    random = np.random.default_rng(4)
    middle, end = len(spoilt) // 2, len(spoilt) - 4000  # the weights of the widest layers
    for place in random.integers(middle, end, 300):
        spoilt[place] ^= 0x40
    found = looped(unpack(seal(bytes(spoilt))), loaded, expected, [])
    assert found.different
    assert "THE BOARD DIFFERS" in found.line


def test_any_model_runs_on_a_board_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "small.tflite"
    path.write_bytes(network())
    model, output = read_model(path, labels="a,b,c"), list[str]()
    image = np.random.default_rng(5).integers(0, 256, (24, 24, 1), np.uint8)
    with open_board("virtual", model, False, output.append) as device:
        assert (device.hello.model, device.hello.model_hash) == ("small", model.header.body_crc)
        raw = device.inject(image).scores
        with pytest.raises(HostError, match=r"restarted with another model, small .*--send"):
            ConnectedBoard(device, 1).infer(image)
    assert raw == Reference(network(), "small").infer(image).tobytes()
    assert output == ["starting the virtual board"]


def test_a_board_that_runs_another_model_is_reported_and_takes_this_one_on_request(
    tmp_path: Path,
) -> None:
    from host.virtual.server import start_virtual_board

    path = tmp_path / "small.tflite"
    path.write_bytes(network())
    model, output = read_model(path, labels="a,b,c"), list[str]()
    process = start_virtual_board(speed="max")
    try:
        with (
            pytest.raises(HostError, match=r"runs person_grey_025 \(.*not small .*add --send"),
            open_board(process.url, model, False, output.append),
        ):
            pass
        with open_board(process.url, model, True, output.append) as device:
            assert device.hello.model_hash == model.header.body_crc
    finally:
        process.close()
    assert "python -m host.deploy --default" in output[-1]
