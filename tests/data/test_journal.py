"""A folder of captures survives a crash at any byte, a wrong label and a second writer."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.base.errors import HostError
from host.data import hold
from host.data.hold import LOCK, TAKEOVER
from host.data.journal import Journal
from host.data.manifest import Picture
from host.data.manifest_csv import CSV_NAME
from host.data.manifest_file import read_manifest
from tests.data.pictures import picture

LABELS = ("person", "no person")
ABOUT = Picture("", "person", "train", "s-1", scores=(("person", 0.5),), tags=("dim",))


def filled(folder: Path, count: int) -> list[Picture]:
    with Journal(folder, LABELS) as journal:
        for seed in range(count):
            label = LABELS[seed % 2]
            journal.add(picture(seed, 8, 8, 1), replace(ABOUT, label=label))
        return list(journal.pictures)


@settings(max_examples=20)
@given(cut=st.integers(0, 900))
def test_a_manifest_torn_at_any_byte_opens_again_with_every_picture(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    before = filled(folder, 4)
    whole = (folder / CSV_NAME).read_bytes()
    header = whole.index(b"\n") + 1
    (folder / CSV_NAME).write_bytes(whole[: min(len(whole), header + cut)])
    (folder / "manifest.parquet").unlink()
    with Journal(folder, LABELS) as journal:
        journal.add(picture(9, 8, 8, 1), ABOUT)
        after = {p.path: p for p in journal.pictures}
    assert len(after) == 5
    for old in before:
        assert after[old.path].label == old.label
        assert after[old.path].session == old.session
    assert len(read_manifest(folder).pictures) == 5 and read_manifest(folder).dropped == 0


def test_a_picture_whose_row_never_came_is_not_lost(tmp_path: Path) -> None:
    pictures = filled(tmp_path, 2)
    lines = (tmp_path / CSV_NAME).read_bytes().splitlines(keepends=True)
    (tmp_path / CSV_NAME).write_bytes(b"".join(lines[:-1]))
    with Journal(tmp_path, LABELS) as journal:
        rescued = journal.pictures[-1]
        assert journal.repaired == ("1 picture(s) without a row took their folder as label",)
    assert (rescued.path, rescued.label) == (pictures[1].path, "no person")
    assert rescued.sha256 == pictures[1].sha256


def test_half_a_picture_beside_its_place_is_no_picture(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    (tmp_path / "person" / ".s-1_00002.png.77").write_bytes(b"half")
    assert read_manifest(tmp_path).pictures == tuple(Journal(tmp_path, LABELS).pictures)


@pytest.mark.parametrize(
    "labels, output",
    [
        (("preson", "no person"), "did you mean 'person' by 'preson'.*--labels 'person,no person'"),
        (("no person", "preson"), "give --labels 'no person,person', or"),
        (("cat", "preson"), "give --labels 'cat,person,no person', or"),
        (("mask", "no mask"), "holds pictures labelled person, no person: give"),
    ],
)
def test_a_folder_with_other_labels_is_refused(
    tmp_path: Path, labels: tuple[str, ...], output: str
) -> None:
    filled(tmp_path, 2)
    before = (tmp_path / CSV_NAME).read_bytes()
    with pytest.raises(HostError, match=output):
        Journal(tmp_path, labels)
    assert (tmp_path / CSV_NAME).read_bytes() == before
    assert not (tmp_path / LOCK).exists()


def test_more_labels_and_other_spellings_of_them_are_welcome(tmp_path: Path) -> None:
    filled(tmp_path, 2)
    with Journal(tmp_path, ("Person", "non_person", "cat")) as journal:
        assert journal.counts == {"Person": 1, "non_person": 1}


def test_columns_of_the_users_own_stay(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    text = (tmp_path / CSV_NAME).read_text().splitlines()
    (tmp_path / CSV_NAME).write_text(f"{text[0]},mood\n{text[1]},glad\n")
    with Journal(tmp_path, LABELS) as journal:
        journal.add(picture(7, 8, 8, 1), ABOUT)
    assert [p.value("mood") for p in read_manifest(tmp_path).pictures] == ["glad", ""]


def test_two_writers_cannot_share_a_folder(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    (tmp_path / LOCK).write_text(str(os.getppid()))
    with pytest.raises(HostError, match=f"process {os.getppid()} writes into"):
        Journal(tmp_path, LABELS)
    (tmp_path / LOCK).write_text("999999999")  # it died
    with Journal(tmp_path, LABELS) as journal:
        assert len(journal.pictures) == 1
    assert not (tmp_path / LOCK).exists()


def test_a_manifest_another_program_changed_is_not_truncated(tmp_path: Path) -> None:
    with Journal(tmp_path, LABELS) as journal:
        journal.add(picture(1, 8, 8, 1), ABOUT)
        with (tmp_path / CSV_NAME).open("a") as file:
            file.write("x.png,person\n")
        with pytest.raises(HostError, match="another program changed"):
            journal.undo()
        assert len(journal.pictures) == 1


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HostError, match="cannot make"):
        Journal(tmp_path / "file" / "set", LABELS)


def test_labels_become_folders_of_any_system(tmp_path: Path) -> None:
    labels = ("a/b:c", "con", "ü..")
    with Journal(tmp_path, labels) as journal:
        for seed, label in enumerate(labels):
            journal.add(picture(seed, 8, 8, 3), replace(ABOUT, label=label))
    found = read_manifest(tmp_path).pictures
    assert [p.label for p in found] == list(labels)
    folders = [p.path.split("/")[0] for p in found]
    assert [folder.rpartition("_")[0] for folder in folders] == ["a_b_c", "_con", "ü"]


RACER = """
import sys
import time
from pathlib import Path
from host.base.errors import HostError
from host.data.hold import take
for line in sys.stdin:  # one round: both read their line, then both try at once
    try:
        take(Path(line.strip()))
        print("got", flush=True)
    except HostError as error:
        print(error, flush=True)
