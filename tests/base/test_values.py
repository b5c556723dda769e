"""Numbers of host/base against other people's: data sheets, SciPy, the definition; and both sides of each limit."""

from __future__ import annotations

import argparse
import csv
import io
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import special, stats

from host.base import boards, pictures, text
from host.base.arguments import number, positive, share, whole
from host.base.colour import luma_of
from host.base.csv_text import csv_row, escaped, unescaped
from host.base.errors import HostError
from host.base.files import cannot_write, folder_name, new_private_text, png_bytes, private_folder
from host.base.header import board_header
from host.base.litert import int8_of
from host.base.resize import averaged
from host.base.scores import Meaning, real_scores
from host.base.sparkline import level, sparkline
from host.base.spelling import did_you_mean
from host.base.statistics import (
    Interval,
    _areas,
    _blocks,
    bootstrap_auc,
    bootstrap_difference,
    wilson,
)

RANDOM = np.random.default_rng(5)


@pytest.mark.parametrize(
    ("kind", "good", "bad", "words"),
    [
        (whole(), ["1", "1000000000"], ["0", "-1", "x", "1.0", ""], "a whole number from 1, not "),
        (whole(-1, 3), ["-1", "3"], ["-2", "4", "x"], "a whole number from -1 to 3, not "),
        (whole(0), ["0"], ["-1", "x"], "a whole number from 0, not "),
        (share, ["0", "1", "0.5", "1e-9"], ["-1e-9", "1.000001", "nan", "x"],
         "a number from 0 to 1, not "),
        (positive, ["1e-9", "1000000", "1e6"], ["0", "-1", "1000000.1", "inf", "nan", "x"],
         "a number above 0, not "),
    ],
)  # fmt: skip
def test_a_number_on_a_command_line(
    kind: object, good: list[str], bad: list[str], words: str
) -> None:
    assert callable(kind)
    assert [kind(each) for each in good] == [number(each) for each in good]
    for each in bad:
        with pytest.raises(argparse.ArgumentTypeError, match=f"^{words}{each!r}$"):
            kind(each)


def test_the_boards_numbers_are_the_data_sheets() -> None:
    """nRF52840 PS 1.7: 64 MHz, 256 KB, 1 MB less Arduino's 64 KB bootloader. OV7675: 784 x 510 of two bytes."""
    assert boards.CLOCK_HZ == 64 * 1000 * 1000
    assert boards.RAM_BYTES == 256 * 1024 and boards.APPLICATION_BYTES == (1024 - 64) * 1024
    assert (boards.SENSOR_LINE_CLOCKS, boards.SENSOR_FRAME_LINES) == (1568, 510)
    assert (boards.MAX_IMAGE_WIDTH, boards.MAX_IMAGE_HEIGHT) == (256, 2048)
    header = board_header()
    include = Path(__file__).resolve().parents[2] / "firmware" / "include"
    assert header == (include / "board_numbers.h").read_text(encoding="utf-8"), "the firmware's"
    assert header.endswith("\n") and "64000000" in header and header.startswith("/* Generated")


