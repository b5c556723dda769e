"""The command line of a tool: named as it was started, its description wrapped, two examples at its end."""

from __future__ import annotations

import argparse
import re
import textwrap
from typing import Any, NoReturn

from host.base import completion
from host.base.follow_up import as_started, starter
from host.base.spelling import nearest_name
from host.base.version import version

# Tool -> two lines as they would be typed behind its name, each with what it does.
EXAMPLES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "host.bench": (
        ("latency --count 100 --output runs/latency", "each stage and layer of 100 inferences"),
        ("report runs/latency -o report.html", "a page about it"),
    ),
    "host.capture": (
        ("--labels without_mask,with_mask --output captures/mask", "a key a picture"),
        ("--labels a,b --auto 2/s --label a --frames 100", "two a second under one label"),
    ),
    "host.compiler": (
        ("model.tflite -o model.tpm --labels 'no person,person'", "packs it, and says what it costs"),
        ("report mobilenet_v1 --table", "what MobileNets of every width would cost"),
    ),
    "host.compiler report": (
        ("model.tflite", "does it fit, and how fast will it be"),
        ("mobilenet_v1 --alpha 0.5 --size 128 --channels 3", "of a network that nobody trained yet"),
    ),
    "host.data": (
        ("import pictures.zip captures/mask --licence CC0", "pictures of others into a folder of ours"),
        ("check captures/mask --output build/check", "duplicates, dark pictures, bias; a contact sheet"),
    ),
    "host.deploy": (
        ("my_model.tflite --labels 'no person,person'", "compiles it and lets the board run it"),
        ("--list", "the models on the board"),
    ),
    "host.device": (
        ("info --port /dev/ttyACM0", "who a board is"),
        ("set looks_per_minute 6", "until it restarts"),
    ),
    "host.doctor": (
        ("", "the board that is plugged in, else the virtual one"),
        ("--port COM3 --report report.md", "a report to post where help is asked for"),
    ),
    "host.evaluate": (
        ("model.tflite --data captures/mask", "accuracy, thresholds, slices, on the val split"),
        ("model.tflite --data captures/mask --port virtual --output runs/eval", "the board too, and a page"),
    ),
    "host.flash": (
        (".pio/build/nano33ble/firmware.bin", "the board that is plugged in"),
        ("firmware.bin --all", "every board that is plugged in"),
    ),
    "host.recording": (
        ("info session.rec", "what a recording holds"),
        ("export session.rec --output pictures", "its pictures and figures as files"),
    ),
    "host.train": (
        ("--data captures/mask --labels without_mask,with_mask --freeze trunk --output build/mask",
         "the last layer alone: minutes"),
        ("search --max-mcycles 6 --max-ram 40k --data captures/mask --output build/search",
         "looks for the network itself"),
    ),
    "host.train search": (
        ("--max-mcycles 6 --max-ram 40k --data captures/mask --output build/search", "30 trials"),
        ("--max-mcycles 3 --trials 8 --data captures/mask --output build/search", "fewer, of smaller ones"),
    ),
    "host.viewer": (
        ("--scene folder:pictures --terminal", "the virtual board looks at your pictures, in this terminal"),
        ("--port /dev/ttyACM0 --json --frames 100", "a hundred frames as JSON"),
    ),
    "host.virtual": (
        ("--scene webcam:0", "a board that looks through this computer's camera; prints its port"),
        ("--image firmware.elf --port 5555", "any nRF52840 program"),
    ),
    "host.web": (
        ("page.html", "the page as one file, for a stick or a static host"),
        ("public/index.html", "into a folder that is there"),
    ),
}  # fmt: skip
HEAD = "examples:"
TABLE = re.compile(r"\S  +\S")
UNKNOWN = re.compile(r"^unrecognized arguments:.*?(--[\w-]+)")
NO_CHOICE = re.compile(r"invalid choice: '(.*)' \(choose from (.*)\)$")


class _Formatter(argparse.HelpFormatter):
    """Prose is wrapped to the terminal, a paragraph that is laid out stays as it is."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(as_started(text), width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = textwrap.dedent(as_started(text)).strip().split("\n\n")
        return "\n\n".join(
            textwrap.indent(part, indent) if TABLE.search(part) or part.startswith(HEAD)
            else textwrap.fill(" ".join(part.split()), width, initial_indent=indent, subsequent_indent=indent)
            for part in paragraphs
        )  # fmt: skip


class ToolParser(argparse.ArgumentParser):
    """A parser that also tells a shell's TAB key what may follow. words: of the command line, those that name it."""

    words: int
    completes = False  # argcomplete parses the line with this very parser

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """See argparse."""
        if completion.is_asked() and not ToolParser.completes:
            ToolParser.completes = True
            completion.complete(self, self.words)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """As argparse's, with the name that was probably meant."""
        super().error(message + self._meant(message))

    def _meant(self, message: str) -> str:
        wrong, known = "", set[str]()
        if found := UNKNOWN.search(message):
            wrong, known = found[1], self._options()
        elif found := NO_CHOICE.search(message):
            wrong, known = found[1], {word.strip("' ") for word in found[2].split(",")}
        near = nearest_name(wrong, sorted(known)) if wrong else None
        return f"; did you mean {near}?" if near else ""

    def _options(self) -> set[str]:
        """Those of its commands, too."""
        found = set(self._option_string_actions)
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                for parser in action.choices.values():
                    found |= parser._options()
        return found


def tool_parser(tool: str, description: str | None, **options: Any) -> ToolParser:
    """tool: `host.viewer`, or with a command of its own, `host.train search`. Its examples stand in EXAMPLES."""
    module, *command = tool.split()
    program = " ".join((*starter(module), *command))
    parser = ToolParser(
        prog=program,
        description=description,
        epilog=examples(tool, program),
        formatter_class=_Formatter,
        **options,
    )
    parser.words = 1 + len(tool.split())
    named = f"tinyml-camera {version()}"
    parser.add_argument("--version", action="version", version=named, help="print it and end")
    return parser


def examples(tool: str, program: str) -> str:
    """Two commands, each with what it does under it."""
    lines = [f"  {program} {words}".rstrip() + f"\n      {what}" for words, what in EXAMPLES[tool]]
    return "\n".join([HEAD, *lines])