"""


@pytest.mark.parametrize("left_behind", [None, "999999999 1.0", ""])
def test_of_two_processes_one_gets_the_folder(tmp_path: Path, left_behind: str | None) -> None:
    """Free, or left by a process that died; neither ends while the other tries."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        for number in range(20):
            folder = tmp_path / str(number)
            folder.mkdir()
            if left_behind is not None:
                (folder / LOCK).write_text(left_behind)
                os.utime(folder / LOCK, (1, 1))
            for racer in racers:
                assert racer.stdin is not None
                racer.stdin.write(f"{folder}\n")
                racer.stdin.flush()
            answers = sorted(str(r.stdout and r.stdout.readline()).strip() for r in racers)
            pids = {f"process {racer.pid} writes into" for racer in racers}
            assert answers.count("got") == 1, answers
            refused = next(answer for answer in answers if answer != "got")
            named = refused[: refused.find(" into") + 5] in pids
            assert named or "another process" in refused
    finally:
        for racer in racers:
            racer.communicate()


def test_a_lock_is_signed_in_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes time, a process's start, is found before: killed there, it leaves nothing behind."""
    start, steps = hold._start_of, list[str]()

    def slow(pid: int) -> float:
        steps.append("there" if (tmp_path / LOCK).exists() else "not yet there")
        return start(pid)

    monkeypatch.setattr(hold, "_start_of", slow)
    hold.take(tmp_path)
    assert steps == ["not yet there"]


