"""DSP and FPU instructions against an independent model of the ARMv7-M manual (ARM DDI 0403, A7.7)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.virtual.bench import Bench

COUNT = 100
Q = 1 << 27
Result = tuple[int, int]  # value, flags


def signed(value: int, bits: int = 32) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def low(value: int) -> int:
    return signed(value, 16)


def high(value: int) -> int:
    return signed(value >> 16, 16)


def rotated(value: int) -> int:
    return (value >> 8 | value << 24) & 0xFFFFFFFF


def byte(value: int, index: int) -> int:
    return value >> 8 * index & 0xFF


def pair(bottom: int, top: int) -> int:
    return bottom & 0xFFFF | (top & 0xFFFF) << 16


def saturated(value: int, bottom: int, top: int) -> Result:
    saturated = min(max(value, bottom), top)
    return saturated & 0xFFFFFFFF, 0 if saturated == value else Q


def accumulated(value: int) -> Result:
    return value & 0xFFFFFFFF, 0 if -(2**31) <= value < 2**31 else Q


def single(bits: int) -> np.float32:
    return np.float32(np.uint32(bits).view(np.float32))


def bits_of(value: np.float32) -> Result:
    return int(np.float32(value).view(np.uint32)), 0


def select(a: int, b: int) -> Result:
    greater = [signed(byte(a, i), 8) + signed(byte(b, i), 8) >= 0 for i in range(4)]
    value = sum(byte(a if greater[i] else b, i) << 8 * i for i in range(4))
    return value, sum(1 << 16 + i for i in range(4) if greater[i])


def quotient(a: int, b: int) -> Result:
    if b == 0:
        return 0, 0
    size = abs(signed(a)) // abs(signed(b))
    return (size if (signed(a) < 0) == (signed(b) < 0) else -size) & 0xFFFFFFFF, 0


def to_integer(a: int) -> Result:
    value = float(single(a))
    if np.isnan(value):
        return 0, 0
    return int(np.clip(np.trunc(value), -(2**31), 2**31 - 1)) & 0xFFFFFFFF, 0


def product(a: int, b: int) -> int:
    return signed(a) * signed(b)


WORD, BYTE = (-(2**31), 2**31 - 1), (-128, 127)
# In the order of isa.c.
MODEL: dict[str, Callable[[int, int, int], Result]] = {
    "smlad": lambda a, b, c: accumulated(low(a) * low(b) + high(a) * high(b) + signed(c)),
    "smladx": lambda a, b, c: accumulated(low(a) * high(b) + high(a) * low(b) + signed(c)),
    "smlsd": lambda a, b, c: accumulated(low(a) * low(b) - high(a) * high(b) + signed(c)),
    "smuad": lambda a, b, c: accumulated(low(a) * low(b) + high(a) * high(b)),
    "smlabb": lambda a, b, c: accumulated(low(a) * low(b) + signed(c)),
    "smlatt": lambda a, b, c: accumulated(high(a) * high(b) + signed(c)),
    "smmul": lambda a, b, c: (product(a, b) >> 32 & 0xFFFFFFFF, 0),
    "smmulr": lambda a, b, c: (product(a, b) + 0x80000000 >> 32 & 0xFFFFFFFF, 0),
    "smmlar": lambda a, b, c: (
        (signed(c) << 32) + product(a, b) + 0x80000000 >> 32 & 0xFFFFFFFF,
        0,
    ),
    "sxtb16": lambda a, b, c: (pair(signed(byte(a, 0), 8), signed(byte(a, 2), 8)), 0),
    "sxtb16 ror 8": lambda a, b, c: (
        pair(signed(byte(rotated(a), 0), 8), signed(byte(rotated(a), 2), 8)),
        0,
    ),
    "uxtab16": lambda a, b, c: (pair(low(a) + byte(b, 0), high(a) + byte(b, 2)), 0),
    "pkhbt": lambda a, b, c: (pair(a, b), 0),
    "pkhtb": lambda a, b, c: (pair(b >> 16, a >> 16), 0),
    "ssat": lambda a, b, c: saturated(signed(a), *BYTE),
    "usat": lambda a, b, c: saturated(signed(a), 0, 255),
    "qadd": lambda a, b, c: saturated(signed(a) + signed(b), *WORD),
    "qsub": lambda a, b, c: saturated(signed(a) - signed(b), *WORD),
    "sadd8 sel": lambda a, b, c: select(a, b),
    "usada8": lambda a, b, c: (
        c + sum(abs(byte(a, i) - byte(b, i)) for i in range(4)) & 0xFFFFFFFF,
        0,
    ),
    "sdiv": lambda a, b, c: quotient(a, b),
    "udiv": lambda a, b, c: (a // b if b else 0, 0),
    "rbit": lambda a, b, c: (int(f"{a:032b}"[::-1], 2), 0),
    "clz": lambda a, b, c: (32 - a.bit_length(), 0),
    "mls": lambda a, b, c: (c - a * b & 0xFFFFFFFF, 0),
    "vadd": lambda a, b, c: bits_of(single(a) + single(b)),
    "vmul": lambda a, b, c: bits_of(single(a) * single(b)),
    "vdiv": lambda a, b, c: bits_of(single(a) / single(b)),
    "vsqrt": lambda a, b, c: bits_of(np.sqrt(single(a))),
    "vcvt.s32": lambda a, b, c: to_integer(a),
    "vcvt.f32": lambda a, b, c: bits_of(np.float32(signed(a))),
}
SPECIAL = (
    0,
    1,
    0xFFFFFFFF,
    0x7FFFFFFF,
    0x80000000,
    0x80008000,
    0x7FFF7FFF,
    0x3F800000,
    0xBF800000,
    0x40490FDB,
)


@pytest.fixture(scope="module")
def ran() -> tuple[np.ndarray, np.ndarray]:
    """Inputs uint32 (COUNT, 3); outputs uint32 (COUNT, operations, 2): value and flags."""
    source = np.random.default_rng(4)
    inputs = source.integers(0, 1 << 32, (COUNT, 3), np.uint32)
    inputs[::4] = source.choice(np.array(SPECIAL, np.uint32), inputs[::4].shape)
    inputs[1::4] = (np.float32(1) + source.random(inputs[1::4].shape, np.float32)).view(np.uint32)
    bench = Bench()
    bench.poke("inputs", inputs.tobytes())
    bench.call("run_isa", COUNT)
    return inputs, bench.words("outputs").reshape(COUNT, len(MODEL), 2)


@pytest.mark.parametrize("operation", MODEL)
def test_instruction_equals_the_manual(operation: str, ran: tuple[np.ndarray, np.ndarray]) -> None:
    inputs, outputs = ran
    index = list(MODEL).index(operation)
    with np.errstate(all="ignore"):
        for row in range(COUNT):
            a, b, c = (int(v) for v in inputs[row])
            value, flags = MODEL[operation](a, b, c)
            got = int(outputs[row, index, 0])
            if operation[0] == "v" and np.isnan(single(value)) and np.isnan(single(got)):
                continue  # which NaN is not compared
            mask = 0x0F0F0000 if operation == "sadd8 sel" else Q
            assert got == value, f"{operation} {a:#x} {b:#x} {c:#x}: {got:#x}, not {value:#x}"
            assert int(outputs[row, index, 1]) & mask == flags, f"{operation} flags"
