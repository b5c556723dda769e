"""docs/ENGINE.md, as it stands: its program compiles with the files that it names, and says what the engine says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np

from tests.conftest import ROOT
from tests.engine.library import SOURCES, HostEngine
from tests.native import STRICT, compile_shared, host_compiler

PAGE = (ROOT / "docs" / "ENGINE.md").read_text(encoding="utf-8")
MODEL = ROOT / "models" / "person_grey_01.tpm"


def array_of(data: bytes) -> str:
    """As `xxd -i model.tpm` writes it."""
    numbers = ", ".join(map(str, data))
    return (
        f"unsigned char model_tpm[] = {{{numbers}}};\nunsigned int model_tpm_len = {len(data)};\n"
    )


def test_the_program_of_the_page_runs(tmp_path: Path) -> None:
    (program,) = re.findall(r"```c\n(.*?)```", PAGE, re.S)
    (tmp_path / "main.c").write_text(program)
    (tmp_path / "model.h").write_text(array_of(MODEL.read_bytes()))
    includes = [f"-I{ROOT / folder}" for folder in re.findall(r"-I(firmware/\w+)", PAGE)]
    engine = compile_shared(
        "engine", SOURCES
    )  # the files that the page names; other tests have compiled them
    made = tmp_path / "made"
    files = [str(tmp_path / "main.c"), str(engine), f"-Wl,-rpath,{engine.parent}"]
    subprocess.run(
        [*host_compiler(), *STRICT, *includes, f"-I{tmp_path}", *files, "-o", str(made)], check=True
    )
    printed = subprocess.run([str(made)], check=True, capture_output=True, text=True).stdout
    image = (np.arange(96 * 96) * 7 % 251).astype(np.uint8).reshape(96, 96, 1)
    scores = HostEngine(MODEL.read_bytes()).run(image)
    assert [int(line.split()[0]) for line in printed.splitlines()] == np.ravel(scores).tolist()


def test_the_page_names_the_files() -> None:
    assert [
        *sorted((ROOT / "firmware/src/engine").rglob("*.c")),
        ROOT / "firmware/src/crc32.c",
    ] == SOURCES
    assert "`firmware/src/engine/**/*.c` and `firmware/src/crc32.c`" in PAGE
    assert re.search(r"needs none of the rest: (\d+) C11 files", PAGE).group(1) == str(len(SOURCES))  # type: ignore[union-attr] # it says so
