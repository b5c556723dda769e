"""What a measurement holds for: board, host, command, date, and how its cycles were obtained."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from host.base.boards import VIRTUAL
from host.base.follow_up import shell_line
from host.link.messages import Hello
from host.runs.flags import flags_of
from host.samples import labels_of

MEASURED_CYCLES = "measured by the cycle counter (DWT) of the board"
ESTIMATED_CYCLES = (
    "estimated, virtual board: a zero-wait Cortex-M4 without flash wait states or cache misses "
    "(host/virtual/cycles.py); a real board takes more"
)
ZERO_WAIT = "zero-wait Cortex-M4"
HELD_FOR = re.compile(
    r"\((core load (?:on|off), .+ silicon)\)$"
)  # at the end of a virtual board's port
UNKNOWN = "core load and silicon not known: "
SILENT_ADDRESS = UNKNOWN + "its address was given without them"
RECORDED = (
    UNKNOWN
    + "it is a recording's, whose marks say them (`python -m host.recording info FILE --json`)"
)
CPU_FILE = Path("/proc/cpuinfo")  # Linux; elsewhere `platform` knows


@dataclass(frozen=True)
class HostConditions:
    """The computer."""

    system: str
    cpu: str
    python: str


@dataclass(frozen=True)
class BoardConditions:
    """What a board said of itself in Hello when the measurement began."""

    board: str  # nano33ble or virtual
    port: str
    serial_number: str  # 16 hexadecimal digits
    firmware: str
    compiler: str
    clock_hz: int
    model: str
    model_hash: str  # 8 hexadecimal digits, CRC-32 of the packed body
    labels: tuple[str, ...]
    input_shape: tuple[int, ...]  # height, width, channels
    arena_bytes: int
    instruction_cache: bool
    dcdc: bool
    clock_divider: int  # CLKRC of the camera
    data_swap: bool
    colour_bars: bool
    flags: str = ""  # the compiler's, in words; empty: not known
    held_for: str = ""  # of a virtual board, such as `core load on, ideal silicon`

    @property
    def is_virtual(self) -> bool:
        """True when its cycles are estimates."""
        return self.board == VIRTUAL

    @property
    def cpu(self) -> str:
        """What a virtual board's cycles are of."""
        load, _, silicon = self.held_for.partition(", ")
        if not self.held_for or self.held_for.startswith(UNKNOWN):
            return self.held_for or ZERO_WAIT
        return f"{ZERO_WAIT if silicon == 'ideal silicon' else f'Cortex-M4 of {silicon}'}, {load}"


@dataclass(frozen=True)
class Conditions:
    """Of one run. board: None when none took part. cycles: how they were obtained; empty without any.

    details: what only this tool knows, in words (the meter, the scene, the images).
    """

    tool: str
    command: str  # to repeat it
    started_utc: str  # ISO 8601
    host: HostConditions
    board: BoardConditions | None = None
    cycles: str = ""
    supply_volt: float | None = None
    temperature_celsius: float | None = None
    details: dict[str, str] = field(default_factory=dict)

    @property
    def estimated(self) -> bool:
        """True when the board is virtual: no figure of it is a measurement of hardware."""
        return self.board is not None and self.board.is_virtual

    @property
    def cpu(self) -> str:
        """What estimated cycles are of."""
        return self.board.cpu if self.board else ""

    def lines(self) -> list[tuple[str, str]]:
        """(name, value) for people, in reading order."""
        lines = [("command", self.command), ("date (UTC)", self.started_utc)]
        if self.board:
            lines += _board_lines(self.board)
        if self.cycles:
            lines.append(("cycles", self.cycles))
        if self.supply_volt is not None:
            lines.append(("supply", f"{self.supply_volt:.3f} V"))
        read = self.temperature_celsius
        lines.append(("temperature", "not read" if read is None else f"{read:.1f} °C"))
        lines += self.details.items()
        lines.append(("host", f"{self.host.system}; {self.host.cpu}; Python {self.host.python}"))
        return lines


