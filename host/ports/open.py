"""--port URL and --record FILE of every tool: which port is meant, opened as often as needed, recorded if wanted.

add_port_arguments(parser)
...
with port_opening(port_options(args), say) as opening, Device(opening.open(), reopen=opening.reopen) as device:
"""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from host.base.boards import VIRTUAL
from host.base.errors import HostError
from host.link.line import EMULATED, Timing
from host.link.transport import Port, without_key
from host.ports.choose import (
    REPLAY,
    Choice,
    address_name,
    choose_port,
    listed_ports,
    open_choice,
    reopener,
)
from host.recording.recorder import Recorder, RecordingPort, start_recording
from host.recording.replay import ReplayPort, open_replay

PORT_HELP = "auto, virtual, a serial port, socket://host:port, replay:FILE[?speed=max&from=12.5]"
DEFAULT_SCENE = "default"
ON, OFF = "on", "off"
CORE_LOAD_HELP = (
    "whether the virtual board is charged what Arduino's core takes from the CPU with its cable in "
    "(default: on; off for bench power and bench watch, which estimate a battery)"
)
RECORD_HELP = "keep every byte of the link, for --port replay:FILE; a new file, for you alone"


@dataclass(frozen=True)
class PortOptions:
    """What a command line says of the port. url: of --port. record: a file to be, for every byte of the link.
    core_load: whether the virtual board that starts is charged what Arduino's core takes; None: as it is by default."""

    url: str = "auto"
    record: Path | None = None
    core_load: bool | None = None


def on_battery(options: PortOptions) -> PortOptions:
    """Without the core's load, unless it was asked for: it was counted with the cable in, where USB never sleeps."""
    return options if options.core_load is not None else replace(options, core_load=False)


@dataclass(frozen=True)
class Opening:
    """A port to be opened. wrap: what stands between every port that is opened and its tool."""

    choice: Choice
    scene: str = DEFAULT_SCENE
    speed: str = "real"
    recorder: Recorder | None = None
    wrap: Callable[[Port], Port] = lambda port: port
    playback: ReplayPort | None = None  # a recording: it can be listened to, and nothing more
    core_load: bool | None = None

    @property
    def timing(self) -> Timing | None:
        """How patient a Device should be; None: as usual."""
        return EMULATED if self.choice.url == VIRTUAL else None

    def open(self) -> Port:
        """Opens it. Raises HostError."""
        if self.playback is not None:
            return self._recorded(self.playback)
        return self._recorded(open_choice(self.choice, self.scene, self.speed, self.core_load))

    def reopen(self) -> Port:
        """Opens the same board again, though its path may have changed. Raises HostError while it is absent."""
        again = reopener(self.choice, self.scene, self.speed, core_load=self.core_load)
        return self._recorded(again())

    def _recorded(self, port: Port) -> Port:
        if self.recorder is not None:
            port = RecordingPort(port, self.recorder)
        return self.wrap(port)


def add_port_arguments(parser: argparse.ArgumentParser, default: str | None = "auto") -> None:
    """Gives a tool --port, --record and --core-load."""
    parser.add_argument("--port", default=default, metavar="URL", help=PORT_HELP)
    parser.add_argument("--record", type=Path, metavar="FILE", help=RECORD_HELP)
    parser.add_argument("--core-load", choices=(ON, OFF), help=CORE_LOAD_HELP)


def port_options(args: argparse.Namespace) -> PortOptions:
    """What the arguments of `add_port_arguments` were."""
    load = None if args.core_load is None else args.core_load == ON
    return PortOptions(args.port or "auto", args.record, load)


@contextlib.contextmanager
def port_opening(
    options: PortOptions,
    say: Callable[[str], None],
    scene: str = DEFAULT_SCENE,
    speed: str = "real",
    wrap: Callable[[Port], Port] = lambda port: port,
) -> Iterator[Opening]:
    """What `options` mean now; says why. At the end the recording is closed, and HostError raised if it is not whole.

    Raises HostError, too, for another scene than the default one where no virtual board starts.
    """
    choice = choose_port(options.url, listed_ports())
    say(choice.reason)
    if scene != DEFAULT_SCENE and choice.url != VIRTUAL:
        raise HostError(
            f"--scene {scene} is for the virtual board that starts here, and this is {without_key(choice.url)}",
            "leave --scene out, or give --port virtual",
        )
    if options.core_load is not None and choice.url != VIRTUAL:
        raise HostError(
            f"--core-load is for the virtual board that starts here, and this is {without_key(choice.url)}",
            "leave it out, or give --port virtual",
        )
    playback = _open_playback(choice)
    if options.record is None:
        yield Opening(choice, scene, speed, None, wrap, playback, options.core_load)
        return
    recorder = start_recording(options.record, address_name(choice.url), _command(), say)
    say(f"recording to {options.record}")
    try:
        yield Opening(choice, scene, speed, recorder, wrap, playback, options.core_load)
    finally:
        recorder.close()
    recorder.raise_failure()


def _command() -> str:
    """What is running, as it would be typed: a recording tells it, on whatever machine."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    program = ["python", "-m", spec.parent] if spec and spec.parent else [Path(sys.argv[0]).name]
    return shlex.join([*program, *map(without_key, sys.argv[1:])])


def _open_playback(choice: Choice) -> ReplayPort | None:
    if not choice.is_replay:
        return None
    return open_replay(choice.url.removeprefix(REPLAY))
