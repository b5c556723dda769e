"""The sampler of mutations: it changes what it says, and nothing that has no effect."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.mutants import folders, of_c, of_python
from tests.mutants.__main__ import places, sample

PYTHON = '''"""Text 1 < 2."""
from x import y
LIMIT = 5
@frozen(order=True)
def f(a: Literal[3], b):
    """2 + 2."""
    close(b)
    return not a < LIMIT - 1 and "3 < 4" in b
'''
C = """/* 1 < 2 */
#define SIZE 3
int f(int a) { // 4 > 3
    return !g(a) && a <= 7 ? "5 < 6"[0] : a << 2;
}
"""


def changes(of: object, source: str) -> list[tuple[str, str]]:
    return [(m.old, m.new) for m in of.mutations(source)]  # type: ignore[attr-defined]


def test_python_changes() -> None:
    assert changes(of_python, PYTHON) == [
        ("5", "6"),
        ("close(b)", "pass"),
        ("not", "not not"),
        ("<", "<="),
        ("-", "+"),
        ("1", "2"),
        ("and", "or"),
        ("in", "not in"),
    ]
    for mutation in of_python.mutations(PYTHON):
        ast.parse(mutation.apply(PYTHON))


def test_c_changes() -> None:
    assert changes(of_c, C) == [
        ("!", "!!"),
        ("&&", "||"),
        ("<=", "<"),
        ("7", "8"),
        ("0", "1"),
        ("<<", ">>"),
        ("2", "3"),
    ]


def test_a_sample_is_spread_over_folders_and_repeats() -> None:
    found = places("host/link") + places("firmware/src/slot")
    chosen = sample(found, 10, seed=3)
    assert chosen == sample(found, 10, seed=3) != sample(found, 10, seed=4)
    assert sorted(folder for folder, _ in chosen) == ["firmware/src/slot"] * 5 + ["host/link"] * 5


def test_every_source_has_tests() -> None:
    sources = [source for sources in folders.sources_by_folder().values() for source in sources]
    assert [source for source in sources if not folders.nearest(source)] == []


def test_the_nearest_tests_are_by_name_then_by_import_then_the_folders() -> None:
    source = Path("host/base/statistics.py")
    near = folders.nearest(Path("host/link/framing.py"))
    assert near[0] == "tests/link/test_framing.py"
    near = folders.nearest(source)
    assert "tests/evaluate/test_intervals.py" in near  # imports it
    assert "tests/base/test_files.py" not in near
    assert "tests/base/test_files.py" in folders.others(source)
    assert "tests/test_options.py" in folders.nearest(Path("host/device/__main__.py"))
