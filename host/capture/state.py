"""What the screen tells about a capture, as one value, and its keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from host.base.errors import HostError
from host.viewer.session import QUIT_KEYS

FIXED_KEYS = (
    ("u", "undo"),
    ("s", "skip"),
    ("n", "new place"),
    ("space", "pause"),
    ("h", "help"),
    ("q", "quit"),
)
TAKEN = {"u", "s", "n", "q", "b", "h"}
OTHER_KEYS = frozenset("usnh?+=- ")
LOPSIDED = 2.0  # the largest class has so many times the pictures of the smallest
FOOT_CHARACTERS = 30


@dataclass(frozen=True)
class State:
    """counts: all pictures of the folder by label; the others are of this run."""

    labels: tuple[str, ...]
    folder: str
    session: str
    split: str  # "" until the session's first picture
    rules: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    added: int = 0
    refused: int = 0
    mistaken: int = 0  # saved pictures of which the model said something else
    recording: str = ""  # the label that frames are being saved under by themselves
    asks: bool = False  # a frame is held until it is labelled or skipped

    @property
    def balance(self) -> str:
        """What to capture next; "" while the classes are about even."""
        few = min(self.labels, key=lambda label: self.counts[label])
        many = max(self.counts.values(), default=0)
        if many < 5 or many < LOPSIDED * max(1, self.counts[few]):
            return ""
        return f"capture more {few}"


def label_keys(labels: Sequence[str]) -> dict[str, str]:
    """Key -> label: 1 to 9, and first letters where they are free and no two labels share one."""
    keys = {str(number): label for number, label in enumerate(labels, start=1)}
    initials = Counter(label[0].lower() for label in labels)
    for label in labels:
        letter = label[0].lower()
        if letter.isalpha() and letter not in TAKEN and initials[letter] == 1:
            keys[letter] = label
    return keys


def refuse_unknown_keys(keys: Sequence[str], labels: Sequence[str]) -> None:
    """Raises HostError for a key that means nothing: a script would go on without what it stands for."""
    known = label_keys(labels)
    for key in keys:
        if key.lower() not in {*known, *OTHER_KEYS, *QUIT_KEYS}:
            means = ", ".join(f"{each} {label}" for each, label in known.items())
            raise HostError(
                f"there is no key {key!r}, which --keys names",
                f"give {means}, u undo, s skip, n new place, q",
            )


def caps(labels: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(key, what it does) for the foot of the screen; many labels stand in the table above it alone."""
    if sum(len(label) for label in labels) > FOOT_CHARACTERS:
        return (f"1-{len(labels)}", "label"), *FIXED_KEYS
    keys = label_keys(labels)
    own = tuple(
        (" ".join(key for key, named in keys.items() if named == label), label) for label in labels
    )
    return own + FIXED_KEYS


def head_text(state: State) -> str:
    """The line that must not be overlooked: whether anything is being saved, and what is asked."""
    if state.recording:
        return f"● RECORDING {state.recording}"
    if state.asks:
        return "WHICH IS IT?"
    if state.rules:
        return "WAITING FOR A FRAME" if "a second" not in state.rules else "NOT RECORDING"
    return "A KEY KEEPS THIS FRAME"


def lines(state: State) -> tuple[str, ...]:
    """What was done, under the table of labels."""
    saved = f"this run: {state.added} saved, {state.refused} near-duplicates refused"
    wrong = f"the model is mistaken on {state.mistaken} of them" if state.mistaken else ""
    place = f"session {state.session}, split {state.split or 'not yet chosen'}"
    rules = f"frames: {state.rules}" if state.rules else ""
    return tuple(line for line in (saved, wrong, state.balance, rules, place) if line)