@pytest.mark.parametrize("count", [1, 2, 17, 1000])
def test_wilsons_interval_is_scipys(count: int) -> None:
    for right in {0, 1, count // 3, count}:
        for confidence in (0.95, 0.8):
            by_scipy = stats.binomtest(right, count).proportion_ci(confidence, method="wilson")
            found = wilson(right, count, confidence)
            assert (found.low, found.high) == pytest.approx(
                (by_scipy.low, by_scipy.high), abs=1e-12
            )
    assert wilson(1, 3) == wilson(1, 3, 0.95)
    assert wilson(0, count).low >= 0 and wilson(count, count).high <= 1


def test_intervals_overlap_at_their_ends() -> None:
    for a, b, both in (((0, 1), (1, 2), True), ((0, 1), (1.1, 2), False), ((0, 5), (1, 2), True)):
        for first, second in ((a, b), (b, a)):
            assert Interval(*first).overlaps(Interval(*second)) == both


def test_bootstraps_are_those_of_resampled_pictures() -> None:
    chance = RANDOM.integers(0, 12, 60) / 12
    truth = RANDOM.random(60) < 0.3 + 0.5 * chance
    found = bootstrap_auc(chance, truth)
    assert found == bootstrap_auc(chance, truth) != bootstrap_auc(chance, truth, seed=8)
    random, areas = np.random.default_rng(1), []
    yes, no = chance[truth], chance[~truth]
    for _ in range(1500):
        a, b = random.choice(yes, len(yes)), random.choice(no, len(no))
        areas.append(np.mean((a[:, None] > b) + 0.5 * (a[:, None] == b)))
    assert found is not None
    assert (found.low, found.high) == pytest.approx(np.quantile(areas, (0.025, 0.975)), abs=0.02)
    first, second = RANDOM.random(200) < 0.8, RANDOM.random(200) < 0.6
    change = first.astype(int) - second
    means = [random.choice(change, 200).mean() for _ in range(1500)]
    wide = bootstrap_difference(first, second)
    assert (wide.low, wide.high) == pytest.approx(np.quantile(means, (0.025, 0.975)), abs=0.02)


@pytest.mark.parametrize(("yes", "no", "known"), [(1, 9, False), (9, 1, False), (2, 2, True)])
def test_an_area_needs_two_pictures_of_each_class(yes: int, no: int, known: bool) -> None:
    truth = np.arange(yes + no) < yes
    assert (bootstrap_auc(np.linspace(0, 1, yes + no), truth) is not None) == known


def test_areas_of_rows_and_blocks_of_resamples() -> None:
    yes, no = np.array([[0, 1, 2], [3, 0, 0]]), np.array([[1, 1, 1], [1, 1, 1]])
    assert _areas(yes, no).tolist() == pytest.approx([(1.5 + 2 * 2.5) / 9, 0.5 / 3])
    assert _blocks(10, 4) == [4, 4, 2] and _blocks(8, 4) == [4, 4] and _blocks(3, 4) == [3]


@pytest.mark.parametrize("shape", [(7,), (3, 4), (5, 1), (1,)])
def test_scores_become_probabilities_as_scipy_has_them(shape: tuple[int, ...]) -> None:
    quantised = RANDOM.integers(-128, 128, shape).astype(np.int8)
    real = (quantised.astype(float) + 3) * np.float32(0.07)
    made = real_scores(quantised, 0.07, -3, Meaning.LOGIT)
    by_scipy = special.expit(real) if shape[-1] == 1 else special.softmax(real, axis=-1)
    assert np.allclose(made, by_scipy, atol=1e-12)
    assert np.allclose(real_scores(quantised, 0.07, -3, Meaning.DISTANCE), real)
    assert np.allclose(real_scores(quantised, 0.07, -3, 77), real)
    clipped = real_scores(quantised, 0.07, -3, Meaning.PROBABILITY)
    assert np.array_equal(clipped, np.minimum(np.maximum(real, 0), 1))
    each_alone = real_scores(quantised, 0.07, -3, Meaning.SINGLE_LOGIT)
    assert np.allclose(each_alone, special.expit(real), atol=1e-12)
    assert [int(each) for each in Meaning] == [0, 1, 2, 3]
    assert real_scores(np.empty((2, 0), np.int8), 1, 0, Meaning.LOGIT).shape == (2, 0)


def test_a_curve_in_a_line() -> None:
    assert "".join(level(n / 8) for n in range(-1, 10)) == "▁▁▂▃▄▅▆▇███"
    assert level(0.1249) == "▁" and level(0.125) == "▂"
    assert sparkline([0, 1, 2, 4]) == "▁▃▅█" and sparkline([3, 3]) == "▅▅" and sparkline([]) == ""
    assert sparkline([-4, -2, -1]) == "▁▆█"
    assert len(sparkline(range(60))) == 60 and len(sparkline(range(61))) == 31
    assert sparkline([9, 0, 9, 1, 9, 2], 3) == "▁▅█", "the last is among them"


def test_a_name_is_guessed_where_it_is_close() -> None:
    known = ["Gain", "exposure", "abcde"]
    assert did_you_mean("GIAN", known) == "; did you mean 'Gain'?"
    assert did_you_mean("xyz", known) == ""
    assert did_you_mean("abc12", known) == "; did you mean 'abcde'?"  # a ratio of 0.6
    assert did_you_mean("ab123", known) == ""  # 0.4


def test_signs_that_would_be_obeyed_are_shown() -> None:
    hidden = [*range(0x80, 0xA0), *range(0x200B, 0x2010), *range(0x2028, 0x202F)]
    hidden += [*range(0x2066, 0x206A), *range(0xD800, 0xE000)]
    for code in {*range(0x300), *range(0x2000, 0x2100), *range(0xD7FF, 0xE001)}:
        shown = {0x0A: "\n", 0x09: "\t", 0x7F: "␡"}.get(code, chr(0x2400 + code))
        expected = shown if code < 0x20 or code == 0x7F else chr(code)
        assert text.visible(chr(code)) == ("\ufffd" if code in hidden else expected), hex(code)
    assert text.one_line("a\nb\tc") == "a␤b␉c"


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "UTF-8", "utf-16"])
def test_drawn_signs_where_a_terminal_has_none(encoding: str) -> None:
    known = text.encodable("┏─┓ │a│ █▁ 20° 日", encoding)
    expected = {"ascii": "+-+ |a| #. 20' ?", "cp437": "+-+ |a| #. 20' ?"}
    assert known == expected.get(encoding, "┏─┓ │a│ █▁ 20° 日")
    assert text.encodable("─°", "cp437") == "─°"


