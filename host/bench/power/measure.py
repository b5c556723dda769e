"""One power run: opens meter and board, measures, keeps all of it in a run directory."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from host.base.boards import VIRTUAL
from host.base.console import stderr
from host.base.errors import HostError
from host.base.text import say
from host.bench.power.figures import PowerResult, summary_of
from host.bench.power.recorded import analyse_recording
from host.bench.power.states import Measurement, Steps
from host.bench.power.tables import KIND, Rows, layouts
from host.link.device import Device
from host.link.messages import Hello, Setting
from host.ports.choose import choose_port, listed_ports
from host.ports.open import PortOptions, on_battery, port_opening
from host.power.battery import Battery
from host.power.choose import ESTIMATE, MeterChoice, open_meter
from host.power.collector import Collector
from host.power.counter_rig import CounterRig
from host.power.live_rig import LiveRig
from host.power.meter import MeterInfo, meter_words
from host.power.method import Method
from host.power.recording import read_recording
from host.power.rig import Rig
from host.runs.conditions import gather
from host.runs.write import RunWriter

BOOT_S = 10.0  # a board that the meter has just powered shows its USB port in this time


@dataclass(frozen=True)
class Request:
    """A power run that is wanted.

    directory: where it goes. command: to repeat it. battery, looks_per_minute: what battery lives are given for.
    recorded_volt: of a recording that does not say it. external_supply: the board does not live on the meter.
    rate_hz: 0 for the meter's usual one. scene: what a virtual board's camera sees. dcdc: switch the converter on.
    """

    directory: Path
    command: str
    now: datetime
    method: Method
    supply_volt: float
    battery: Battery
    looks_per_minute: list[float]
    meter: MeterChoice
    recorded_volt: float | None
    external_supply: bool
    rate_hz: int
    baud: int
    port: PortOptions
    scene: str
    dcdc: bool


@dataclass(frozen=True)
class Done:
    """What came of it."""

    result: PowerResult
    summary: dict[str, Any]
    directory: Path


def measure(request: Request) -> Done:
    """With a board. What was measured before an error or Ctrl-C is kept, and the run says what ended it."""
    with open_rig(request) as rig, steps_shown() as steps:
        return measure_on(rig, request, steps)


def measure_on(rig: Rig, request: Request, steps: Steps) -> Done:
    """On a rig that is open."""
    with open_run(request, rig.info, rig.hello, rig.port) as run:
        rows = Rows(run, rig.info, request.method.channel)

        def keep() -> None:
            run.summary = _summary(measurement.result, request)
            run.save()

        measurement = Measurement(rig, request.method, request.supply_volt, rows, steps, keep)
        measurement.result.notes.extend(notes_on(rig.info, rig.hello))
        try:
            measurement.run()
        except BaseException:
            if measurement.result.states:
                say(f"what was measured so far is kept in {request.directory}")
            raise
        finally:
            run.summary = _summary(measurement.result, request)
        return Done(measurement.result, run.summary, request.directory)


def analyse(request: Request) -> Done:
    """A recording, without a board."""
    recording = read_recording(Path(request.meter.where), request.recorded_volt)
    with open_run(request, recording.info, None, "") as run:
        rows = Rows(run, recording.info, request.method.channel)
        result = analyse_recording(recording, request.method, rows)
        run.summary = _summary(result, request)
        return Done(result, run.summary, request.directory)


def _summary(result: PowerResult, request: Request) -> dict[str, Any]:
    return summary_of(result, request.battery, request.looks_per_minute)


def open_run(request: Request, info: MeterInfo, hello: Hello | None, port: str) -> RunWriter:
    """The run directory, with its conditions."""
    method = request.method
    details = {
        "meter": meter_words(info.name, info.serial_number, info.rate_hz),
        **info.settings,
        "method": f"{method.windows} windows of at least {method.seconds:g} s and {method.inferences} "
        "inferences, median",
        "LEDs": "the firmware drives none",
    }
    if method.short:
        details["caution"] = method.short
    conditions = gather(
        KIND,
        request.command,
        request.now,
        hello,
        port,
        supply_volt=request.supply_volt,
        details=details,
    )
    return RunWriter(request.directory, KIND, conditions, layouts(info))


@contextlib.contextmanager
def open_rig(request: Request) -> Iterator[Rig]:
    """Meter and board. The meter comes first: it may be what the board lives on."""
    with contextlib.ExitStack() as open_things:
        if request.meter.kind == ESTIMATE:
            rig: Rig = _estimating_rig(request, open_things)
        else:
            meter = open_meter(
                request.meter,
                external_supply=request.external_supply,
                rate_hz=request.rate_hz,
                baud=request.baud,
            )
            open_things.callback(meter.close)
            meter.start(request.supply_volt)
            collector = Collector(meter)
            open_things.callback(collector.close)
            _wait_for_board(request.port.url)
            device = _device(request, open_things)
            if device.hello.board == VIRTUAL:
                raise HostError(
                    "a meter cannot measure a virtual board",
                    "plug a board in, or use --meter estimate",
                )
            rig = LiveRig(device, meter, collector, request.supply_volt)
        open_things.callback(rig.close)
        yield rig


def _estimating_rig(request: Request, open_things: contextlib.ExitStack) -> Rig:
    is_virtual = choose_port(request.port.url, listed_ports()).url == VIRTUAL
    if is_virtual:
        request = replace(request, port=on_battery(request.port))
    if (
        not is_virtual or request.port.record is not None
    ):  # a link to record, by the clock on the wall
        return CounterRig(_device(request, open_things), request.supply_volt)
    from host.power.virtual_rig import VirtualRig
    from host.virtual.scene import open_scene

    say("a virtual board in this process, in its own time; its power comes from datasheets")
    scene = open_scene(request.scene)
    rig = VirtualRig(scene, request.supply_volt, core_load=request.port.core_load)
    if request.dcdc:
        rig.set(Setting.DCDC, 1)
    return rig


def _device(request: Request, open_things: contextlib.ExitStack) -> Device:
    opening = open_things.enter_context(port_opening(request.port, say, request.scene))
    device = open_things.enter_context(Device(opening.open(), timing=opening.timing))
    if request.dcdc:
        device.set(Setting.DCDC, 1)
        device.greet()
    return device


def _wait_for_board(url: str) -> None:
    """Raises HostError when no board appears, now that the meter gives it power."""
    end = time.monotonic() + BOOT_S
    while True:
        try:
            if choose_port(url, listed_ports()).url != VIRTUAL:
                return
            why = "no board is plugged in"
        except HostError as error:
            why = str(error)
        if time.monotonic() > end:
            raise HostError(
                f"{why}: a meter needs a real board",
                "connect its USB cable for the data, or use --meter estimate on the virtual one",
            )
        time.sleep(0.25)


def notes_on(info: MeterInfo, hello: Hello) -> list[str]:
    """What a reader of the figures must know."""
    if not info.estimated:
        return []
    notes = [
        "Estimated figures rest on typical currents of datasheets (host/power/currents.py says which) and on the "
        "board's cycles; they rank states and designs, they are no measurement.",
        "Not in them: USB (2.4 mA from its own supply), the Nano's power LED, sensors and I2C pull-ups.",
    ]
    if hello.board == VIRTUAL:
        notes.append(
            "The virtual board is deterministic: that its windows agree says nothing of hardware."
        )
    return notes


@contextlib.contextmanager
def steps_shown() -> Iterator[Steps]:
    """A bar on stderr."""
    columns = (
        TextColumn("{task.description:<12}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=stderr()) as bars:
        task = bars.add_task("starting", total=1.0)
        yield lambda label, share: bars.update(task, description=label, completed=share)
