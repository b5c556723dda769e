"""Answers on disk outlive a cut-off run, wherever it was cut."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.base.errors import HostError
from host.evaluate.journal import NAME, Answer, Journal

IMAGES = np.random.default_rng(1).integers(0, 256, (4, 6, 6, 1), np.uint8)
ANSWERS = [Answer(bytes([i, 255 - i]), 1_000_000 + i) for i in range(4)]
ABOUT = "1234abcd virtual 0011 0.1.0"


def filled(path: Path) -> bytes:
    journal = Journal(path, ABOUT)
    for image, answer in zip(IMAGES, ANSWERS, strict=True):
        journal.add(image, answer)
    journal.close()
    return path.read_bytes()


def test_what_was_answered_is_known_again(tmp_path: Path) -> None:
    filled(tmp_path / NAME)
    again = Journal(tmp_path / NAME, ABOUT)
    assert [again.find(image) for image in IMAGES] == ANSWERS
    assert again.find(IMAGES[0] ^ 1) is None
    again.close()


@given(st.data())
def test_a_file_torn_at_any_byte_keeps_its_whole_lines_and_goes_on(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        content = filled(path)
        cut = data.draw(st.integers(0, len(content)))
        path.write_bytes(content[:cut])
        whole = max(content[:cut].count(b"\n") - 1, 0)
        again = Journal(path, ABOUT)
        assert [again.find(i) for i in IMAGES] == ANSWERS[:whole] + [None] * (4 - whole)
        for image, answer in zip(IMAGES[whole:], ANSWERS[whole:], strict=True):
            again.add(image, answer)
        again.close()
        assert path.read_bytes() == content


def test_answers_of_another_model_are_refused(tmp_path: Path) -> None:
    filled(tmp_path / NAME)
    with pytest.raises(HostError, match="another model or board: delete it"):
        Journal(tmp_path / NAME, "ffff0000 virtual 0011 0.1.0")


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    content = filled(tmp_path / NAME)
    (tmp_path / NAME).write_bytes(content.replace(b" 1000001\n", b" 10000x1\n"))
    with pytest.raises(HostError, match="line 3 is damaged"):
        Journal(tmp_path / NAME, ABOUT)


def test_a_full_disk_says_what_to_do(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="a disk cannot be made full on this system")
    journal = Journal(tmp_path / NAME, ABOUT)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40, before[1]))
    try:
        with pytest.raises(HostError, match=rf"cannot write .*{NAME}.*make room and repeat"):
            for image, answer in zip(IMAGES, ANSWERS, strict=True):
                journal.add(image, answer)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert journal.find(IMAGES[0]) == ANSWERS[0]
    journal.close()


def test_without_a_path_it_remembers_for_the_run(tmp_path: Path) -> None:
    journal = Journal(None, ABOUT)
    journal.add(IMAGES[0], ANSWERS[0])
    assert (len(journal), journal.find(IMAGES[0])) == (1, ANSWERS[0])
    assert not list(tmp_path.iterdir())
