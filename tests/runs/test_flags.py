"""The flags of a firmware: of the build that wrote them down, and of no other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile

from host.base.places import FLAGS, PREBUILT
from host.runs.conditions import board_conditions
from host.runs.flags import Build, flags_of
from host.runs.typed_json import parse, read_object
from tests.link.fake_board import HELLO
from tests.runs.made import conditions


def write(root: Path, environment: str, firmware: str, *link: str) -> None:
    place = root / environment
    place.mkdir(parents=True)
    manifest = {
        "firmware": firmware,
        "environment": environment,
        "compile": ["-mcpu=cortex-m4", "-O2"],
        "link": ["-mthumb", *link],
    }
    (place / "flags.json").write_text(json.dumps(manifest))


def test_a_build_is_found_by_board_and_hash(tmp_path: Path) -> None:
    write(tmp_path, "nano33ble", "0.1.0+aaaaaaaa")
    write(tmp_path, "nano33ble_profile", "0.1.0+bbbbbbbb", "-flto=auto")
    write(tmp_path, "virtual", "0.1.0+cccccccc")
    assert flags_of("nano33ble", "0.1.0+aaaaaaaa", tmp_path) == "-mcpu=cortex-m4 -O2; no LTO"
    assert flags_of("nano33ble", "0.1.0+bbbbbbbb", tmp_path) == "-mcpu=cortex-m4 -O2; LTO"
    assert flags_of("nano33ble", "0.1.0+cccccccc", tmp_path) == ""
    (tmp_path / "nano33ble" / "flags.json").write_text("{")
    assert flags_of("nano33ble", "0.1.0+aaaaaaaa", tmp_path) == "", "damaged: not known"


def test_the_prebuilt_firmware_brings_its_flags() -> None:
    """They are the build's that made the ELF: its hash is in it, and its attributes say the same CPU and ABI."""
    build = parse(Build, read_object(FLAGS), str(FLAGS))
    assert build.firmware.encode() + b"\0" in PREBUILT.read_bytes(), "run python -m tools.firmware"
    output = flags_of("virtual", build.firmware)
    assert output == build.words and output.endswith("; no LTO")
    assert {"-mcpu=cortex-m4", "-mfloat-abi=hard", "-O2"} <= set(build.compile)
    with PREBUILT.open("rb") as file:
        section: Any = ELFFile(file).get_section_by_name(".ARM.attributes")
        attributes = {
            attribute.tag: attribute.value
            for vendor in section.iter_subsections()
            for part in vendor.iter_subsubsections()
            for attribute in part.iter_attributes()
        }
    assert attributes["TAG_CPU_NAME"] == "7E-M", "a Cortex-M4"
    assert attributes["TAG_ABI_VFP_ARGS"] == 1, "hard"
    assert attributes["TAG_ABI_OPTIMIZATION_GOALS"] == 2, "for speed, -O2 or -O3"


def test_conditions_say_them_or_that_they_are_not_known() -> None:
    unknown = conditions()
    build = parse(Build, read_object(FLAGS), str(FLAGS))
    board = board_conditions(replace(HELLO, firmware=build.firmware), "memory")
    known = replace(unknown, board=board)
    assert dict(known.lines())["compiler flags"] == build.words
    assert dict(unknown.lines())["compiler flags"].startswith("not known: ")