def _board_lines(board: BoardConditions) -> list[tuple[str, str]]:
    held_for = [("virtual board", board.held_for)] if board.held_for else []
    virtual = " (VIRTUAL: an emulator, not hardware)" if board.is_virtual else ""
    shape = "x".join(map(str, board.input_shape))
    return [
        ("board", f"{board.board}{virtual}, serial number {board.serial_number}, at {board.port}"),
        *held_for,
        ("firmware", f"{board.firmware}, {board.compiler}"),
        ("compiler flags", board.flags or "not known: the firmware was not built in this checkout"),
        ("model", f"{board.model} ({board.model_hash}), input {shape}: {', '.join(board.labels)}"),
        ("clock", f"{board.clock_hz / 1e6:g} MHz"),
        ("instruction cache", "on" if board.instruction_cache else "off"),
        ("supply converter", "DC/DC" if board.dcdc else "LDO"),
        ("camera", _camera(board)),
    ]


def _camera(board: BoardConditions) -> str:
    bars = ", colour bars" if board.colour_bars else ""
    wiring = "shield" if board.data_swap else "breadboard"
    return f"clock divider {board.clock_divider}, wired as on the {wiring}{bars}"


def board_conditions(hello: Hello, port: str) -> BoardConditions:
    """port: the device's name."""
    return BoardConditions(
        board=hello.board,
        port=port,
        serial_number=f"{hello.device_serial:016x}",
        firmware=hello.firmware,
        compiler=hello.compiler,
        clock_hz=hello.clock_hz,
        model=hello.model,
        model_hash=f"{hello.model_hash:08x}",
        labels=labels_of(hello),
        input_shape=(hello.input_height, hello.input_width, hello.input_channels),
        arena_bytes=hello.arena_bytes,
        instruction_cache=bool(hello.instruction_cache),
        dcdc=bool(hello.dcdc),
        clock_divider=hello.clock_divider,
        data_swap=bool(hello.data_swap),
        colour_bars=bool(hello.colour_bars),
        flags=flags_of(hello.board, hello.firmware),
        held_for=_held_for(port) if hello.board == VIRTUAL else "",
    )


def _held_for(port: str) -> str:
    """What a virtual board's port says of it; a port within this process may say nothing."""
    found = HELD_FOR.search(port)
    if found:
        return found[1]
    scheme = port.partition(":")[0]
    return {"socket": SILENT_ADDRESS, "replay": RECORDED}.get(scheme, "")


def _cycles(board: BoardConditions) -> str:
    if not board.is_virtual:
        return MEASURED_CYCLES
    if board.cpu.startswith(ZERO_WAIT):
        return ESTIMATED_CYCLES
    return f"estimated, virtual board: {board.cpu} (host/virtual/silicon.py); a real board differs"


def host_conditions() -> HostConditions:
    """This computer."""
    return HostConditions(
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        cpu=_cpu(),
        python=platform.python_version(),
    )


def gather(
    tool: str,
    command: str,
    now: datetime,
    hello: Hello | None = None,
    port: str = "",
    *,
    supply_volt: float | None = None,
    temperature_celsius: float | None = None,
    details: Mapping[str, str] | None = None,
) -> Conditions:
    """All of it. now: with its time zone. How cycles were obtained follows from the board."""
    board = board_conditions(hello, port) if hello else None
    cycles = _cycles(board) if board else ""
    started = now.astimezone(UTC).isoformat(timespec="seconds")
    return Conditions(
        tool=tool,
        command=command,
        started_utc=started,
        host=host_conditions(),
        board=board,
        cycles=cycles,
        supply_volt=supply_volt,
        temperature_celsius=temperature_celsius,
        details=dict(details or {}),
    )


def command_line(module: str, arguments: Sequence[str]) -> str:
    """The command to repeat a run, quoted as a shell wants it."""
    return shell_line(module, *arguments)


def _cpu() -> str:
    try:
        lines = CPU_FILE.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
