"""C source -> every mutation that we draw from. By its tokens: no parser is needed for changes this small."""

from __future__ import annotations

import re

from tests.mutants.mutation import SWAPS, Mutation

SKIPPED = re.compile(  # comments, text, preprocessor lines (with what continues them), assertions of the compiler
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
    r"|^[ \t]*#(?:\\\n|[^\n])*|_Static_assert\([^;]*;",
    re.DOTALL | re.MULTILINE,
)
TOKEN = re.compile(
    r"(?<= )(?:<=|>=|==|!=|&&|\|\||<<|>>|[-+*/%<>&|])(?= )|(?<![\w.])\d+(?=[uUlL]*\b)(?!\.)|!(?=[a-z_(])"
)


def mutations(source: str) -> list[Mutation]:
    """In the order of the file: binary operators (clang-format puts a blank on both sides), whole numbers, `!`."""
    blank = SKIPPED.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), source)
    return [
        Mutation(m.start(), m.end(), m[0], _instead(m[0]))
        for m in TOKEN.finditer(blank)
        if source[m.start() : m.end()] == m[0]
    ]


def _instead(token: str) -> str:
    if token.isdigit():
        return str(int(token) + 1)
    return "!!" if token == "!" else SWAPS[token]
