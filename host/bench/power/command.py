"""Energy of an inference by MLPerf Tiny's method, the current of each state, and what a battery makes of them.

The meter supplies or watches the board; wire the board's pin A6 (P0.28) to its digital input 0. --voltage is what it
supplies: 3.3 at the 3V3 pin (jumper 3V3 cut), 5.0 at VIN. Without a meter, `--meter estimate` prices what the board
does by datasheets: an estimate, and labelled so.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from host.base.arguments import positive
from host.base.console import stdout
from host.base.errors import HostError
from host.base.follow_up import shell_line
from host.base.json_out import print_json
from host.base.text import say
from host.bench.arguments import count
from host.bench.power.measure import Request, analyse, measure
from host.bench.power.show import power_tables
from host.ports.open import add_port_arguments, port_options
from host.power.battery import battery_for
from host.power.choose import BAUD, ESTIMATE, FORMS, RECORDING, meter_choice
from host.power.currents import RAIL_V
from host.power.method import Method
from host.runs.conditions import command_line
from host.runs.write import default_directory, refuse_place
from host.virtual.light import SCENE_HELP

NAME = "power"
LOWEST_V, HIGHEST_V = 3.0, 21.0
SERIAL_SECONDS = 30.0  # a slow source needs long windows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `power` takes."""
    add = parser.add_argument
    add("--meter", type=meter_choice, required=True, metavar="METER", help=FORMS)
    add_port_arguments(parser)
    add("--voltage", type=positive, metavar="V", help="of the supply; 3.3 or 5.0, see above")
    add("--external-supply", action="store_true", help="the meter does not supply the board")
    add("--channel", type=int, default=0, choices=range(8), help="digital input with the marker")
    add(
        "--seconds",
        type=positive,
        metavar="S",
        help="of a window; default 10 (a serial source: 30)",
    )
    add("--windows", type=count, default=5, metavar="N", help="default 5")
    add(
        "--short", action="store_true", help="allow less than 5 windows of 10 s: no figure to quote"
    )
    add("--rate", type=count, default=0, metavar="HZ", help="of a Joulescope or LPM01A")
    add("--baud", type=count, default=BAUD, help=f"of a serial source; default {BAUD}")
    add("--scene", default="default", metavar="URL", help=SCENE_HELP)
    add("--dcdc", action="store_true", help="switch the board's DC/DC converter on")
    add("--battery-mah", type=positive, default=1000.0, metavar="MAH", help="default 1000")
    add("--battery-volts", type=positive, default=3.7, metavar="V", help="default 3.7")
    add("--looks-per-minute", type=positive, nargs="+", default=[1, 6, 30], metavar="N")
    add("--output", type=Path, metavar="DIR", help="where the run goes; default runs/power-DATE")
    add("--json", action="store_true", help="the summary as one object on stdout")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when there is a figure. A refused one is an error in a line; what was measured is kept."""
    wanted = _request(args)
    refuse_place(wanted.directory)
    done = analyse(wanted) if wanted.meter.kind == RECORDING else measure(wanted)
    if args.json:
        print_json(done.summary)
    else:
        shown = power_tables(done.result, wanted.battery, wanted.looks_per_minute)
        stdout().print(shown)
    shows = shell_line("host.bench", "report", done.directory)
    say(f"kept in {done.directory}; {shows} shows it")
    if not done.result.complete:
        reasons = [*done.result.refusals, "fewer windows than the method asks for"]
        raise HostError(f"no figure: {reasons[0]}; what was measured is kept in {done.directory}")
    return 0


def _request(args: argparse.Namespace) -> Request:
    now, supply_volt = datetime.now(UTC), _supply(args)
    return Request(
        directory=args.output or default_directory(NAME, now),
        command=command_line("host.bench", args.argv),
        now=now,
        method=_method(args),
        supply_volt=supply_volt,
        battery=battery_for(args.battery_mah, args.battery_volts, supply_volt),
        looks_per_minute=args.looks_per_minute,
        meter=args.meter,
        recorded_volt=args.voltage,
        external_supply=args.external_supply,
        rate_hz=args.rate,
        baud=args.baud,
        port=port_options(args),
        scene=args.scene,
        dcdc=args.dcdc,
    )


def _method(args: argparse.Namespace) -> Method:
    usual = SERIAL_SECONDS if args.meter.kind == "serial" else Method().seconds
    method = Method(args.windows, args.seconds or usual, channel=args.channel)
    if args.short:
        method = replace(method, inferences=2)
    elif method.short:
        raise HostError(method.short, "--short measures it all the same, and says so everywhere")
    return method


def _supply(args: argparse.Namespace) -> float:
    """Never assumed where it is put out: 5 V at the 3V3 pin would destroy the board."""
    volts: float | None = args.voltage
    if volts is None:
        if args.meter.kind in (ESTIMATE, RECORDING):
            return RAIL_V
        raise HostError(
            "--voltage is missing",
            "give 3.3 when the meter feeds the 3V3 pin (its jumper cut), 5.0 at VIN. "
            "5 V at the 3V3 pin destroys the board",
        )
    if not LOWEST_V <= volts <= HIGHEST_V:
        raise HostError(f"a board takes 3.0 to 3.6 V at 3V3 or 4.5 to 21 V at VIN, not {volts:g} V")
    return volts
