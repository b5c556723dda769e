"""A board that runs the model: a virtual one started with it, or a real one that has it or is sent it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from host.base.boards import VIRTUAL
from host.base.errors import HostError
from host.base.files import write_private
from host.compiler.pack import PackedModel
from host.deploy.model import check_fits
from host.deploy.transfer import send_model
from host.link.device import Device
from host.link.line import Timing
from host.link.messages import Hello
from host.link.transport import SocketPort
from host.ports.choose import Choice, choose_port, listed_ports, open_choice, reopener
from host.virtual.server import start_virtual_board

EMULATED = Timing(result_s=60.0)  # on a slow machine, a model of 200 million cycles
REAL = "real"


@contextmanager
def open_board(
    url: str, model: PackedModel, send: bool, say: Callable[[str], None]
) -> Iterator[Device]:
    """A connected board that runs `model`. url: as for every tool, or `real`: a plugged-in Nano and nothing else.

    send: put the model into one of the board's slots first. Raises HostError with the remedy when it runs another.
    """
    choice = _choose(url)
    say(choice.reason)
    if choice.url == VIRTUAL:
        with _virtual(model) as device:
            yield device
        return
    with Device(open_choice(choice), reopen=reopener(choice)) as device:
        _settle(device, model, send, say)
        yield device


def about_board(hello: Hello) -> str:
    """What must be the same for answers to be kept: model, board, firmware."""
    return f"{hello.model_hash:08x} {hello.board} {hello.device_serial:016x} {hello.firmware}"


def _choose(url: str) -> Choice:
    choice = choose_port("auto" if url == REAL else url, listed_ports())
    if url == REAL and choice.url == VIRTUAL:
        raise HostError("no Nano is plugged in", "check the cable, or use --port virtual")
    return choice


@contextmanager
def _virtual(model: PackedModel) -> Iterator[Device]:
    """As fast as the host can, with the model in the place of the built-in one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tpm"
        write_private(path, model.data)
        process = start_virtual_board(speed="max", arguments=("--model", str(path)))
        try:

            def connect() -> SocketPort:
                return SocketPort.at(process.url, process.name)

            with Device(connect(), reopen=connect, timing=EMULATED) as device:
                _check(device, model)
                yield device
        finally:
            process.close()


def _settle(device: Device, model: PackedModel, send: bool, say: Callable[[str], None]) -> None:
    if send and device.hello.model_hash != model.header.body_crc:
        check_fits(model.header, device.slot(0))
        say(f"sending {model.header.name}, {model.header.total_bytes:,} bytes")
        send_model(device, model.data, lambda held: None)
        say("the model stays on the board: `python -m host.deploy --default` goes back")
    _check(device, model)


def _check(device: Device, model: PackedModel) -> None:
    hello = device.hello
    if hello.model_hash == model.header.body_crc:
        return
    if hello.model_hash == 0:
        check_fits(model.header, device.slot(0))
        raise HostError("the firmware refuses the model", "compile it again with this version")
    raise HostError(
        f"the board runs {hello.model} ({hello.model_hash:08x}), not {model.header.name} "
        f"({model.header.body_crc:08x})",
        "add --send, or `python -m host.deploy` it first",
    )
