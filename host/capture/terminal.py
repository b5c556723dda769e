"""The same in a terminal, and as plain lines for scripts. `screen_of` is pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rich.console import RenderableType
from rich.text import Text

from host.base.errors import HostError
from host.capture.session import CaptureSession
from host.capture.state import State, caps, head_text, lines
from host.link.handshake import BUSY, END_OTHERS
from host.viewer.terminal import STEP_S, screen
from host.viewer.terminal_parts import (
    ALARM,
    INK,
    QUIET,
    YES,
    Part,
    foot_parts,
    verdict_parts,
    wrapped,
)
from host.viewer.view import View

SILENT_S = 30.0  # a script gives up after so long without a frame


def screen_of(view: View, state: State, columns: int, rows: int) -> RenderableType:
    """Everything, in at most `columns` x `rows` characters."""

    def parts(width: int) -> list[Part]:
        return [
            Part(0, (_head(state, width),)),
            *verdict_parts(view, width),
            Part(1, _counts(state, width)),
            Part(3, tuple(row for text in lines(state) for row in wrapped(text, width, QUIET))),
            Part(2, wrapped(view.notice, width, "bold") or (Text(""),)),
            *foot_parts(replace(view, notice=""), width, caps(state.labels)),
        ]

    return screen(view, columns, rows, parts)


def _head(state: State, columns: int) -> Text:
    colour = f"on {ALARM}" if state.recording else f"on {YES}" if state.asks else ""
    style = f"bold {INK} {colour}" if colour else "bold"
    return Text(head_text(state).center(columns), style)


def _counts(state: State, columns: int) -> tuple[Text, ...]:
    most = max(1, *(state.counts[label] for label in state.labels))
    name_columns = min(max(len(label) for label in state.labels), columns // 2)
    room = columns - name_columns - 11
    rows = []
    for index, label in enumerate(state.labels, start=1):
        count = state.counts[label]
        row = Text(f"{index} ", QUIET)
        row.append(label[:name_columns].ljust(name_columns), "bold")
        row.append(f"{count:>7} ", "bold")
        row.append("█" * max(0, room * count // most), YES)
        rows.append(row)
    return tuple(rows)


def run_plain(session: CaptureSession, frames: int | None, keys: list[str]) -> Iterator[str]:
    """Without a screen: one line for each thing that happens; each key is pressed after another frame.

    Ends after `frames`, or with the keys when there are some. Raises HostError when no frame comes any more.
    """
    waiting = list(keys)
    silent_s = 0.0
    while frames is None or session.frames < frames:
        arrived = session.step(STEP_S)
        silent_s = 0.0 if arrived else silent_s + STEP_S
        if silent_s >= SILENT_S:
            what = f"no frame for {SILENT_S:.0f} s"
            if session.view.is_virtual:
                raise HostError(f"{what}: {BUSY}", END_OTHERS)
            raise HostError(what, "python -m host.doctor finds out why")
        if arrived and waiting and not session.press(waiting.pop(0)):
            break
        yield from session.log
        session.log.clear()
        if keys and not waiting and arrived:
            break
    yield from session.log
