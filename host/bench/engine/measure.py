"""Measures the engine in the real firmware on the virtual board: one Report for one model."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from host.base.text import say
from host.bench.engine.figures import CYCLE_MODEL, Report, conditions_of, median_index
from host.bench.engine.guest import Guest
from host.bench.engine.images import sample_images
from host.bench.engine.layers import LayerCost, describe, split
from host.bench.engine.memory import footprint
from host.bench.engine.reference import compare
from host.bench.engine.response import Answer
from host.compiler.model import Model, choose_model
from host.virtual.profile import Profile
from host.virtual.tally import doubts
from host.virtual.window import Window

MOST_INTERRUPT_CYCLES = 5000  # in an inference of a board that waits for nothing else


def measure(elf: Path, path: Path | None, dead_channel_removal: bool, count: int) -> Report:
    """The firmware `elf` with the model in `path` (None: its own), on `count` images."""
    guest = Guest(elf)
    model = choose_model(path, guest.built_in(), dead_channel_removal)
    guest.start(model.packed.data)
    images = sample_images(model.input_shape, count)
    with Profile(guest.board) as profile:
        answers = [guest.infer(image) for image in images]
    for line in doubts(guest.board):
        say(f"virtual board: {line}")
    windows = [_own(model, w, a) for w, a in zip(profile.windows, answers, strict=True)]
    layers = [_layers(model, w, a) for w, a in zip(windows, answers, strict=True)]
    cycles = [window.total.cycles for window in windows]
    chosen = median_index(cycles)
    window = windows[chosen]
    stack_bytes = max(window.stack_bytes for window in windows)
    return Report(
        conditions=conditions_of(guest.hello, model, count, "virtual board", CYCLE_MODEL),
        layers=layers[chosen],
        cycles=cycles[chosen],
        spread=(min(cycles), max(cycles)),
        exactness=compare(model, images, [a.result.scores for a in answers]),
        total=window.total,
        outside=split(model.packed, window)[1],
        clock=(len(window.calls), round(len(window.calls) * profile.cycles_of_call())),
        footprint=footprint(guest.board.symbols, model.packed, stack_bytes),
        model_macs=model.model_macs,
    )


def _own(model: Model, window: Window, answer: Answer) -> Window:
    """The window without the cycles of interrupts that fell into it: the firmware's clock leaves them out.

    The port's interrupt sends the last acknowledgement while the first layer runs. Profile counts no instruction of it.
    """
    costs, _ = split(model.packed, window)
    taken = [c.cycles - own for c, own in zip(costs, answer.operator_cycles, strict=True)]
    if min(taken) < 0 or sum(taken) > MOST_INTERRUPT_CYCLES:
        raise AssertionError(f"counted {costs}, the firmware {answer.operator_cycles}")
    late = [0] * (
        2 * len(model.packed.steps) + 1
    )  # how far each reading lies behind the firmware's clock
    left = list(taken)
    for number, step in enumerate(model.packed.steps):
        late[2 * number + 1], left[step.operator_index] = left[step.operator_index], 0
    behind = list(accumulate(late))
    calls = [replace(r, cycles=r.cycles - b) for r, b in zip(window.calls, behind, strict=False)]
    end = replace(window.end, cycles=window.end.cycles - behind[-1])
    return replace(window, calls=tuple(calls), end=end)


def _layers(model: Model, window: Window, answer: Answer) -> tuple[LayerCost, ...]:
    """Counted from outside, and held against what the firmware counted itself."""
    costs, _ = split(model.packed, window)
    cycles = [cost.cycles for cost in costs]
    if cycles != answer.operator_cycles:
        raise AssertionError(f"counted {cycles}, the firmware {answer.operator_cycles}")
    return tuple(
        replace(layer, instructions=cost.instructions, flash_reads=cost.flash_reads)
        for layer, cost in zip(describe(model.packed, cycles), costs, strict=True)
    )