def test_a_number_that_another_process_has_by_now_holds_nothing(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    parent = os.getppid()
    (tmp_path / LOCK).write_text(f"{parent} {psutil.Process(parent).create_time() - 100:.2f}")
    with Journal(tmp_path, LABELS):
        owner = (tmp_path / LOCK).read_text().split()[0]
        assert owner == str(os.getpid())


def test_a_lock_that_is_not_signed_yet_is_held(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    (tmp_path / LOCK).write_text("")
    with pytest.raises(HostError, match="another process writes into"):
        Journal(tmp_path, LABELS)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a start does not move")
def test_a_clock_that_is_set_back_frees_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The date of a process's start goes with the clock, as that of the machine's does."""
    filled(tmp_path, 1)
    with Journal(tmp_path, LABELS):
        boot, start = psutil.boot_time, psutil.Process.create_time
        monkeypatch.setattr(psutil, "boot_time", lambda: boot() - 3600)
        monkeypatch.setattr(psutil.Process, "create_time", lambda process: start(process) - 3600)
        with pytest.raises(HostError, match=f"process {os.getpid()} writes into"):
            Journal(tmp_path, LABELS)


def test_a_lock_from_the_future_that_nobody_signed_holds_nothing(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    (tmp_path / LOCK).write_text("")
    later = time.time() + 3600
    os.utime(tmp_path / LOCK, (later, later))
    with Journal(tmp_path, LABELS):
        pass


def test_a_takeover_that_was_cut_off_says_which_file_to_delete(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    for name in (LOCK, TAKEOVER):
        (tmp_path / name).write_text("999999999 1.0")
    with pytest.raises(HostError, match=f"{TAKEOVER} was left behind: .* delete that file"):
        Journal(tmp_path, LABELS)
    (tmp_path / TAKEOVER).unlink()
    with Journal(tmp_path, LABELS):
        pass


def test_a_row_is_on_the_disk_when_add_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(number: int) -> None:
        real(number)
        size = os.fstat(number).st_size
        is_row = (tmp_path / CSV_NAME).exists() and os.path.samestat(
            os.fstat(number), (tmp_path / CSV_NAME).stat()
        )
        synced.append(f"row {size}" if is_row else "picture")

    with Journal(tmp_path, LABELS) as journal:
        monkeypatch.setattr(os, "fsync", fsync)
        journal.add(picture(1, 8, 8, 1), ABOUT)
        assert synced == ["picture", f"row {(tmp_path / CSV_NAME).stat().st_size}"]


ALIKE = ("cat!", "cat?", "🙂", "🙃", "x" * 60 + "a", "x" * 60 + "b", "..", "a.b", "a_b")


def test_labels_that_look_alike_share_no_folder_and_come_back(tmp_path: Path) -> None:
    with Journal(tmp_path, ALIKE) as journal:
        for seed, label in enumerate(ALIKE):
            journal.add(picture(seed, 8, 8, 1), replace(ABOUT, label=label))
    assert len({p.path.split("/")[0] for p in read_manifest(tmp_path).pictures}) == len(ALIKE)
    (tmp_path / CSV_NAME).unlink()
    (tmp_path / "manifest.parquet").unlink()
    with Journal(tmp_path, ALIKE) as journal:
        assert {p.label for p in journal.pictures} == set(ALIKE)


def test_everything_that_is_written_is_the_owners_alone(tmp_path: Path) -> None:
    filled(tmp_path / "new" / "set", 2)
    for path in (tmp_path / "new").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_a_link_in_a_label_folder_is_no_capture(tmp_path: Path) -> None:
    filled(tmp_path / "set", 1)
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "set" / "person" / "x_00001.png").symlink_to(tmp_path / "secret.png")
    os.mkfifo(tmp_path / "set" / "person" / "x_00002.png")
    with Journal(tmp_path / "set", LABELS) as journal:
        assert len(journal.pictures) == 1


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    dead = tmp_path / "person" / ".s-1_00002.png.99999999"
    alive = tmp_path / "person" / f".s-1_00003.png.{os.getppid()}"
    for path in (dead, alive, tmp_path / ".hidden", tmp_path / "notes.12"):
        path.write_bytes(b"half")
    with Journal(tmp_path, LABELS):
        assert not dead.exists() and alive.exists()
        assert (tmp_path / ".hidden").exists() and (tmp_path / "notes.12").exists()


def test_a_folder_taken_and_freed_often_leaves_no_file_open(tmp_path: Path) -> None:
    before = len([*Path("/proc/self/fd").iterdir()])
    for _ in range(20):
        hold.take(tmp_path).unlink()
    assert len([*Path("/proc/self/fd").iterdir()]) <= before
