"""MLPerf Tiny's modes over its own text commands: performance, accuracy, energy. Our runner; others work as well.

Pictures: a folder or zip with y_labels.csv and raw files, or with folders person and no_person; else the bundled ones.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from host.base.arguments import positive
from host.base.console import stdout
from host.base.errors import HostError
from host.base.follow_up import shell_line
from host.base.json_out import print_json
from host.base.text import say
from host.bench.arguments import count
from host.bench.mlperf import measure as session
from host.bench.mlperf import show, tables
from host.bench.mlperf.energy import MeterRecorder, measure_energy
from host.bench.mlperf.measure import window_inputs
from host.bench.mlperf.tables import ENERGY
from host.ports.open import add_port_arguments, port_options
from host.power.choose import BAUD, ESTIMATE, FORMS, MeterChoice, meter_choice, open_meter
from host.power.collector import Collector
from host.power.currents import RAIL_V
from host.power.method import Method
from host.runs.conditions import command_line
from host.runs.write import default_directory, refuse_place

if TYPE_CHECKING:
    from host.bench.mlperf.energy import Energy, Recorder
    from host.bench.mlperf.measure import Plan, TextModeBoard
    from host.bench.mlperf.modes import Say
    from host.bench.mlperf.tables import Keep

NAME = "mlperf"
MODES = ("performance", "accuracy", ENERGY)


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
    add("--output", type=Path, metavar="DIR", help="of the run; default runs/mlperf-DATE")
    add("--json", action="store_true", help="the result as one object on stdout")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when there is a result; what was measured before an error or Ctrl-C is kept."""
    if args.mode == ENERGY and args.meter is None:
        raise HostError("--mode energy needs --meter", f"give {FORMS}")
    plan = session.Plan(args.data, args.limit, args.windows, args.seconds)
    metering = _metering(args) if args.mode == ENERGY else None
    now = datetime.now(UTC)
    place = args.output or default_directory(NAME, now)
    refuse_place(place)
    with contextlib.ExitStack() as open_things:
        recorder = _live_meter(metering, open_things) if metering else None
        board = open_things.enter_context(session.text_mode_board(port_options(args), say))
        say(f"{board.name}, {board.firmware}")
        if metering:
            session.refuse_wrong_meter(board.guest, metering.meter.kind == ESTIMATE)
        measure: Callable[[Plan, TextModeBoard, Say, Keep], object] = (
            partial(_energy, metering, recorder)
            if metering
            else {"performance": session.run_performance, "accuracy": session.run_accuracy}[
                args.mode
            ]
        )
        supply = metering.volts if metering else None
        command = command_line("host.bench", args.argv)
        details = {"pictures": str(plan.data or "those that come along")}
        try:
            with tables.open_run(place, args.mode, board, command, now, details, supply) as run:
                result = measure(plan, board, say, tables.keeper(run))
                run.summary = show.as_json(board, result)
        finally:
            if place.exists():
                say(f"kept in {place}; {shell_line('host.bench', 'report', place)} shows it")
        if args.json:
            print_json(run.summary)
        else:
            stdout().print(show.result_table(board, result, run.conditions))
    return 0


@dataclass(frozen=True)
class Metering:
    """With which meter energy is measured. external_supply: the board does not live on it. channel: of the marker."""

    meter: MeterChoice
    volts: float
    external_supply: bool
    channel: int


def _metering(args: argparse.Namespace) -> Metering:
    return Metering(args.meter, args.voltage, args.external_supply, args.channel)


def _energy(
    metering: Metering,
    recorder: Recorder | None,
    plan: Plan,
    board: TextModeBoard,
    progress: Say,
    keep: Keep,
) -> Energy:
    """With that meter; on the virtual board by datasheets."""
    source = board.guest or recorder
    assert source is not None, "refuse_wrong_meter has seen to it"
    inputs = window_inputs(plan, board)
    method = Method(plan.windows, plan.seconds, channel=metering.channel)
    return measure_energy(board.dialogue, source, inputs, metering.volts, method, progress, keep)


def _live_meter(metering: Metering, open_things: contextlib.ExitStack) -> Recorder | None:
    """Before the board: it may live on it."""
    if not metering.meter.live:
        return None
    meter = open_meter(metering.meter, external_supply=metering.external_supply, baud=BAUD)
    open_things.callback(meter.close)
    meter.start(metering.volts)
    collector = Collector(meter)
    open_things.callback(collector.close)
    return MeterRecorder(collector, meter.info)
