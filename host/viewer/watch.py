"""Mode.WATCH in words: a line when the verdict changes, one now and then that the board lives. No picture is sent."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator

from host.base.boards import UPLOAD
from host.base.errors import HostError
from host.base.records import Message
from host.link.device import Device
from host.link.fault_advice import fault_line
from host.link.messages import Fault, Heartbeat, Hello, Mode, Setting, Verdict
from host.samples import absence, in_words, labels_of
from host.viewer.view import USUAL_LABEL, watched_label

WAIT_S = 1.0
MISSED = 10  # heartbeats in a row: a busy computer runs a virtual board at a tenth of its speed


def start_watch(device: Device, looks_per_minute: int, label: str | None) -> str:
    """The board watches from now on; the label that it watches. Raises HostError when it is none of the model's."""
    labels = labels_of(device.hello)
    if label is None and len(labels) > 2 and USUAL_LABEL not in labels:
        raise HostError(
            f"the model knows {len(labels)} classes and none is {USUAL_LABEL!r}",
            f"say which one to watch for with --label, such as --label {shlex.quote(labels[0])}",
        )
    chosen = watched_label(labels, label) if labels else ""
    device.set(Setting.LOOKS_PER_MINUTE, looks_per_minute)
    device.set(Setting.WATCH_LABEL, labels.index(chosen) if chosen else -1)
    device.set_mode(Mode.WATCH)
    return chosen or "the last score"


def watch_lines(
    device: Device, label: str, clock: Callable[[], str], verdicts: int | None
) -> Iterator[str]:
    """A line for each message, until so many verdicts came.

    Who counts them wants an end: HostError for a board that misses its heartbeats, or whose verdicts cannot be true.
    """
    seen, received_at = 0, device.line.clock()
    silent_s = math.inf if verdicts is None else MISSED * max(1, device.get(Setting.HEARTBEAT_S))
    while verdicts is None or seen < verdicts:
        message = device.receive(WAIT_S)
        if verdicts is not None:
            _refuse_impossible(device)
            if device.line.clock() - received_at > silent_s:
                raise HostError(
                    f"{device.name}: no heartbeat for {silent_s} s",
                    "python -m host.doctor finds out why",
                )
        if message is None:
            continue
        received_at = device.line.clock()
        seen += isinstance(message, Verdict)
        if line := watch_line(message, device.hello, label):
            yield f"{clock()}  {line}"


def _refuse_impossible(device: Device) -> None:
    for why in device.line.inbox.objections:
        if why.startswith(Verdict.__name__):
            raise HostError(
                f"the board says what cannot be true ({why})",
                f"give it the firmware with `{UPLOAD}`",
            )


def watch_line(message: Message, hello: Hello, label: str) -> str:
    """What a message of a watching board says; empty for others."""
    if isinstance(message, Fault):
        return fault_line(message)
    if isinstance(message, Verdict):
        there = in_words(label).upper() if message.verdict else absence(label, labels_of(hello))
        return f"{there} ({message.percent} %, look {message.looks:,})"
    if isinstance(message, Heartbeat):
        there = in_words(label) if message.verdict else absence(label, labels_of(hello))
        blind = f", {message.blind_looks:,} of them blind" if message.blind_looks else ""
        return f"still watching: {there}, {_looks(message.looks)}{blind}, {_awake(message, hello)}"
    return ""


def _awake(beat: Heartbeat, hello: Hello) -> str:
    if not beat.elapsed_us or not hello.clock_hz:
        return "CPU awake: unknown"
    share = beat.awake_cycles / (beat.elapsed_us * 1e-6 * hello.clock_hz)
    return f"CPU awake {100 * share:.1f} % of the time"


def _looks(count: int) -> str:
    return "1 look" if count == 1 else f"{count:,} looks"
