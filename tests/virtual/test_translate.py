"""The hooks' Python, compiled, does what Python does with it; what it cannot do, it refuses with a file and a line."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from host.virtual.memory import Memory
from host.virtual.native import code_cache, compiled, nvic
from host.virtual.native.compiled import carray, inner, pointer, types
from host.virtual.native.expressions import TranslationError
from host.virtual.native.kinds import Kind
from host.virtual.native.translate import Program

EDGES = (
    0,
    1,
    -1,
    2,
    3,
    -3,
    7,
    8,
    63,
    255,
    -256,
    2**31 - 1,
    2**31,
    -(2**31),
    2**32,
    10**12,
    -(10**12),
)
STEPS, ODD = (3, 5, 8), 0x11


@inner
def arithmetic(s: Any, a: Any, b: Any) -> Any:
    s[0], s[1] = a + b, a - b * 3
    s[2] = a // b if b != 0 else 0
    s[3] = a % b if b != 0 else 0
    s[4] = a & b | ~a ^ b
    s[5] = (a >> (b & 31)) - (a << (b & 7))
    s[6] = min(a, b, 4) + max(a, -b)
    s[7] = -(a ^ b) + (not a)
    s[8] += -a if a < b <= 100 else b + (a == b)
    s[8] -= a
    return a // 7 + b % -5


@inner
def decisions(s: Any, a: Any, b: Any) -> Any:
    if a == 0 or b == 0:
        return False
    if not (a < b and b > 3):
        s[1] = s[2] = a
    elif a in (1, 7, ODD) or b & 1 != 0:
        s[1] = 5
    else:
        return a > 0 and -8 <= b < 8
    big = a > 100
    big = big or b > 100
    return big != (s[1] != 5)


@inner
def loops(s: Any, a: Any, b: Any) -> Any:
    found = 0
    for row in range(a & 7, b & 15):
        if row == 11:
            break
        if row & 1 != 0:
            continue
        found += row
    for step in STEPS:
        s[step] = found
        if step > b & 7:
            return STEPS[b & 1]
    while True:
        found += 3
        if found > 20:
            return found
        while found & 3 != 0:
            found += 1


@inner
def tables(s: Any, a: Any, b: Any) -> Any:
    return helper(s, a & 3) + helper(s, b & 3) * 2 + is_odd(a)


@inner
def helper(s: Any, row: Any) -> Any:
    if row > 2:
        return -1
    s[row] += 1
    return s[row + 1]


@inner
def is_odd(a: Any) -> Any:
    return a & 1 != 0


@inner
def is_small(a: Any) -> Any:
    return a < 7


@pytest.mark.parametrize("function", [arithmetic, decisions, loops, tables])
def test_compiled_and_interpreted_are_the_same(function: Any, monkeypatch: Any) -> None:
    draw = random.Random(3)
    cases = [(a, b) for a in EDGES for b in EDGES]
    cases += [(draw.randrange(-40, 40), draw.randrange(-40, 40)) for _ in range(300)]
    for a, b in cases:
        machines, pythons = np.arange(9), list(range(9))
        result = function(machines, a, b)
        with monkeypatch.context() as patch:
            for name in ("helper", "is_odd"):
                patch.setitem(globals(), name, globals()[name].python)
            assert result == interpreted(function.python, pythons, a, b), (a, b)
        assert machines.tolist() == pythons, (a, b)


def interpreted(function: Callable[..., Any], state: list[int], a: int, b: int) -> Any:
    """As Python runs it; its lists hold Python's integers."""
    result = function(state, a, b)
    state[:] = [int(value) for value in state]
    return result


@inner
def wraps(a: Any, b: Any) -> Any:
    return a * b + 1


@inner
def divides(a: Any, b: Any) -> Any:
    return a // b * 1000 + a % b


@inner
def casts(a: Any) -> Any:
    return (np.uint32(a) << 20) + np.uint8(a) * 3 + np.int32(a) - np.uint16(a)


@inner
def scaled(a: Any, b: Any) -> Any:
    return np.int64(a * 3 / b)


def test_integers_have_64_bits_and_division_by_nothing_gives_nothing() -> None:
    assert wraps(2**62, 4) == 1 and wraps(2**62, 2) == -(2**63) + 1
    assert divides(7, 0) == divides(-7, 0) == 0
    for a in EDGES:
        signed = (a + 2**31) % 2**32 - 2**31
        assert casts(a) == (a % 2**32 << 20) + a % 256 * 3 + signed - a % 65536
    assert scaled(-5, 2) == -7 and scaled(5, 2) == 7, "towards 0"


