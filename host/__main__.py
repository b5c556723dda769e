"""tinyml-camera TOOL ...: the tools of the TinyML camera companion, by one name.

`tinyml-camera TOOL --help` tells what a tool takes. In a checkout `python -m host TOOL` does the same.
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import importlib
import sys

from host.base import completion
from host.base.errors import HostError, run_main
from host.base.spelling import nearest_name
from host.base.version import version

TOOLS = {  # in the order in which they are met
    "viewer": "live: the frame, the verdict, the cycles of each stage",
    "doctor": "examines a board and says what to do",
    "capture": "pictures from the board, a key a label",
    "data": "sets of pictures: import, check, split, export",
    "train": "pictures -> a model that the board runs; search looks for one",
    "evaluate": "how good a model is, and where it fails",
    "compiler": ".tflite -> packed model, and what it costs",
    "deploy": "sends a board another model",
    "device": "one board: info, settings, model slots, restart",
    "bench": "latency, power, always-on, MLPerf Tiny: what things cost",
    "report": "one page about runs: bench report",
    "flash": "uploads a firmware that somebody built",
    "recording": "what a recording holds, and its pictures as files",
    "web": "the page for browsers as one file",
    "virtual": "a virtual board on a TCP port of this machine",
}
ALIASES = {"report": ("bench", "report")}


def main() -> int:
    """Starts a tool with the arguments behind its name; its exit code."""
    words = completion.words_so_far(ALIASES) if completion.is_asked() else sys.argv[1:]
    if completion.is_asked() and not words:
        completion.complete_names(TOOLS)
    if completion.is_asked() and words[0] not in TOOLS:
        return 0
    if words[:1] == ["--version"]:
        print(f"tinyml-camera {version()}")
        return 0
    if not words or words[0] in ("-h", "--help"):
        print(_help())
        return 0 if words else 2
    name = words[0]
    if name not in TOOLS:
        near = nearest_name(name, TOOLS)
        hint = f"did you mean {near}?" if near else f"give one of {', '.join(TOOLS)}"
        raise HostError(f"no tool is called {name!r}", hint)
    tool, *first = ALIASES.get(name, (name,))
    code: int = importlib.import_module(f"host.{tool}.__main__").main([*first, *words[1:]])
    return code


def _help() -> str:
    longest = max(map(len, TOOLS))
    rows = "\n".join(f"  {name:<{longest}}  {what}" for name, what in TOOLS.items())
    return f"{__doc__}\n{rows}\n\n  --version"


def command() -> None:
    """What `tinyml-camera` of an installed package starts."""
    plain_words()
    sys.exit(run_main(main))


if __name__ == "__main__":
    command()
