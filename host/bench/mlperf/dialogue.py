"""Commands that end with `%`, answers in lines up to `m-ready`. Works with any board that speaks MLPerf Tiny's API."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.link.transport import Port

READY = "m-ready"
CHUNK_BYTES = 31  # of input in a `db` command: an outside board holds lines of 80 characters
ANSWER_S = 5.0
LONGEST_LINE = 4096
MOST_LINES = 10_000
NAME = re.compile(r"m-name-dut-\[([^\]]+)\]")
PROFILE = re.compile(r"m-profile-\[([^\]]+)\]")
MODEL = re.compile(r"m-model-\[([^\]]+)\]")
LAP = re.compile(r"m-lap-us-(\d{1,20})")
RESULTS = re.compile(r"m-results-\[([-+0-9.eE, ]{1,400})\]")


@dataclass(frozen=True)
class Inference:
    """laps_us: the two timestamps around the iterations; empty in energy mode, where they are pulses on a pin."""

    iterations: int
    laps_us: tuple[int, ...]
    scores: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """Between the timestamps, by the board's clock."""
        return (self.laps_us[1] - self.laps_us[0]) / 1e6


class Dialogue:
    """One board at a port that nobody else reads."""

    def __init__(self, port: Port, clock: Callable[[], float]) -> None:
        self._port, self._clock = port, clock
        self._received = b""

    def command(self, text: str, seconds: float = ANSWER_S) -> list[str]:
        """The lines of the answer. Raises HostError for `e-[..]`, and when m-ready does not come in time."""
        self._port.write(text.encode("ascii") + b"%")
        lines: list[str] = []
        end = self._clock() + seconds
        while READY not in lines:
            if self._clock() > end:
                raise HostError(
                    f"{self._port.name} did not answer `{text[:20]}%` within {seconds:.0f} s",
                    "is a firmware there that speaks MLPerf Tiny's API? `pio run -t upload`",
                )
            lines += self._lines(self._port.read())
            if len(lines) > MOST_LINES:
                raise HostError(f"{self._port.name} answers `{text[:20]}%` without end", "reset it")
        answer = lines[: lines.index(READY)]
        for line in answer:
            if line.startswith("e-["):
                raise HostError(f"the board answers `{text[:20]}%` with {line}")
        return answer

    def name(self) -> str:
        """What the board calls itself. Asked up to three times: a packet may be under way."""
        for _ in range(2):
            try:
                return self._find(NAME, self.command("name", 2.0))
            except HostError:
                continue
        return self._find(NAME, self.command("name"))

    def profile(self) -> tuple[str, str]:
        """Firmware, and the benchmark's name for the model."""
        lines = self.command("profile")
        return self._find(PROFILE, lines), self._find(MODEL, lines)

    def load(self, pixels: NDArray[np.uint8]) -> None:
        """The model's input. Raises HostError when the board wants another size."""
        data = pixels.tobytes()
        self.command(f"db load {len(data)}")
        answer: list[str] = []
        for at in range(0, len(data), CHUNK_BYTES):
            answer = self.command(f"db {data[at : at + CHUNK_BYTES].hex()}")
        if "m-load-done" not in answer:
            raise HostError(
                f"the board did not take {len(data)} bytes as a whole input: it said {answer}"
            )

    def infer(self, iterations: int, warm_ups: int, seconds: float) -> Inference:
        """seconds: how long it may take."""
        lines = self.command(f"infer {iterations} {warm_ups}", seconds)
        laps = tuple(int(found[1]) for line in lines if (found := LAP.fullmatch(line)))
        if len(laps) not in (0, 2) or (laps and laps[1] <= laps[0]):
            raise HostError(f"the board's timestamps make no sense: {laps}")
        scores = self._find(RESULTS, lines).split(",")
        return Inference(iterations, laps, tuple(float(score) for score in scores))

    def choose_energy(self, energy: bool) -> None:
        """What a timestamp is: an extension of our firmware; others decide that when they are compiled."""
        self.command(f"mode {'energy' if energy else 'performance'}")

    def close(self) -> None:
        """Back to packets, for a board of ours; frees the port."""
        try:
            self._port.write(b"\0")
        finally:
            self._port.close()

    def _find(self, pattern: re.Pattern[str], lines: list[str]) -> str:
        found = [match[1] for line in lines if (match := pattern.fullmatch(line))]
        if not found:
            raise HostError(f"the board's answer has no {pattern.pattern!r}: {lines[-3:]}")
        return found[-1]

    def _lines(self, data: bytes) -> list[str]:
        """Whole lines; what packets left in front of the first one is cut off."""
        *whole, rest = (self._received + data).split(b"\n")
        self._received = rest[-LONGEST_LINE:]
        texts = (line.rsplit(b"\0", 1)[-1].decode("ascii", "replace").strip() for line in whole)
        return [line for line in texts if line]
