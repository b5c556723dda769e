"""The sentences that the window and the terminal both show. Values in, text out."""

from __future__ import annotations

from host.base.scores import Meaning
from host.viewer.view import Stage, View

KEYS: tuple[tuple[str, str], ...] = (
    ("space", "pause"),
    ("s", "save"),
    ("b", "colour bars"),
    ("+ -", "threshold"),
    ("h", "help"),
    ("q", "quit"),
)

MOST_SCENE = 30  # characters of a scene's name
WINDING = (("left right", "10 s"),)
BUSY_HERE = (
    "the virtual board runs on this computer, which is busy: it goes on by itself, the sooner the "
    "fewer other programs run"
)
NEEDS_A_BOARD = "colour bars"


def keys_of(view: View) -> tuple[tuple[str, str], ...]:
    """The keys that mean something now."""
    if view.recording is None or not view.recording.is_playing:
        return KEYS
    return (*(key for key in KEYS if key[1] != NEEDS_A_BOARD), *WINDING)


def percent(value: float) -> str:
    """0..1 -> whole percent."""
    return f"{100 * value:.0f} %"


def score_text(view: View) -> str:
    """The score of the watched label, or of the best ones; a distance is no percentage."""
    if view.score is None:
        return f"{view.label} -"
    shown = view.best if view.follows_best else ((view.label, view.score),)
    if view.meaning == Meaning.DISTANCE:
        return ", ".join(f"{label} {score:.2f}" for label, score in shown)
    return ", ".join(f"{label} {percent(score)}" for label, score in shown)


def _number(view: View) -> str:
    assert view.score is not None
    return f"{view.score:.2f}" if view.meaning == Meaning.DISTANCE else percent(view.score)


def rate_text(view: View) -> str:
    """Frames a second: the board's clock first, then what arrives here where that differs; the picture's age."""
    if not view.board_fps and not view.shown_fps:
        return "waiting for the first frame" if view.image is None else "waiting for the next frame"
    if not view.board_fps:
        return f"{view.shown_fps:.1f} fps"
    age = f", {view.age_s:.2f} s old" if view.age_s else ""
    if view.is_virtual and view.shown_fps:
        return f"{view.board_fps:.1f} fps on board, {view.shown_fps:.1f} here{age}"
    return f"{view.board_fps:.1f} fps{age}"


def clock_text(view: View) -> str:
    """What a cycle is, and whether it was measured."""
    kind = "virtual board: estimated cycles" if view.is_virtual else "measured by the board"
    return f"{view.clock_hz / 1e6:.0f} MHz, {kind}"


def milliseconds(stage: Stage) -> str:
    """1.2 ms, 143 ms."""
    digits = 2 if stage.milliseconds < 1 else 1 if stage.milliseconds < 100 else 0
    return f"{stage.milliseconds:.{digits}f} ms"


def cycles_text(cycles: int) -> str:
    """9,200,000 as 9.20 M."""
    return f"{cycles / 1e6:.2f} M" if cycles >= 10_000 else f"{cycles}"


def loss_lines(view: View) -> tuple[str, str]:
    """Where messages were lost; how often things began again."""
    losses = view.losses
    here = f", here {losses.host_dropped}" if losses.host_dropped else ""
    first = f"lost: wire {losses.wire_lost}, board {losses.device_dropped}{here}"
    second = f"damaged packets: {losses.bad_packets}"
    if losses.device_bad_packets:
        second += f" (+{losses.device_bad_packets} commands)"
    if losses.reconnects or losses.restarts:
        second += f" · reconnects {losses.reconnects}, restarts {losses.restarts}"
    return first, second


def name_lines(view: View) -> tuple[tuple[str, str], ...]:
    """(what, which) of the model, the board and its port."""
    names = ("model", view.model or "none"), ("board", view.board)
    both = f"{view.port}, scene {view.scene}" if view.scene else view.port
    if len(both) <= MOST_SCENE or not view.scene:
        return (*names, ("port", both))
    return (*names, ("port", view.port), ("scene", short_path(view.scene)))


def short_path(text: str) -> str:
    """A long one loses its middle: its kind and its end say what it is."""
    if len(text) <= MOST_SCENE:
        return text
    kind, colon, _ = text.partition(":")
    head = f"{kind}{colon}" if colon else ""
    return f"{head}…{text[-(MOST_SCENE - len(head) - 1) :]}"


def banner(view: View) -> tuple[str, str] | None:
    """(title, remedy) of what most needs a person's eye; None when all is well."""
    if not view.connected:
        return "RECONNECTING", "the port is gone: plug the board in again, it goes on by itself"
    if view.fault:
        return view.fault.title, view.fault.remedy
    if view.is_overdue:
        yet = " YET" if view.image is None else ""
        why = BUSY_HERE if view.is_virtual else "python -m host.doctor finds out why"
        return f"NO PICTURE{yet} FOR {view.waited_s:.0f} s", why
    return None


def plain_line(view: View) -> str:
    """One frame in one line, for output that is no terminal."""
    score = "" if view.score is None else f" {_number(view)}"
    stages = ", ".join(f"{s.name} {milliseconds(s)}" for s in view.stages)
    stages = f"estimated: {stages}" if view.is_virtual and stages else stages
    lost = f", lost {view.losses.total}" if view.losses.total else ""
    return f"frame {view.frame}: {view.verdict_text}{score}; {stages}{lost}"
