"""What was seen of a board: values alone, so that the checks can be tested without one."""

from __future__ import annotations

from dataclasses import dataclass, field

from host.base.boards import VIRTUAL
from host.link.messages import Fault, FaultCode, Frame, Hello, Raster, Result, Silicon
from host.link.sequence import Losses

# A frame that the board began to read and gave up.
TORN = (FaultCode.CAMERA_SHORT_LINE, FaultCode.CAMERA_SHORT_FRAME, FaultCode.CAMERA_OVERRUN)
UNDISTURBED_FRAMES, TOLERATED_DROPS = 100, 0.01


@dataclass(frozen=True)
class PortEvidence:
    """A port of this machine before it is opened. holders: programs that have it open, as far as we may see."""

    path: str
    exists: bool = True
    may_read_write: bool = True
    holders: tuple[str, ...] = ()
    modem_manager: bool = False  # the program runs
    linux: bool = True


@dataclass(frozen=True)
class Undisturbed:
    """Frames in a row while no command was sent. dropped: of them, by the board's faults or without a word."""

    frames: int
    dropped: int

    @property
    def tolerable(self) -> bool:
        """All were waited for, and no more are missing than a good board gives up."""
        enough = self.frames >= UNDISTURBED_FRAMES
        return enough and self.dropped <= TOLERATED_DROPS * self.frames

    @property
    def words(self) -> str:
        """How many of how many."""
        return f"{self.dropped} of {self.frames} in a row without a command"


@dataclass(frozen=True)
class CameraEvidence:
    """registers: MIDH, MIDL, PID, VER, None where they could not be read. bars: a frame of the test pattern.

    arrivals_s: when each result came, by this computer's clock. divider: CLKRC while the results were
    made, None when it moved; extra_rows: added to a frame of 510.
    faults: what the board reported meanwhile. trouble: why the conversation
    ended early, if it did. halving, order: Setting.HALVING and YUV_ORDER. rasters: what was counted at the
    pins by each way of halving that was tried, of colour bars. light: AECHH, AECH, COM1, VREF, GAIN.
    undisturbed: counted only where frames were torn before.
    """

    faults: tuple[Fault, ...] = ()
    frame: Frame | None = None
    registers: tuple[int, ...] | None = None
    bars: Frame | None = None
    results: tuple[Result, ...] = ()
    arrivals_s: tuple[float, ...] = ()
    divider: int | None = None
    extra_rows: int = 0
    halving: int = 0
    order: int = 0
    rasters: dict[int, Raster] = field(default_factory=dict)
    light: tuple[int, ...] | None = None
    undisturbed: Undisturbed | None = None
    trouble: str = ""

    @property
    def torn(self) -> tuple[Fault, ...]:
        """The faults by which a frame was given up."""
        return tuple(fault for fault in self.faults if fault.code in TORN)

    @property
    def drops_are_tolerable(self) -> bool:
        """Frames were torn, but only now and then: counted for long enough, without a command."""
        return self.undisturbed is not None and self.undisturbed.tolerable


@dataclass(frozen=True)
class LinkEvidence:
    """pings: sent once each; round_trips_s: of those that were answered in time; late_pings: answered, but later.

    frames: numbers of those that arrived in `seconds`. losses: since the examination began.
    dropped_since_start: by the board, None when it was not asked at the end.
    """

    pings: int = 0
    round_trips_s: tuple[float, ...] = ()
    late_pings: int = 0
    frames: tuple[int, ...] = ()
    frame_bytes: int = 0
    seconds: float = 0.0
    losses: Losses = field(default_factory=Losses)
    dropped_since_start: int | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Evidence:
    """All of it."""

    hello: Hello
    camera: CameraEvidence
    link: LinkEvidence
    silicon: Silicon | None = None

    @property
    def is_virtual(self) -> bool:
        """Whether the board is an emulated one."""
        return self.hello.board == VIRTUAL
