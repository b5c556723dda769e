"""The numbers that the firmware writes and reads in text, compiled for this computer: it has no printf of its own."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pytest

from tests.native import FIRMWARE, ROOT, compile_shared

SOURCES = [ROOT / "tests" / "mlperf" / "words.c", FIRMWARE / "src" / "commands" / "words.c"]
U32 = (1 << 32) - 1


def library() -> ctypes.CDLL:
    loaded = ctypes.CDLL(str(compile_shared("mlperf_words", SOURCES)))
    loaded.output.restype = ctypes.c_char_p
    return loaded


LIBRARY = library()


def said(say: Callable[..., Any], *arguments: object) -> str:
    LIBRARY.begin()
    say(*arguments)
    return bytes(LIBRARY.output()).decode()


def taken(line: str, usual: int = 7, most: int = U32) -> tuple[bool, int, str]:
    """Whether it is a number, which, and what is left of the line."""
    text, number = ctypes.c_char_p(line.encode()), ctypes.c_uint32()
    LIBRARY.word_take_number.restype = ctypes.c_bool
    good = LIBRARY.word_take_number(
        ctypes.byref(text), ctypes.c_uint32(usual), ctypes.c_uint32(most), ctypes.byref(number)
    )
    return good, number.value, (text.value or b"").decode()


@pytest.mark.parametrize("number", [0, 9, 10, 99, 100, 1234567890, U32, (1 << 64) - 1])
def test_a_number_is_written_in_full(number: int) -> None:
    assert said(LIBRARY.words_say_number, ctypes.c_uint64(number)) == str(number)
    line = said(LIBRARY.words_say_line, b"m-[", ctypes.c_uint64(number), b" bytes]")
    assert line == f"m-[{number} bytes]\r\n"


def test_every_byte_has_two_digits_that_are_read_back() -> None:
    for byte in range(256):
        text = said(LIBRARY.words_say_hex, ctypes.c_uint8(byte))
        assert text == f"{byte:02x}"
        for digits in (text, text.upper()):
            values = [LIBRARY.word_hex_value(ctypes.c_char(d.encode())) for d in digits]
            assert values == [byte >> 4, byte & 15]


def test_what_is_no_hex_digit_has_no_value() -> None:
    others = set(range(256)) - set(b"0123456789abcdefABCDEF")
    assert {LIBRARY.word_hex_value(ctypes.c_char(bytes([o]))) for o in others} == {-1}


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (0.0, "0.000"), (1.0, "1.000"), (0.5, "0.500"), (0.0625, "0.063"), (0.9996, "1.000"),
        (0.99609375, "0.996"), (12.345, "12.345"), (-0.0004, "0.000"), (-0.25, "-0.250"),
        (-123.5, "-123.500"), (0.0005, "0.001"), (-0.001, "-0.001"),
    ],
)  # fmt: skip
def test_a_score_has_three_decimals(score: float, text: str) -> None:
    assert said(LIBRARY.words_say_score, ctypes.c_float(score)) == text


@pytest.mark.parametrize(
    ("line", "number", "left"),
    [("12 3", 12, " 3"), ("  0", 0, ""), ("", 7, ""), ("   ", 7, ""), ("4294967295 x", U32, " x")],
)
def test_a_word_is_a_number_or_the_usual_one(line: str, number: int, left: str) -> None:
    assert taken(line) == (True, number, left)


@pytest.mark.parametrize(
    "line", ["-1", "1x", "x1", "1:", "/", "0x10", "1.5", "4294967296", "9" * 30]
)
def test_what_is_no_number_of_32_bits_is_refused(line: str) -> None:
    assert not taken(line)[0]


@pytest.mark.parametrize("most", [0, 1, 9, 10, 16, 19, 99, 100, 9216, 100_000, U32 - 1])
def test_a_number_has_its_limit(most: int) -> None:
    for number in range(max(0, most - 12), most + 13):
        good, found, _ = taken(str(number), most=most)
        assert good == (number <= most) and (not good or found == number)
    assert not taken(f"{most + 1}0", most=most)[0]
    assert taken("", usual=most, most=most)[:2] == (True, most)
    assert not taken("", usual=most + 1, most=most)[0]


@pytest.mark.parametrize(
    ("length", "wanted", "same"),
    [(4, b"load", True), (3, b"load", False), (5, b"load", False), (4, b"loan", False)],
)
def test_a_word_is_compared_whole(length: int, wanted: bytes, same: bool) -> None:
    LIBRARY.word_is.restype = ctypes.c_bool
    assert LIBRARY.word_is(b"loads", ctypes.c_size_t(length), wanted) == same
