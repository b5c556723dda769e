"""kill -9 of the tools that write pictures and models, at a moment that is drawn; what they promised is there."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import signal
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import host.capture.__main__ as capture
import host.data.__main__ as data
import host.deploy.__main__ as deploy
from host.base.records import Message
from host.data.dataset import read_dataset
from host.data.manifest_csv import CSV_NAME
from host.data.manifest_file import read_manifest
from host.link import messages as wire
from tests.attack.lying_board import MODEL, LyingBoard, serving
from tests.data.pictures import fill

PICTURES = 40
Main = Callable[[list[str]], int]


def started(main: Main, words: list[str]) -> tuple[int, int]:
    """(process, its stdout to read from): a copy of this process, so that nothing is imported again."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    with contextlib.suppress(BaseException):
        os.dup2(writing, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os._exit(main(words))
    os._exit(99)


def killed(main: Main, words: list[str], after_s: float) -> bool:
    """Whether the kill came before its end."""
    process, reading = started(main, words)
    time.sleep(after_s)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


def ended(main: Main, words: list[str]) -> int:
    """The exit code of the same, in its own time."""
    process, reading = started(main, words)
    while os.read(reading, 65_536):
        pass
    os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def kill_captures(folder: Path, wanted: int) -> tuple[str, bool]:
    """Until so many pictures were announced."""
    draw, announced, lost, kills = random.Random(1), 0, 0, 0
    words = [
        "--labels",
        "a,b",
        "--plain",
        "--auto",
        "50/s",
        "--label",
        "a",
        "--distance",
        "-1",
        "--output",
    ]
    while announced < wanted:
        place = folder / str(kills)
        with serving(LyingBoard()) as url:
            process, reading = started(capture.main, [*words, str(place), "--port", url])
            printed, least = b"", draw.randrange(1, 40)
            while printed.count(b"\n") < least:
                printed += os.read(reading, 4096)
            os.kill(process, signal.SIGKILL)
            while more := os.read(reading, 4096):
                printed += more
            os.close(reading)
            os.waitpid(process, 0)
        names = [line.split()[-1] for line in printed.decode().splitlines() if "saved" in line]
        listed = {p.path for p in read_manifest(place).pictures if (place / p.path).is_file()}
        announced, lost, kills = announced + len(names), lost + len({*names} - listed), kills + 1
    return f"{kills} kills, {announced} pictures announced, {lost} of them lost", lost == 0


class SlotBoard(LyingBoard):
    """Holds what came of a model, as a board's flash does while the host is away."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.flash = (0, 0), b""

    def _answers(self, command: Message, sequence: int) -> list[Message]:
        value, status = 0, wire.Status.OK
        match command:
            case wire.SlotBegin():
                if self.begun != (command.total, command.crc):
                    self.begun, self.flash = (command.total, command.crc), b""
                value = len(self.flash)
            case wire.SlotWrite():
                if command.offset == len(self.flash):
                    self.flash += command.piece
                value = len(self.flash)
            case wire.SlotCommit():
                if zlib.crc32(self.flash) != command.crc:
                    status = wire.Status.BAD_VALUE
                else:
                    model_hash = int.from_bytes(self.flash[12:16], "little")
                    self.hello = dataclasses.replace(self.hello, model_hash=model_hash)
            case _:
                return super()._answers(command, sequence)
        return [wire.Ack(command.ID, status, sequence, value)]


def kill_writers(folder: Path, kills: int) -> tuple[str, bool]:
    """So many, in turns of import, split, export and deploy."""
    source = folder / "source"
    fill(source, *(f"{label}/{i}.png" for label in "ab" for i in range(PICTURES // 2)))
    before = _files(source)
    draw, found = random.Random(2), Counter[str]()
    tries = (_import, _split, _export, _deploy)
    for number in range(kills):
        attempt = tries[number % len(tries)]
        found[attempt(source, folder / f"out{number}", draw)] += 1
    unharmed = _files(source) == before
    summary = ", ".join(f"{n} {what}" for what, n in sorted(found.items()))
    return f"{kills} kills: {summary}", unharmed and not any("WRONG" in what for what in found)


def _files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def _after(name: str, main: Main, words: list[str], draw: random.Random, most_s: float) -> str:
    return f"{name} {'killed' if killed(main, words, draw.uniform(0, most_s)) else 'too late'}"


def _import(source: Path, out: Path, draw: random.Random) -> str:
    words = ["import", str(source), str(out)]
    what = _after("import", data.main, words, draw, 0.4)
    rows = read_manifest(out).pictures if (out / CSV_NAME).exists() else ()
    whole = all((out / p.path).read_bytes()[-8:-4] == b"IEND" for p in rows)
    again = ended(data.main, words) == 0 and len(read_dataset(out).pictures) == PICTURES
    return what if whole and again else f"WRONG {what}"


def _split(source: Path, out: Path, draw: random.Random) -> str:
    ended(data.main, ["import", str(source), str(out)])
    before = {(p.path, p.label) for p in read_manifest(out).pictures}
    words = ["split", str(out), "--distance", "-1"]
    what = _after("split", data.main, words, draw, 0.2)
    after = {(p.path, p.label) for p in read_manifest(out).pictures}
    again = ended(data.main, words) == 0 and {p.split for p in read_manifest(out).pictures}
    return what if before == after and again == {"train", "val"} else f"WRONG {what}"


def _export(source: Path, out: Path, draw: random.Random) -> str:
    archive = out.with_suffix(".zip")
    words = ["export", str(source), str(archive)]
    what = _after("export", data.main, words, draw, 0.2)
    if archive.exists() and len(read_dataset(archive).pictures) != PICTURES:
        return f"WRONG {what}"
    archive.unlink(missing_ok=True)
    again = ended(data.main, words) == 0 and len(read_dataset(archive).pictures) == PICTURES
    return what if again else f"WRONG {what}"


def _deploy(source: Path, out: Path, draw: random.Random) -> str:
    board = SlotBoard()
    with serving(board) as url:
        words = [str(MODEL), "--port", url]
        what = _after("deploy", deploy.main, words, draw, 0.6)
        again = ended(deploy.main, words) == 0
    return what if again and board.flash == MODEL.read_bytes() else f"WRONG {what}"
