"""Every picture against the host's own preprocessing, with commands, holds and deploys between the frames:

`python -m tests.system.exact_frames --frames 1000` for our three models, `--silicon pessimistic` on a slower chip. It
is a stretch of streaming with requests in it, then a hold; now and then another model is sent over the link, looks at
some frames, and the first comes back the same way. Pixels are held against what the sensor put on its pins, each
result's scores against LiteRT's of these pixels. A frame that the board dropped, it must have said so.

Each request is sent once: one without an answer ends the run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from host.compiler.litert_model import LiteRtModel
from host.deploy.transfer import send_model
from host.link.line import Timing
from host.link.messages import (
    Frame,
    Get,
    Held,
    Hold,
    Ping,
    PowerState,
    Result,
    Setting,
    SlotStatus,
    Status,
)
from host.virtual.options import BoardOptions
from host.virtual.silicon import Silicon, parse_silicon
from tests.system.board import ROOT, Bench
from tests.system.stream import Tally, stream

MODELS = ("person_grey_025", "person_rgb_025", "person_grey_lean", "person_grey_01")
OTHER = "person_grey_01"  # what is sent between two stretches; for itself, the next
STRETCH, VISIT = 20, 2  # frames between two holds, and with the other model
HOLD_MS, REPETITIONS = 50, 2
STRETCHES_A_DEPLOY = 5
ONE_TRY = Timing(hello_s=5.0, answer_s=5.0, tries=1, result_s=60.0)
REPEATED = (PowerState.CAPTURE, PowerState.INFERENCE, PowerState.SEND)
HEADER = (
    "| model | frames | wrong pixels | results | wrong scores | dropped | missing | lost | restarts "
    "| requests | holds | deploys | frames/s |\n" + "|---" * 13 + "|"
)


@dataclass
class Account:
    """What a run came to. wrong_scores: results that LiteRT does not give for the frame that they name."""

    tally: Tally
    wrong_scores: int = 0
    requests: int = 0
    holds: int = 0
    deploys: int = 0
    unread: int = 0  # bytes of requests

    @property
    def faultless(self) -> bool:
        """Each frame arrived exactly, with its result and the right scores, or was dropped by name."""
        tally = self.tally
        wrong = (tally.wrong, self.wrong_scores, tally.missing, tally.lost, self.unread)
        return not any(wrong) and self.tally.results == self.tally.delivered

    def row(self, model: str) -> str:
        """One line of the table."""
        t = self.tally
        counts = (t.delivered, t.wrong, t.results, self.wrong_scores, t.drops, t.missing, t.lost)
        done = (t.restarts, self.requests, self.holds, self.deploys, f"{t.rate:.2f}")
        notes = [f"{count} {name}" for name, count in sorted(t.dropped.items())]
        notes += [f"{self.unread} bytes of requests unread"] * (self.unread > 0)
        named = ", ".join(notes)
        return f"| {' | '.join(map(str, (model, *counts, *done)))} |" + f"  ({named})" * bool(named)


class Desk:
    """A board at which somebody works while it streams."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.account = bench, Account(Tally())
        bench.client.line.timing = ONE_TRY
        self._references: dict[str, LiteRtModel] = {}
        self._requests = cycle(self._kinds_of_request())
        self._states = cycle(PowerState)

    def deploy(self, model: str) -> None:
        """Over the link, as `host.deploy` does."""
        send_model(
            self.bench.client, (ROOT / "models" / f"{model}.tpm").read_bytes(), lambda _: None
        )
        self.account.deploys += 1
        assert self.bench.hello.model == model

    def look(self, frames: int) -> None:
        """A stretch of the stream with a request behind each result."""
        pictures: dict[int, bytes] = {}
        scores: dict[int, bytes] = {}

        def seen(message: Frame | Result) -> None:
            if isinstance(message, Frame):
                pictures[message.frame] = message.pixels
            else:
                scores[message.frame] = message.scores
                next(self._requests)()
                self.account.requests += 1

        self.account.tally += stream(self.bench, frames, seen=seen)
        for number in pictures.keys() & scores.keys():
            self.account.wrong_scores += scores[number] != self._right(pictures[number])

    def hold(self) -> None:
        """The next power state, to its end."""
        state = next(self._states)
        repetitions = REPETITIONS if state in REPEATED else 0
        command = Hold(int(state), 0 if repetitions else HOLD_MS, repetitions)
        assert self.bench.ask(command).status == Status.OK
        self.bench.wait(Held, 30.0)
        self.account.holds += 1

    def _kinds_of_request(self) -> tuple[Callable[[], object], ...]:
        client = self.bench.client
        return (
            lambda: client.camera_register(0x1C),
            lambda: self.bench.ask(Get(Setting.GAIN)),
            lambda: self.bench.tell(Ping(1)),
            lambda: self.bench.tell(SlotStatus(1)),
            lambda: self.bench.set(Setting.PROFILE, 0),
            client.greet,
        )

    def _right(self, pixels: bytes) -> bytes:
        hello = self.bench.hello
        if hello.model not in self._references:
            path = ROOT / "models" / f"{hello.model}.tflite"
            self._references[hello.model] = LiteRtModel(path.read_bytes(), path.name)
        shape = (hello.input_height, hello.input_width, hello.input_channels)
        return (
            self._references[hello.model]
            .infer(np.frombuffer(pixels, np.uint8).reshape(shape))
            .tobytes()
        )


def work(model: str, frames: int, options: BoardOptions, stretch: int = STRETCH) -> Account:
    """At least `frames` frames of a model, sent or dropped."""
    desk = Desk(Bench("noise:1", options))
    other = OTHER if model != OTHER else MODELS[0]
    done = turn = 0
    while done < frames:
        if turn % STRETCHES_A_DEPLOY == 0:
            desk.deploy(other)
            desk.look(VISIT)
            desk.deploy(model)
            done += VISIT
        desk.look(stretch)
        desk.hold()
        done, turn = done + stretch, turn + 1
    desk.account.unread = desk.bench.board.uarte.bytes_lost
    return desk.account


def main(argv: list[str] | None = None) -> int:
    """Exit code 1 when a pixel or a score was wrong, or anything was lost without a word."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=1000, help="of each model (default: 1000)")
    parser.add_argument("--model", choices=MODELS, action="append", help="default: all of them")
    parser.add_argument("--core-load", choices=("on", "off"), default="on")
    parser.add_argument("--silicon", type=parse_silicon, default=Silicon(), metavar="WHICH")
    args = parser.parse_args(argv)
    options = BoardOptions(silicon=args.silicon, core_load=args.core_load == "on")
    print(f"core load {args.core_load}, silicon {args.silicon.text()}\n\n{HEADER}", flush=True)
    bad = 0
    for model in args.model or MODELS:
        account = work(model, args.frames, options)
        bad += not account.faultless
        print(account.row(model), flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
