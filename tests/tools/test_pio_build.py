"""What follows the link: a firmware that reaches into the model slots ends the build; nothing is printed otherwise."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.elffile import ELFFile

from host.base.places import PREBUILT
from tools.flash_layout import collision, image_end, slots_start

ROOT = Path(__file__).resolve().parents[2]
PLACES = ROOT / "firmware" / "src" / "slot" / "places.h"


def places(tmp_path: Path, start: int) -> Path:
    """A places.h whose slots begin elsewhere."""
    path = tmp_path / "places.h"
    path.write_text(
        PLACES.read_text().replace(f"{slots_start(PLACES):#X}".replace("X", "x"), hex(start))
    )
    assert slots_start(path) == start
    return path


def test_the_slots_begin_behind_the_firmware_in_use() -> None:
    assert collision(PREBUILT, PLACES) == ""
    assert slots_start(PLACES) % 4096 == 0


def test_slots_that_begin_one_byte_too_early_are_named(tmp_path: Path) -> None:
    end = image_end(PREBUILT)
    assert collision(PREBUILT, places(tmp_path, end)) == ""
    problem = collision(PREBUILT, places(tmp_path, end - 1))
    assert hex(end) in problem and "1 bytes inside" in problem
    assert "custom_model" in problem and "SLOTS_START" in problem


class PioEnvironment(dict[str, Any]):
    """What PlatformIO hands to a pre script, as far as ours uses it."""

    def __init__(self, root: Path) -> None:
        super().__init__(PIOENV="any", CCFLAGS=["-O2"], CFLAGS=[], LINKFLAGS=["-mthumb"])
        self.root = root
        self.actions: list[tuple[Callable[..., int | None], str | None]] = []

    def subst(self, text: str) -> str:
        return str(ROOT if text == "$PROJECT_DIR" else self.root)

    def GetProjectOption(self, name: str) -> str:  # noqa: N802 - PlatformIO's name
        return {"custom_model": "models/person_grey_01.tpm"}[name]

    def StringifyMacro(self, value: str) -> str:  # noqa: N802 - likewise
        return value

    def Append(self, **values: object) -> None:  # noqa: N802 - SCons' name
        """Defines are of no interest here."""

    def Depends(self, target: str, source: str) -> None:  # noqa: N802 - likewise
        """Neither are dependencies."""

    def Action(  # noqa: N802 - likewise
        self, action: Callable[..., int | None], shown: str | None
    ) -> tuple[Callable[..., int | None], str | None]:
        return action, shown

    def AddPostAction(self, target: str, actions: list[Any]) -> None:  # noqa: N802 - likewise
        assert target.endswith(".elf")
        self.actions += actions


def link(tmp_path: Path, elf: Path) -> tuple[int, PioEnvironment]:
    """What SCons does behind the link: the first exit status that is not 0 ends the build."""
    environment = PioEnvironment(tmp_path)
    given: dict[str, Any] = {"Import": lambda *names: None, "env": environment}
    runpy.run_path(str(ROOT / "tools" / "pio_build.py"), init_globals=given)
    for action, _ in environment.actions:
        status = action(target=[elf], source=[], env=environment)
        if status:
            return status, environment
    return 0, environment


def test_the_step_behind_the_link_prints_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, environment = link(tmp_path, PREBUILT)
    assert status == 0 and capsys.readouterr() == ("", "")
    assert environment.actions and all(shown is None for _, shown in environment.actions)
    assert json.loads((tmp_path / "flags.json").read_text())["compile"] == ["-O2"]


def test_a_firmware_that_reaches_into_the_slots_ends_the_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elf = bytearray(PREBUILT.read_bytes())
    with PREBUILT.open("rb") as stream:
        file = ELFFile(stream)
        loaded = [s["p_type"] == "PT_LOAD" for s in file.iter_segments()].index(True)
        entry = file.header["e_phoff"] + loaded * file.header["e_phentsize"]
    p_paddr = slice(entry + 12, entry + 16)
    elf[p_paddr] = slots_start(PLACES).to_bytes(4, "little")
    too_long = tmp_path / "firmware.elf"
    too_long.write_bytes(elf)
    assert link(tmp_path, too_long)[0] == 1
    assert "inside the model slots" in capsys.readouterr().err
    assert not (tmp_path / "flags.json").exists()
