"""MLPerf Tiny's modes over its own text commands: performance, accuracy, energy. Our runner; others work as well.

Pictures: a folder or zip with y_labels.csv and raw files, or with folders person and no_person; else the bundled ones.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from host.arguments import positive
from host.bench.commands.arguments import console, count, say
from host.link.opening import add_port_arguments
from host.power.choose import BAUD, ESTIMATE, FORMS, meter_choice
from host.power.method import Method

if TYPE_CHECKING:
    from host.bench.mlperf.energy import Energy, Recorder
    from host.bench.mlperf.session import Partner

NAME = "mlperf"
HELP = "MLPerf Tiny's performance, accuracy and energy modes"
MODES = ("performance", "accuracy", "energy")
RAIL_V = 3.3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `mlperf` takes."""
    add = parser.add_argument
    add("--mode", choices=MODES, default=MODES[0], help="default performance")
    add("--data", type=Path, metavar="DIR|ZIP", help="pictures; default: the bundled ones")
    add("--limit", type=count, metavar="N", help="accuracy: so many of the pictures")
    add_port_arguments(parser)
    add("--seconds", type=positive, default=10.0, metavar="S", help="of a window; default 10")
    add("--windows", type=count, default=5, metavar="N", help="default 5")
    add("--meter", type=meter_choice, metavar="METER", help=f"energy: {FORMS}")
    add("--voltage", type=positive, default=RAIL_V, metavar="V", help="of the supply; default 3.3")
    add("--external-supply", action="store_true", help="the meter does not supply the board")
    add("--channel", type=int, default=0, choices=range(8), help="digital input with the marker")
    add("--json", action="store_true", help="the result as one object on stdout")


def run(asked: argparse.Namespace) -> int:
    """Exit code 0 when there is a result."""
    from host.bench.mlperf import session

    measure = {
        "performance": session.run_performance,
        "accuracy": session.run_accuracy,
        "energy": _energy,
    }[asked.mode]
    with contextlib.ExitStack() as open_things:
        recorder = _live_meter(asked, open_things)
        board = open_things.enter_context(session.partner(asked, say))
        say(f"{board.name}, {board.firmware}")
        asked.recorder = recorder
        result = measure(asked, board, say)
        _show(asked, board, result)
    return 0


def _show(asked: argparse.Namespace, board: Partner, result: object) -> None:
    from host.bench.mlperf import table

    if asked.json:
        print(json.dumps(table.as_json(board, result), indent=2))
    else:
        console().print(table.result_table(board, result))


def _energy(asked: argparse.Namespace, board: Partner, told: Any) -> Energy:
    """With the meter that was asked for; on the virtual board by datasheets."""
    from host.bench.mlperf import energy, session
    from host.bench.mlperf.guest import GuestPort
    from host.bench.mlperf.pictures import list_pictures, opened, read_input
    from host.errors import HostError

    if asked.meter is None:
        raise HostError(f"--mode energy needs --meter: {FORMS}")
    session.refuse_wrong_meter(board.guest, asked.meter.kind == ESTIMATE)
    recorder: Recorder = board.guest if isinstance(board.guest, GuestPort) else asked.recorder
    with opened(asked.data) as folder:
        inputs = [read_input(p.path, board.shape) for p in list_pictures(folder)[: asked.windows]]
    method = Method(asked.windows, asked.seconds, channel=asked.channel)
    return energy.measure_energy(board.dialogue, recorder, inputs, asked.voltage, method, told)


def _live_meter(asked: argparse.Namespace, open_things: contextlib.ExitStack) -> Recorder | None:
    """Before the board: it may live on it."""
    if asked.mode != "energy" or asked.meter is None or not asked.meter.live:
        return None
    from host.bench.mlperf.energy import MeterRecorder
    from host.power.choose import open_meter
    from host.power.rig import Collector

    meter = open_meter(asked.meter, external_supply=asked.external_supply, baud=BAUD)
    open_things.callback(meter.close)
    meter.start(asked.voltage)
    collector = Collector(meter)
    open_things.callback(collector.close)
    return MeterRecorder(collector, meter.info)
