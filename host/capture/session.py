"""Runs a capture: the viewer's session shows and feeds it; keys and rules decide what the journal keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from host.base.boards import VIRTUAL
from host.base.colour import luma_of
from host.base.errors import HostError
from host.base.regular_files import UnreadableError
from host.capture.gate import Gate
from host.capture.options import Options, rules_text
from host.capture.state import State, label_keys
from host.data.dataset import Dataset
from host.data.duplicates import distances, perceptual_hash
from host.data.journal import Journal
from host.data.labels import matching
from host.data.load import each_luma
from host.data.manifest import Picture
from host.data.split import next_split
from host.link.messages import Hello
from host.samples import Sample
from host.viewer.session import QUIT_KEYS, Session
from host.viewer.view import View
from host.virtual.light import licence_of

Now = Callable[[], datetime]
OWN = "own recording"


class CaptureSession:
    """One run. `frames`: samples seen. Scripted, a picture that cannot be kept ends it; else it is said."""

    def __init__(
        self, viewer: Session, journal: Journal, hello: Hello, options: Options, now: Now
    ) -> None:
        self.viewer, self._journal, self._options, self._now = viewer, journal, options, now
        self._hello = hello
        self._gate = Gate(options, viewer.view.label)
        self._keys = label_keys(options.labels)
        self._sample: Sample | None = None  # the one on the screen
        self._places = 0
        self._mistaken: list[bool] = []  # of each picture of this run
        self._hashes = _hashes(journal)
        self.is_scripted = False
        self.log: list[str] = []  # one line for each thing that happened
        self.state = State(
            labels=options.labels,
            folder=str(journal.folder),
            session="",
            split="",
            rules=rules_text(options),
            counts=journal.counts,
            recording=options.label or "",
        )
        self._new_place()

    @property
    def frames(self) -> int:
        """Samples that came, saved or not."""
        return self.viewer.frames

    @property
    def view(self) -> View:
        """What the screen shows; a held frame is not called paused."""
        return replace(self.viewer.view, paused=self.viewer.view.paused and not self.state.asks)

    def step(self, seconds: float) -> list[Sample]:
        """Takes a sample, or waits so long; saves or holds it when the rules say so. Raises HostError."""
        found = self.viewer.step(seconds)
        for sample in found:
            self._consider(sample)
        return found

    def press(self, key: str) -> bool:
        """Obeys a key; False when it means the end."""
        key = key.lower()
        if key in QUIT_KEYS:
            return False
        if label := self._keys.get(key):
            self._choose(label)
        elif key == "u":
            self._undo()
        elif key == "s":
            self._skip()
        elif key == "n":
            self._new_place()
            self._say("new session: what follows is no neighbour of what was")
        elif key in ("h", "?") or (key in (" ", "+", "=", "-") and not self.state.asks):
            self.viewer.press(key)
        return True

    def _consider(self, sample: Sample) -> None:
        if sample.image is None or self.viewer.view.paused:
            return
        self._sample = sample
        if not self._gate.admits(sample):
            return
        if self.state.recording:
            self._save(sample, self.state.recording)
        elif self._options.chooses and self._options.rate is None:
            self.viewer.press(" ")  # hold this frame
            self.state = replace(self.state, asks=True)

    def _choose(self, label: str) -> None:
        """Saves what is on the screen; with a rate, switches the recording of that label on or off."""
        if self._options.rate is not None:
            recording = "" if self.state.recording == label else label
            self.state = replace(self.state, recording=recording)
        elif self._sample is None:
            self._say("no picture yet: wait for the first frame")
        elif self._options.chooses and not self.state.asks:
            self._say(f"nothing to label yet: frames are taken {self.state.rules}")
        else:
            self._save(self._sample, label)
            self._release()

    def _save(self, sample: Sample, label: str) -> None:
        assert sample.image is not None
        mark = perceptual_hash(luma_of(sample.image))
        twins = self._twins(mark)
        same = next((twin for twin in twins if twin.label == label), None)
        if same is not None:
            self.state = replace(self.state, refused=self.state.refused + 1)
            self._say(f"refused: nearly the same as {same.path}")
            return
        try:
            picture = self._journal.add(sample.image, self._about(sample, label))
        except HostError as error:
            if self.is_scripted:
                raise
            self.state = replace(self.state, recording="")
            self._say(str(error))
            return
        self._hashes.append(mark)
        self._mistaken.append(_is_mistaken(sample, label))
        self._count()
        but = f"; {twins[0].path} looks the same (u: undo)" if twins else ""
        self._say(f"saved {picture.path}{but}")

    def _twins(self, mark: int) -> list[Picture]:
        """Pictures that are near, the nearest first. Those of another label are kept: such a pair teaches most."""
        apart = distances(mark, np.array(self._hashes, np.uint64)).astype(np.int64)
        order = np.argsort(apart, kind="stable")
        near = order[apart[order] <= self._options.distance]
        return [self._journal.pictures[index] for index in near]

    def _about(self, sample: Sample, label: str) -> Picture:
        if not self.state.split:  # the session's first picture decides for all of it
            split = next_split(self._journal.pictures, label)
            self.state = replace(self.state, split=split)
        session, scene = self.state.session, self.viewer.view.scene
        about = row_of_sample(sample, self._hello, label, session, self._now(), scene)
        return replace(about, split=self.state.split, tags=self._options.tags)

    def _undo(self) -> None:
        try:
            gone = self._journal.undo()
        except HostError as error:
            self._say(str(error))
            return
        if gone is None:
            self._say("nothing to undo in this run")
            return
        self._hashes.pop()
        self._mistaken.pop()
        self._count()
        self._say(f"removed {gone.path}")

    def _skip(self) -> None:
        if self.state.asks:
            self._release()
        elif self.state.recording:
            self.state = replace(self.state, recording="")
        else:
            self._say("nothing to skip: no frame is held")

    def _release(self) -> None:
        if self.state.asks:
            self.state = replace(self.state, asks=False)
            self.viewer.press(" ")

    def _new_place(self) -> None:
        """A new session: what follows is no neighbour of what was."""
        self._places += 1
        session = f"{self._now().astimezone(UTC):%Y%m%dT%H%M%S}-{self._places}"
        wanted = self._options.split
        self.state = replace(self.state, session=session, split="" if wanted == "auto" else wanted)

    def _count(self) -> None:
        self.state = replace(
            self.state,
            counts=self._journal.counts,
            added=self._journal.added,
            mistaken=sum(self._mistaken),
        )

    def _say(self, text: str) -> None:
        self.log.append(text)
        self.viewer.say(text.replace(f"{self.state.session}_", ""))  # the screen names the session


def row_of_sample(
    sample: Sample, hello: Hello, label: str, session: str, now: datetime, scene: str = ""
) -> Picture:
    """What is known of a captured picture: all but its path, its split and its tags.

    scene: of a virtual board; "" where it is not known, and then its pictures' licence is not either.
    """
    return Picture(
        path="",
        label=label,
        session=session,
        source="capture",
        licence=(licence_of(scene) if scene else "") if hello.board == VIRTUAL else OWN,
        scores=tuple(zip(sample.labels, sample.scores, strict=False)),
        model_hash=f"{hello.model_hash:08x}",
        board=f"{sample.board} {hello.device_serial:016x}",
        time=now.astimezone(UTC).isoformat(timespec="milliseconds"),
    )


def _is_mistaken(sample: Sample, label: str) -> bool:
    """True when the model's best class is another one; labels that the model does not know are no mistake."""
    if not sample.scores or matching(label, sample.labels) is None:
        return False
    best = sample.labels[int(np.argmax(sample.scores))]
    return matching(label, (best,)) is None


def _hashes(journal: Journal) -> list[int]:
    """Of every picture that is there already; 0, which no picture has, for one that cannot be read."""
    there = Dataset(journal.folder, tuple(journal.pictures), journal.labels)
    return [
        0 if isinstance(luma, UnreadableError) else perceptual_hash(luma)
        for luma in each_luma(there)
    ]
