"""Measures the engine on a real board, from the Profile messages that it sends: cycles, and nothing else."""

from __future__ import annotations

from pathlib import Path

from host.base.boards import VIRTUAL
from host.base.errors import HostError
from host.bench.engine.figures import Report, conditions_of, median_index
from host.bench.engine.images import Image, sample_images
from host.bench.engine.layers import describe
from host.bench.engine.reference import compare
from host.bench.engine.response import Answer
from host.compiler.model import choose_model
from host.link.device import Device
from host.link.messages import Hello, Mode, Profile, Setting

PROFILE_WAIT_S = 2.0


def measure_real(device: Device, path: Path, dead_channel_removal: bool, count: int) -> Report:
    """A connected board that runs the model in `path`, on `count` images."""
    hello = device.hello
    if hello.board == VIRTUAL:
        raise HostError(
            f"{device.name} is a virtual board, which measures nothing", "leave out --real"
        )
    model = choose_model(path, b"", dead_channel_removal)
    if hello.model_hash != model.hash:
        raise HostError(
            f"the board runs {hello.model or 'no model'} ({hello.model_hash:08x}), not "
            f"{model.packed.header.name} ({model.hash:08x})",
            "flash it, or name the model that it runs",
        )
    images = sample_images(model.input_shape, count)
    device.set_mode(Mode.IDLE)
    device.set(Setting.PROFILE, 1)
    try:
        answers = [_infer(device, image) for image in images]
    finally:
        device.set(Setting.PROFILE, 0)
    cycles = [answer.result.inference_cycles for answer in answers]
    chosen = median_index(cycles)
    return Report(
        conditions=conditions_of(hello, model, count, _name(hello), _how(hello)),
        layers=describe(model.packed, answers[chosen].operator_cycles),
        cycles=cycles[chosen],
        spread=(min(cycles), max(cycles)),
        exactness=compare(model, images, [a.result.scores for a in answers]),
        model_macs=model.model_macs,
    )


def _infer(device: Device, image: Image) -> Answer:
    result = device.inject(image)
    while (message := device.receive(PROFILE_WAIT_S)) is not None:
        if isinstance(message, Profile) and message.frame == result.frame:
            return Answer(result, message)
    raise HostError("the board sent no Profile behind its Result", "update its firmware")


def _name(hello: Hello) -> str:
    return f"{hello.board} board {hello.device_serial:016x}"


def _how(hello: Hello) -> str:
    cache = "on" if hello.instruction_cache else "off"
    supply = "DC/DC" if hello.dcdc else "LDO"
    return f"measured by the board's own counter, instruction cache {cache}, {supply}"
