"""The TAB key in a shell: argcomplete's protocol, for tools that are imported when they are named.

The shell starts the program with the line so far in COMP_LINE; completions come from the parser of the tool in it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping

ASKED, LINE, POINT = "_ARGCOMPLETE", "COMP_LINE", "COMP_POINT"


def is_asked() -> bool:
    """Whether a shell wants completions and nothing else."""
    return ASKED in os.environ


def words_so_far(aliases: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The words between the program's name and the one that is being written. An alias is put in its words' place."""
    from argcomplete.lexers import split_line  # not needed by anybody but a shell

    line, point = os.environ[LINE], int(os.environ[POINT])
    words = split_line(line, point)[3][1:]
    if words and words[0] in aliases:
        long = " ".join(aliases[words[0]])
        os.environ[LINE] = line.replace(words[0], long, 1)
        os.environ[POINT] = str(point + len(long) - len(words[0]))
        words = [*aliases[words[0]], *words[1:]]
    return [str(word) for word in words]


def complete(parser: argparse.ArgumentParser, program_words: int) -> None:
    """Ends the program with the completions of a parser. program_words: of the line, those that started it."""
    os.environ[ASKED] = str(program_words)
    _complete(parser)


def complete_names(names: Iterable[str]) -> None:
    """Ends the program with those names of tools that fit."""
    parser = argparse.ArgumentParser()
    tools = parser.add_subparsers()
    for name in names:
        tools.add_parser(name)
    parser.add_argument("--version", action="store_true")
    _complete(parser)


def _complete(parser: argparse.ArgumentParser) -> None:
    import argcomplete

    argcomplete.autocomplete(parser)