@inner
def narrow(s: Any, bytes_at: Any, halves: Any) -> Any:
    table = carray(pointer(s[0]), (4, 2), np.int64)
    flat = carray(pointer(bytes_at), (16,), np.uint8)
    row = table[2]
    row[1] = flat[0] + 1
    table[3, 0] = halves[1, 2]
    flat[1] = 511
    return flat[1]


def test_memory_of_every_width() -> None:
    table, some, halves = (
        np.zeros((4, 2), np.int64),
        np.full(2, 255, np.uint8),
        np.zeros((2, 3), np.int16),
    )
    halves[1, 2] = -9
    assert narrow(np.array([table.ctypes.data]), some.ctypes.data, halves) == 255
    assert table[2, 1] == 256 and table[3, 0] == -9 and some[1] == 255


def test_arrays_and_numpys_integers_come_from_python_in_any_order() -> None:
    one, other = np.arange(9), np.arange(9)
    for state in (one, other, one):
        assert decisions(state, np.int64(4), 5) == decisions.python(np.arange(9), 4, 5)
    with pytest.raises(TypeError, match="float: expected an integer"):
        decisions(one, 1.5, 2)
    with pytest.raises(TypeError, match="C-contiguous"):
        decisions(np.zeros((2, 9), np.int64).T, 1, 2)


def slices(s: Any) -> Any:
    return s[1:2]


def mixed(s: Any) -> Any:
    wide = True
    if s[1] == 1:
        wide = s[0]
    return wide


def endless(s: Any) -> Any:
    return endless_inner(s)


def named(s: Any) -> Any:
    return is_odd(a=1)  # type: ignore[call-arg]


def integers_joined(s: Any) -> Any:
    return s[0] or 1


def powers(s: Any) -> Any:
    return s[0] ** 2


def outside(s: Any) -> Any:
    print(s[0])


endless_inner = inner(endless)


@pytest.mark.parametrize(
    "function", [slices, mixed, endless, named, integers_joined, powers, outside]
)
def test_what_is_not_understood_is_refused_where_it_stands(function: Any) -> None:
    first = function.__code__.co_firstlineno
    with pytest.raises(TranslationError, match=r"test_translate.py, line (\d+): ") as refused:
        inner(function)(np.arange(9))
    line = int(str(refused.value).split("line ")[1].split(":")[0])
    assert first < line <= first + 4


def test_cached_code_that_is_damaged_is_compiled_again(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(code_cache, "cache_folder", lambda: tmp_path)
    made = []

    def write() -> str:
        program = Program("some")
        program.export("some", is_odd, types.int64(types.int64), (Kind.INTEGER,))
        made.append(str(program.module))
        return made[-1]

    code = code_cache.machine_code("some", write)
    assert code_cache.machine_code("some", write) == code and len(made) == 1
    file = tmp_path / "some.o"
    file.write_bytes(file.read_bytes()[:-1])
    assert code_cache.machine_code("some", write) == code and len(made) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["some.o"]


def test_code_of_other_files_is_not_cached(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(code_cache, "cache_folder", lambda: tmp_path)
    assert inner(is_odd.python)(3) == 1
    assert list(tmp_path.iterdir()) == [], "a change of this file would not be seen"
    assert inner(nvic.group_mask.python)(Memory().state) == 0xFE
    assert len(list(tmp_path.iterdir())) == 1


def test_two_functions_of_one_name_are_two() -> None:
    def made(function: Any) -> Any:
        function.__qualname__ = "same"
        return inner(function)

    assert [made(function)(6) for function in (is_odd.python, is_small.python)] == [0, 1]


def test_code_is_compiled_where_nothing_can_be_cached(monkeypatch: Any) -> None:
    monkeypatch.setattr(code_cache, "cache_folder", lambda: None)
    assert inner(is_odd.python)(3) == 1


def test_code_that_others_may_have_written_is_not_run(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(code_cache, "HERE", tmp_path / "read only" / "native")
    shutil.copytree(
        Path(compiled.__file__).parent, code_cache.HERE, ignore=shutil.ignore_patterns("__*")
    )
    (code_cache.HERE.parent / "words.py").touch()
    (code_cache.HERE / "__pycache__").touch()  # no folder can be made there, whoever we are
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    found = code_cache.cache_folder.__wrapped__()
    assert found and found.parent.parent == tmp_path and found.parent.stat().st_mode & 0o077 == 0
    found.parent.chmod(0o777)
    assert code_cache.cache_folder.__wrapped__() is None
    theirs = found.parent.rename(tmp_path / "theirs")
    theirs.chmod(0o700)
    found.parent.symlink_to(theirs)
    assert code_cache.cache_folder.__wrapped__() is None
