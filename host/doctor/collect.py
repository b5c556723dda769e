"""Asks a connected board everything that the checks need, and leaves it idle as it was found."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import fields, replace
from typing import TypeVar

from host.base.errors import HostError
from host.base.records import Message
from host.doctor.evidence import TORN, CameraEvidence, Evidence, LinkEvidence
from host.doctor.raster import is_whole
from host.doctor.undisturbed import count_undisturbed
from host.link.device import Device
from host.link.line import NoAnswerError
from host.link.messages import (
    Fault,
    Frame,
    Mode,
    Pong,
    Raster,
    Result,
    Set,
    SetMode,
    Setting,
    Silicon,
)
from host.link.sequence import Losses
from host.link.settings import LIMITS

PINGS = 16
FRAME_WAIT_S = 6.0
RESULT_WAIT_S = 12.0
THROUGHPUT_S, FRAMES_ARE_ENOUGH = 1.0, 3  # a busy computer emulates slowly
SETTLING_RESULTS, CLOCK_SPAN_S = 2, 1.5
CLOCK, CLKRC_DIVIDER = (0x11, 0x2D, 0x2E), 0x3F  # CLKRC; ADVFL and ADVFH: rows added to a frame
FAULTS_ARE_ENOUGH = 2  # the board has started its camera afresh in between
LOOK_S, REFUSED_ARE_ENOUGH = 0.5, 5  # of a lossy link one may be wrong by chance
IDENTITY = (0x1C, 0x1D, 0x0A, 0x0B)  # MIDH, MIDL, PID, VER
LIGHT = (0x07, 0x10, 0x04, 0x03, 0x00)  # AECHH, AECH, COM1, VREF, GAIN
LAST_LINES = 230  # of 240: bars that fade to grey have faded there

M = TypeVar("M", bound=Message)
Say = Callable[[str], None]


class Examination:
    """One conversation with one board. clock: seconds, monotonic; the same as the device's.

    patience: how many times the usual time a frame or a result is waited for.
    """

    def __init__(
        self, device: Device, clock: Callable[[], float], say: Say, patience: float = 1.0
    ) -> None:
        self._device, self._clock, self._say = device, clock, say
        self._frame_wait_s, self._result_wait_s = FRAME_WAIT_S * patience, RESULT_WAIT_S * patience
        self._faults: list[Fault] = []
        self._late = 0  # pings that were answered after their time
        self._halving: int | None = None  # as it was found, where another was tried

    def run(self) -> Evidence:
        """The evidence; trouble on the way shortens it and is named in it."""
        hello = self._device.hello
        link, camera, before = LinkEvidence(), CameraEvidence(), self._device.losses
        silicon, leave = None, self._leave
        try:
            self._device.set_mode(Mode.IDLE)
            self._device.pong()  # it tells what was lost before us
            before = self._device.losses
            link = self._ping(link)
            silicon = self._silicon()
            camera = self._see_camera(camera)
            if camera.frame is not None:
                link = self._measure_throughput(link)
            camera = self._recheck_drops(replace(camera, faults=tuple(self._faults)))
            link = self._ask_for_drops(link)
        except HostError as error:
            if isinstance(error, NoAnswerError):
                leave = self._leave_unread
            trouble = str(error)
            link = replace(link, trouble=trouble)
            camera = replace(camera, faults=tuple(self._faults), trouble=trouble)
        finally:
            leave(hello.colour_bars)
        losses = _since(before, self._device.losses)
        return Evidence(hello, camera, replace(link, losses=losses, late_pings=self._late), silicon)

    def _leave(self, colour_bars: int) -> None:
        with contextlib.suppress(HostError):
            self._device.set_mode(Mode.IDLE)
            if self._halving is not None:
                self._device.set(Setting.HALVING, self._halving)
            self._device.set(Setting.COLOUR_BARS, colour_bars)

    def _leave_unread(self, colour_bars: int) -> None:
        """It did not answer, however often it was tried: the commands are sent, and nothing is waited for."""
        with contextlib.suppress(HostError):
            self._device.line.send(SetMode(Mode.IDLE))
            if self._halving is not None:
                self._device.line.send(Set(Setting.HALVING, self._halving))
            self._device.line.send(Set(Setting.COLOUR_BARS, colour_bars))

    # -- link -----------------------------------------------------------------------------------

    def _ping(self, link: LinkEvidence) -> LinkEvidence:
        self._say("pinging the board")
        times = []
        for _ in range(PINGS):
            with contextlib.suppress(NoAnswerError):
                times.append(self._device.pong(tries=1)[1])
        return replace(link, pings=PINGS, round_trips_s=tuple(times))

    def _ask_for_drops(self, link: LinkEvidence) -> LinkEvidence:
        self._device.set_mode(Mode.IDLE)
        return replace(link, dropped_since_start=self._device.pong()[0].dropped_messages)

    def _measure_throughput(self, link: LinkEvidence) -> LinkEvidence:
        self._say("measuring the link")
        self._device.set_mode(Mode.CAPTURE)
        self._drain()
        start, numbers, size = self._clock(), list[int](), 0
        while (passed := self._clock() - start) < (
            THROUGHPUT_S if len(numbers) >= FRAMES_ARE_ENOUGH else self._frame_wait_s
        ):
            message = self._device.receive(min(THROUGHPUT_S, self._frame_wait_s - passed))
            self._note(message)
            if isinstance(message, Frame):
                numbers.append(message.frame)
                size += len(message.pack())
        seconds = self._clock() - start
        return replace(link, frames=tuple(numbers), frame_bytes=size, seconds=seconds)

    # -- camera ---------------------------------------------------------------------------------

    def _see_camera(self, camera: CameraEvidence) -> CameraEvidence:
        self._say("waiting for the camera")
        camera = replace(
            camera,
            halving=self._device.get(Setting.HALVING),
            order=self._device.get(Setting.YUV_ORDER),
        )
        self._device.set_mode(Mode.CAPTURE)
        camera = replace(camera, frame=self._next(Frame, self._frame_wait_s))
        if camera.frame is None:
            torn = bool(self._faults) and self._faults[-1].code in TORN
            return replace(camera, rasters=self._rasters(camera.halving)) if torn else camera
        camera = replace(camera, registers=self._registers(IDENTITY))
        self._say("looking at the colour bars")
        self._device.set(Setting.COLOUR_BARS, 1)
        self._drain()
        self._next(Frame, self._frame_wait_s)  # may have begun before the pattern
        camera = replace(camera, bars=self._next(Frame, self._frame_wait_s))
        camera = replace(camera, rasters=self._rasters(camera.halving))
        self._device.set(Setting.COLOUR_BARS, 0)
        return self._time_results(camera)

    def _rasters(self, halving: int) -> dict[int, Raster]:
        """What is counted by the way in use; when that is not 320x240, by the others, too."""
        self._say("counting lines and bytes")
        self._device.set(Setting.COLOUR_BARS, 1)
        found: dict[int, Raster] = {}
        ways = range(LIMITS[Setting.HALVING].least, LIMITS[Setting.HALVING].most + 1)
        for criterion in sorted(ways, key=lambda criterion: criterion != halving):
            if criterion != halving:
                self._halving = halving
                self._device.set(Setting.HALVING, criterion)
            try:
                found[criterion] = self._device.raster(LAST_LINES)
            except NoAnswerError:
                raise
            except HostError:  # refused: a firmware that cannot count
                break
            if is_whole(found[criterion]):
                break
        return found

    def _silicon(self) -> Silicon | None:
        try:
            return self._device.silicon()
        except NoAnswerError:
            raise
        except HostError:
            return None

    def _registers(self, addresses: tuple[int, ...]) -> tuple[int, ...] | None:
        try:
            return tuple(self._device.camera_register(address) for address in addresses)
        except NoAnswerError:
            raise
        except HostError:  # refused: the camera failed meanwhile
            return None

    def _time_results(self, camera: CameraEvidence) -> CameraEvidence:
        """Results, and CLKRC before and after them: the board moves it to suit its inference."""
        if self._device.hello.score_count == 0:
            return camera  # no model, no results
        self._say("timing frames")
        self._device.set_mode(Mode.RESULTS)
        self._drain()
        for _ in range(SETTLING_RESULTS):
            if self._next(Result, self._result_wait_s) is None:
                return camera  # none will come: each further wait would only cost time
        before = self._registers(CLOCK)
        camera = replace(camera, light=self._registers(LIGHT))
        self._drain()
        results, arrivals = self._results()
        after = self._registers(CLOCK)
        camera = replace(camera, results=results, arrivals_s=arrivals)
        if before is None or before != after:
            return camera
        rows = before[1] | before[2] << 8
        return replace(camera, divider=before[0] & CLKRC_DIVIDER, extra_rows=rows)

    def _recheck_drops(self, camera: CameraEvidence) -> CameraEvidence:
        """Frames that were torn may have been so by our own commands: now many are counted without any."""
        if camera.frame is None or not camera.torn:
            return camera
        self._say("a frame was dropped: counting more of them, without a command between")
        return replace(camera, undisturbed=count_undisturbed(self._device, self._result_wait_s))

    def _results(self) -> tuple[tuple[Result, ...], tuple[float, ...]]:
        """For long enough to compare clocks. The board never sleeps meanwhile: asleep, its counter may stand still."""
        found: list[tuple[Result, float]] = []
        while len(found) < 2 or found[-1][1] - found[0][1] < CLOCK_SPAN_S:
            result = self._next(Result, self._result_wait_s)
            if result is None:
                break
            found.append((result, self._clock()))
        return tuple(result for result, _ in found), tuple(arrival for _, arrival in found)

    def _next(self, kind: type[M], seconds: float) -> M | None:
        """The next message of a kind; None after so long, when the camera keeps failing, or what comes is refused."""
        end = self._clock() + seconds
        before, refused = len(self._faults), self._refused(kind)
        while (left := end - self._clock()) > 0:
            message = self._device.receive(min(left, LOOK_S))
            if isinstance(message, kind):
                return message
            if self._note(message) and len(self._faults) - before >= FAULTS_ARE_ENOUGH:
                return None
            if self._refused(kind) - refused >= REFUSED_ARE_ENOUGH:
                return None
        return None

    def _refused(self, kind: type[Message]) -> int:
        """How many of a kind said what cannot be true."""
        objections = self._device.line.inbox.objections
        return sum(count for why, count in objections.items() if why.startswith(kind.__name__))

    def _drain(self) -> None:
        """Forgets what came before the last answer."""
        while (message := self._device.receive(0.0)) is not None:
            self._note(message)

    def _note(self, message: Message | None) -> bool:
        """Keeps what counts of a message that was not waited for; says whether it is a fault."""
        self._late += isinstance(message, Pong)
        if isinstance(message, Fault):
            self._faults.append(message)
        return isinstance(message, Fault)


def _since(before: Losses, now: Losses) -> Losses:
    counts = {f.name: getattr(now, f.name) - getattr(before, f.name) for f in fields(Losses)}
    return Losses(**counts)


def collect(
    device: Device, clock: Callable[[], float], say: Say, patience: float = 1.0
) -> Evidence:
    """Takes some seconds; say: one line for each stage, for the person who waits. patience: see Examination."""
    return Examination(device, clock, say, patience).run()
