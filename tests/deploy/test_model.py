"""What host.deploy sends, what it refuses before it sends anything, and what it prints."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from host.base.errors import HostError
from host.compiler.pack import unpack
from host.compiler.status import EngineStatus
from host.deploy.__main__ import main
from host.deploy.model import check_fits, read_model
from host.deploy.table import slots_table
from host.link.messages import SlotInfo, SlotState
from tests.deploy.models import PERSON, network, packed

BOARD = SlotInfo(0, SlotState.READY, 1, 0, 307_200, 114_688, 233_092, 1, 233_092, "person")


@pytest.fixture
def tflite(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(network())
    return path


def test_a_tflite_is_compiled_under_the_name_of_its_file(tflite: Path) -> None:
    model = read_model(tflite)
    assert model.header.name == "tiny"
    assert model.labels == ("class_0", "class_1", "class_2")
    assert read_model(tflite, "other", "a, b,c").labels == ("a", "b", "c")


def test_labels_come_from_the_manifest(tflite: Path) -> None:
    tflite.with_suffix(".json").write_text('{"labels": ["x", "y", "z"]}')
    assert read_model(tflite).labels == ("x", "y", "z")


def test_a_packed_model_is_sent_as_it_is_or_renamed() -> None:
    assert read_model(PERSON).data == PERSON.read_bytes()
    renamed = read_model(PERSON, "\u00e9" * 40)
    assert renamed.header.name == "\u00e9" * 15
    before, after = unpack(PERSON.read_bytes()).header, renamed.header
    same = dataclasses.replace(after, name=before.name, body_crc=before.body_crc)
    assert same == before


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    for name, words in (("no.tflite", "cannot read"), ("bad.tpm", "not a packed model")):
        path = tmp_path / name
        if "bad" in name:
            path.write_bytes(b"text")
        with pytest.raises(HostError, match=words):
            read_model(path)
    with pytest.raises(HostError, match="labels already"):
        read_model(PERSON, labels="a,b")


def test_the_shipped_model_fits() -> None:
    check_fits(unpack(PERSON.read_bytes()).header, BOARD)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"total_bytes": 307_204}, "a slot has 307200: build it into the firmware"),
        ({"output_count": 1025}, "1025 scores"),
        ({"input_channels": 2}, "96x96x2; the camera makes"),
        ({"input_width": 257}, "96x257x1; the board makes at most"),
        ({"arena_bytes": 114_688}, "use a smaller image"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_remedy(changes: dict[str, Any], words: str) -> None:
    header = dataclasses.replace(unpack(PERSON.read_bytes()).header, **changes)
    with pytest.raises(HostError, match=re.escape(words)):
        check_fits(header, BOARD)


def test_a_firmware_without_room_is_named() -> None:
    board = dataclasses.replace(BOARD, room=0)
    with pytest.raises(HostError, match="no room"):
        check_fits(unpack(packed("x")).header, board)


def test_the_table_says_each_state() -> None:
    slots = [
        dataclasses.replace(BOARD, active=0),
        dataclasses.replace(
            BOARD, active=0, which=1, state=SlotState.REFUSED, reason=EngineStatus.BAD_CRC
        ),
        dataclasses.replace(BOARD, active=0, which=2, state=SlotState.RECEIVING, held=1234),
    ]
    console = Console(width=160)
    with console.capture() as captured:
        console.print(slots_table(slots))
    text = captured.get()
    for words in ("built in", "ready", "refused: its checksum is wrong", "receiving: 1,234 bytes"):
        assert words in text


def test_exactly_one_action_is_requested(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--list", "--erase"], [str(PERSON), "--default"]):
        with pytest.raises(SystemExit):
            main(arguments)
    assert "usage" in capsys.readouterr().err
