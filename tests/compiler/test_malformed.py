"""Damaged .tflite bytes end in a HostError or in a model that compiles; never in another exception, never in a hang."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host.base.errors import HostError
from tests.compiler.random_networks import compile_as_bytes, random_model

DATA = random_model(3)[0]
BITS = 8 * len(DATA)
QUICK = settings(
    max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def survives(data: bytes) -> None:
    try:
        compile_as_bytes(data, "damaged")
    except HostError as error:
        assert "\n" not in str(error)


@QUICK
@given(st.integers(0, len(DATA) - 1))
def test_truncated_models_are_refused(length: int) -> None:
    with pytest.raises(HostError) as refusal:
        compile_as_bytes(DATA[:length], "torn")
    assert "\n" not in str(refusal.value)


@QUICK
@given(st.lists(st.integers(0, BITS - 1), min_size=1, max_size=4))
def test_flipped_bits_do_not_crash_the_compiler(bits: list[int]) -> None:
    damaged = bytearray(DATA)
    for bit in bits:
        damaged[bit // 8] ^= 1 << bit % 8
    survives(bytes(damaged))


@QUICK
@given(st.integers(0, len(DATA) // 4 - 1), st.integers(0, 2**32 - 1))
def test_overwritten_words_do_not_crash_the_compiler(word: int, value: int) -> None:
    damaged = bytearray(DATA)
    damaged[4 * word : 4 * word + 4] = value.to_bytes(4, "little")
    survives(bytes(damaged))


def test_a_torn_file_is_reported_in_words() -> None:
    with pytest.raises(HostError, match=r"points beyond its end, at [0-9,]+ bytes \(torn off\?\)"):
        compile_as_bytes(DATA[: len(DATA) // 8], "torn")
