"""What a key or a rule keeps, refuses and takes back."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from host.base.errors import HostError
from host.capture.options import Options
from host.data.dataset import read_dataset
from host.data.journal import Journal
from host.data.manifest_file import read_manifest
from tests.capture.scripted import LABELS, rig
from tests.data.pictures import picture


def test_a_key_keeps_exactly_what_the_model_saw(tmp_path: Path) -> None:
    with rig(tmp_path / "set", Options(LABELS, tags=("dim", "near"))) as it:
        it.show(1, score=90)
        it.session.press("1")
        it.show(2)
        it.session.press("N")  # the label's first letter is taken by `new place`, in either case
        it.session.press("2")
    first, second = read_dataset(tmp_path / "set", LABELS).pictures[::-1]
    read = cv2.imread(str(tmp_path / "set" / first.path), cv2.IMREAD_UNCHANGED)
    assert read is not None and read.dtype == np.uint8
    assert np.array_equal(read, picture(1, 96, 96, 1)[..., 0])
    assert (first.label, first.tags, first.model_hash) == ("person", ("dim", "near"), "1234abcd")
    assert first.score("person") == pytest.approx(218 / 256, abs=1e-4)
    assert first.board == "virtual 1122334455667788" and first.time.startswith("2026-01-02T00:00:")
    assert first.licence == "", "a virtual board shows anybody's pictures"
    assert second.label == "non_person" and second.session != first.session


def test_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    with rig(tmp_path / "set") as it:
        it.show(1)
        it.session.press("p")
    modes = {p.name: p.stat().st_mode & 0o777 for p in (tmp_path / "set").rglob("*")}
    assert modes.pop("person") == 0o700 and set(modes.values()) == {0o600} and len(modes) == 3
    assert (tmp_path / "set").stat().st_mode & 0o777 == 0o700


def test_near_duplicates_of_the_same_label_are_refused_and_counted(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(-2, 3, (96, 96, 1))
    similar = np.clip(picture(1, 96, 96, 1).astype(int) + noise, 0, 255).astype(np.uint8)
    with rig(tmp_path) as it:
        for image in (1, similar, 2):
            it.show(image)
            it.session.press("1")
        assert (it.session.state.added, it.session.state.refused) == (2, 1)
        it.show(similar)
        it.session.press("2")
        assert it.session.state.counts == {"person": 2, "non_person": 1}
        assert "looks the same" in it.last and "person/" in it.last
    with rig(tmp_path) as it:  # those of earlier runs count, too
        it.show(2)
        it.session.press("1")
        assert "refused" in it.last and it.session.state.added == 0


def test_an_undo_that_fails_says_why_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(journal: Journal) -> None:
        raise HostError("manifest.csv cannot be written: Read-only file system", "mount it")

    with rig(tmp_path) as it:
        it.show(1)
        it.session.press("1")
        monkeypatch.setattr(Journal, "undo", refuse)
        it.session.press("u")
        assert "Read-only file system" in it.last
        assert it.session.state.counts == {"person": 1}


def test_every_frame_is_stored_on_request(tmp_path: Path) -> None:
    with rig(tmp_path, Options(LABELS, distance=-1)) as it:
        for _ in range(3):
            it.show(1)
            it.session.press("1")
        assert it.session.state.added == 3


def test_undo_takes_back_this_runs_pictures_one_by_one(tmp_path: Path) -> None:
    with rig(tmp_path) as it:
        it.show(1)
        it.session.press("1")
    with rig(tmp_path) as it:
        for seed in (2, 3):
            it.show(seed)
            it.session.press("2")
        it.session.press("u")
        it.session.press("u")
        assert it.session.state.counts == {"person": 1}
        it.session.press("u")
        assert it.last == "nothing to undo in this run"
        it.show(3)
        it.session.press("2")
        assert it.session.state.counts == {"person": 1, "non_person": 1}
    assert len(read_manifest(tmp_path).pictures) == 2
    assert len(list(tmp_path.rglob("*.png"))) == 2


def test_doubtful_frames_are_held_until_labelled_or_skipped(tmp_path: Path) -> None:
    with rig(tmp_path, Options(LABELS, band=(0.4, 0.6))) as it:
        it.show(1, score=120)
        assert not it.session.state.asks
        it.session.press("1")
        assert "nothing to label yet" in it.last
        it.show(2, score=0)
        assert it.session.state.asks and not it.session.view.paused
        it.show(3, score=5)  # comes while one is held
        held = it.session.view.image
        assert held is not None and np.array_equal(held, picture(2, 96, 96, 1))
        it.session.press("1")
        assert not it.session.state.asks
        it.show(4, score=1)
        assert it.session.state.asks, "the view goes on"
        it.session.press("s")
        assert not it.session.state.asks
        it.show(5, score=126)
        assert not it.session.state.asks and it.session.state.added == 1
    (saved,) = read_manifest(tmp_path).pictures
    assert saved.score("person") == pytest.approx(0.5, abs=0.01)


def test_a_changed_scene_is_stored_under_the_given_label(tmp_path: Path) -> None:
    with rig(tmp_path, Options(LABELS, on_change=True, label="person", distance=-1)) as it:
        for seed in (1, 1, 1, 2, 2, 1):
            it.show(seed)
        assert it.session.state.added == 3
        assert it.session.state.recording == "person"


def test_a_rate_is_held_by_the_boards_clock(tmp_path: Path) -> None:
    with rig(tmp_path, Options(LABELS, rate=2.0, distance=-1)) as it:
        it.show(0)
        assert it.session.state.added == 0, "nothing before a key"
        it.session.press("2")
        for seed in range(1, 11):  # 0.2 s apart
            it.show(seed)
        assert it.session.state.added in (3, 4) and it.session.state.recording == "non_person"
        it.session.press("2")
        for seed in range(11, 21):
            it.show(seed)
        assert it.session.state.added in (3, 4) and not it.session.state.recording


def test_mistakes_of_the_model_are_counted(tmp_path: Path) -> None:
    with rig(tmp_path) as it:
        it.show(1, score=100)
        it.session.press("2")
        it.show(2, score=-100)
        it.session.press("2")
        assert it.session.state.mistaken == 1
        it.session.press("u")
        it.session.press("u")
        assert it.session.state.mistaken == 0


def test_sessions_alternate_between_train_and_val(tmp_path: Path) -> None:
    with rig(tmp_path) as it:
        for seed in range(8):
            it.show(seed)
            it.session.press("1")
            if seed in (3, 4):
                it.session.press("n")
    pictures = read_manifest(tmp_path).pictures
    assert [p.split for p in pictures] == ["train"] * 4 + ["val"] + ["train"] * 3
    splits_of = {p.session: {q.split for q in pictures if q.session == p.session} for p in pictures}
    assert len(splits_of) == 3 and all(len(splits) == 1 for splits in splits_of.values())


def test_a_full_disk_is_said_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rig(tmp_path) as it:
        it.show(1)
        it.session.press("1")
        before = (tmp_path / "manifest.csv").read_bytes()

        def full(number: int, data: bytes) -> int:
            write(number, data[: len(data) // 2])
            raise OSError(28, "No space left on device")

        write = os.write
        monkeypatch.setattr(os, "write", full)
        it.show(2)
        it.session.press("1")
        assert "disk is full" in it.last and it.session.state.added == 1
        assert (tmp_path / "manifest.csv").read_bytes() == before
        assert len(list(tmp_path.rglob("*.png"))) == 1
        it.session.is_scripted = True
        with pytest.raises(HostError, match="disk is full"):
            it.session.press("1")
        assert not (tmp_path / "manifest.parquet").exists(), "an old copy would be taken for new"
        monkeypatch.undo()
        it.session.press("1")
        assert it.session.state.added == 2
    assert len(read_dataset(tmp_path, least_labels=1).pictures) == 2


@pytest.mark.parametrize(
    ("score", "doubtful"), [(-27, False), (-26, True), (25, True), (26, False)]
)
def test_both_ends_of_the_band_belong_to_it(tmp_path: Path, score: int, doubtful: bool) -> None:
    """int8 scores of 1/256: -26 is 0.3984, 25 is 0.5977."""
    low, high = (128 - 26) / 256, (128 + 25) / 256
    with rig(tmp_path, Options(LABELS, band=(low, high))) as it:
        it.show(1, score=score)
        assert it.session.state.asks == doubtful
