"""Sequence numbers and the board's own counts -> what was lost, and where.

A message that the board gives up uses up its number (firmware/src/link/outbox.h), so a gap is either that or
the wire's loss; `dropped_messages` of Result and Pong tells the two apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from host.link.framing import SEQUENCES

BEHIND = 64  # a number this little behind is a packet that came twice, not a board that restarted
PLAUSIBLE_GAP = 4096  # more than a minute of frames: the board restarted instead


class SequenceTracker:
    """Watches one direction of one connection."""

    def __init__(self) -> None:
        self.lost = 0
        self.repeated = 0
        self.restarts = 0
        self._expected: int | None = None

    def accept(self, sequence: int, first_ever: bool) -> bool:
        """Counts the gap before a packet; False when that packet came before.

        first_ever: the packet is one a board sends as its first after a restart.
        """
        ahead = 0 if self._expected is None else (sequence - self._expected) % SEQUENCES
        behind = ahead >= SEQUENCES - BEHIND
        # A Hello that was asked for of a board whose first one nobody received; but the same one may come twice, too.
        anew = first_ever and (sequence == 0 or (behind and ahead != SEQUENCES - 1))
        if ahead and (anew or (ahead > PLAUSIBLE_GAP and not behind)):
            self.restarts += 1
        elif behind:
            self.repeated += 1
            return False
        else:
            self.lost += ahead
        self._expected = (sequence + 1) % SEQUENCES
        return True

    def forget(self) -> None:
        """The next packet begins a new connection; the counts stay."""
        self._expected = None


class DropCounter:
    """The board's `dropped_messages`, which counts since its start -> how many since we listen."""

    def __init__(self) -> None:
        self.dropped = 0
        self._last: int | None = None

    def report(self, since_start: int) -> None:
        """A Result or Pong says this many."""
        self.dropped += max(0, since_start - (since_start if self._last is None else self._last))
        self._last = since_start

    def restart(self) -> None:
        """The board counts from 0 again."""
        self._last = 0

    def forget(self) -> None:
        """The next report is where counting goes on from."""
        self._last = None


@dataclass(frozen=True)
class Losses:
    """Messages that did not reach the reader, by where they went, since the device was opened."""

    wire_lost: int = 0
    device_dropped: int = 0  # the board gave them up: nobody read in time
    host_dropped: int = 0  # this program read too slowly
    bad_packets: int = 0  # arrived damaged (each is also a wire loss)
    device_bad_packets: int = 0  # commands that reached the board damaged, since its start
    repeated: int = 0
    restarts: int = 0  # of the board, without the port closing
    reconnects: int = 0

    @property
    def total(self) -> int:
        """Messages lost anywhere."""
        return self.wire_lost + self.device_dropped + self.host_dropped