def test_cells_that_a_spreadsheet_would_run_are_quoted() -> None:
    for cell in ("=1+1", "+a", "-b", "@x", "\tx"):
        assert escaped(cell) == f"'{cell}" and unescaped(f"'{cell}") == cell
    for cell in ("-1", "+2.5e-3", "a=b", "", "'a", "0.5", "-1.5E+9"):
        assert escaped(cell) == cell and unescaped(cell) == cell
    for cell in ("'-5", "'-55", "''-5", "-x", "'=1", "'1"):
        assert unescaped(escaped(cell)) == cell
    cells = ["=a", 'b"c', "d,e", 5, None]
    read = next(csv.reader(io.StringIO(csv_row(cells))))
    assert [unescaped(each) for each in read] == ["=a", 'b"c', "d,e", "5", "None"]
    assert csv_row(["a", 1]) == "a,1\n"


def test_folders_and_files_are_their_owners_alone(tmp_path: Path) -> None:
    private_folder(tmp_path / "a" / "b")
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b")] == [0o700] * 2
    private_folder(tmp_path / "a" / "b")
    with new_private_text(tmp_path / "new") as file:
        file.write("a\r\né")
    assert (tmp_path / "new").read_bytes() == "a\r\né".encode()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        new_private_text(tmp_path / "new")
    (tmp_path / "file").touch()
    with pytest.raises(HostError, match=r"cannot make .* give another folder$"):
        private_folder(tmp_path / "file" / "x")
    full = cannot_write(tmp_path / "x.rec", OSError(28, "No space left on device"))
    assert str(full) == "the disk is full: x.rec was not kept, all before it is; free some space"
    assert "cannot write" in str(cannot_write(tmp_path / "x", OSError(13, "Permission denied")))


def test_a_folder_that_another_program_makes_meanwhile_is_no_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    is_dir, looks = Path.is_dir, iter([False])  # it was not there at the first look
    monkeypatch.setattr(
        Path, "is_dir", lambda path: next(looks, True) if path == tmp_path / "a" else is_dir(path)
    )
    private_folder(tmp_path / "a")
    assert next(looks, None) is None


def test_a_label_as_a_folder() -> None:
    assert folder_name("no person") == "no_person" and folder_name(" a  b ") == "a_b"
    long = folder_name("x" * 61)
    assert long.startswith("x" * 60 + "_") and len(long) == 69
    assert folder_name("x" * 60) == "x" * 60
    for name in ("con", "NUL.txt", "lpt9", ".", "", "a/b", "a:b"):
        made = folder_name(name)
        assert made not in (name, "", ".") and "/" not in made and ":" not in made
    assert folder_name("a/b") != folder_name("a:b") and folder_name("lpt9").startswith("_lpt9_")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_png_gives_its_pixels_back(channels: int) -> None:
    pixels = RANDOM.integers(0, 256, (5, 7, channels), np.uint8)
    read = np.asarray(Image.open(io.BytesIO(png_bytes(pixels))))
    assert np.array_equal(read.reshape(pixels.shape), pixels)
    if channels == 1:
        assert np.array_equal(luma_of(pixels), pixels[..., 0])


def test_a_picture_may_have_so_many_bytes_and_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pictures.MOST_FILE_BYTES == 64 * 1024 * 1024 and pictures.MOST_PIXELS == 32_000_000
    content = png_bytes(np.zeros((4, 6, 1), np.uint8))
    monkeypatch.setattr(pictures, "MOST_PIXELS", 24)
    monkeypatch.setattr(pictures, "MOST_FILE_BYTES", len(content))
    assert pictures.decode(content, "x").shape == (4, 6, 1)
    monkeypatch.setattr(pictures, "MOST_PIXELS", 23)
    with pytest.raises(HostError, match="x has 6x4 pixels"):
        pictures.decode(content, "x")
    monkeypatch.setattr(pictures, "MOST_PIXELS", 24)
    monkeypatch.setattr(pictures, "MOST_FILE_BYTES", len(content) - 1)
    with pytest.raises(HostError, match="at most 64 are read"):
        pictures.decode(content, "x")


def test_an_average_is_the_definitions() -> None:
    values = RANDOM.integers(0, 256, (9, 12, 2), np.uint8)
    by_four = values.reshape(3, 3, 3, 4, 2).mean(axis=(1, 3))
    assert np.array_equal(averaged(values, 3, 3), np.floor(by_four + 0.5).astype(np.uint8))


def test_bytes_and_their_signed_values() -> None:
    every = np.arange(256, dtype=np.uint8)
    assert int8_of(every).tolist() == list(range(-128, 128))
    assert int8_of(np.array([-3], np.int8)).tolist() == [-3]
