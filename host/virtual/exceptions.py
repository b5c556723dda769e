"""Exception entry and return: what a Cortex-M4 does in hardware and Unicorn does not (ARM DDI 0403, B1.5.6 to B1.5.8).

FP context is stacked at once, where silicon waits for the handler's first float instruction; LSPACT stays 0.
Entry costs 12 cycles and return 10, as with lazy stacking; 17 more when FPCCR.LSPEN forbids it.
An interrupt waits for the end of the basic block that runs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from host.virtual import hooks
from host.virtual.cpu import Cpu
from host.virtual.memory import Memory
from host.virtual.nvic import Nvic
from host.virtual.registers import (
    CONTROL,
    FAULTMASK,
    FLOATS,
    FPSCR,
    FRAME,
    IPSR,
    LR,
    MSP,
    PSP,
    XPSR,
)

ENTRY_CYCLES, RETURN_CYCLES, FLOAT_CYCLES = 12, 10, 17
AUTOMATIC_FLOAT, LAZY_FLOAT = 1 << 31, 1 << 30  # FPCCR.ASPEN, LSPEN
ALIGNED = 1 << 9
IN_BLOCK = 0x0600FC00  # XPSR's IT bits
FLOAT_ACTIVE, USES_PSP = 4, 2
BASIC_BYTES, FULL_BYTES = 0x20, 0x68


class StackError(Exception):
    """The frame does not fit in memory, or EXC_RETURN makes no sense: the caller escalates."""


@dataclass(frozen=True)
class Entry:
    """What an entry needs: the vector table, the exception, the address to return to, and FPCCR."""

    vectors: int
    exception: int
    back_to: int
    float_control: int


def enter(cpu: Cpu, memory: Memory, nvic: Nvic, entry: Entry) -> int | None:
    """Stacks the frame and starts the handler; where the float registers went, which is FPCAR."""
    exception = entry.exception
    *general, status, control, main, process = cpu.read(*FRAME, XPSR, CONTROL, MSP, PSP)
    threaded = not nvic.active
    on_process = threaded and bool(control & USES_PSP)
    floating = bool(control & FLOAT_ACTIVE and entry.float_control & AUTOMATIC_FLOAT)
    stack = (process if on_process else main) - (FULL_BYTES if floating else BASIC_BYTES)
    padded = stack & 4
    stack &= ~7
    status = status & ~ALIGNED | (ALIGNED if padded else 0)
    frame = struct.pack("<8I", *general, entry.back_to & ~1, status | 1 << 24)
    if floating:
        frame += struct.pack("<18I", *cpu.read(*FLOATS[:16], FPSCR), 0)
    if not memory.write_ram(stack, frame):
        raise StackError(f"exception {exception}: no stack at {stack:#010x}")
    nvic.pending.discard(exception)
    nvic.active.append(exception)
    link = 0xFFFFFFED if threaded and on_process else 0xFFFFFFE9 if threaded else 0xFFFFFFE1
    cpu.write({
        XPSR: status & ~IN_BLOCK & ~0x1FF | exception | 1 << 24,
        IPSR: exception,
        CONTROL: control & ~0xE,
        MSP: main if on_process else stack,
        PSP: stack if on_process else process,
        LR: link if floating else link | 0x10,
    })  # fmt: skip
    cpu.jump(memory.read_word(entry.vectors + 4 * exception))
    at_once = floating and not entry.float_control & LAZY_FLOAT
    cpu.spend(ENTRY_CYCLES + (FLOAT_CYCLES if at_once else 0))
    return stack + BASIC_BYTES if floating else None


def leave(cpu: Cpu, memory: Memory, nvic: Nvic, link: int) -> None:
    """Unstacks the frame that EXC_RETURN `link` names and goes on there."""
    if not nvic.active or link & 0xF not in (1, 9, 0xD):
        raise StackError(f"no exception to return from with {link:#010x}")
    ended = nvic.active.pop()
    on_process, floating = link & 0xF == 0xD, not link & 0x10
    main, process, control = cpu.read(MSP, PSP, CONTROL)
    stack = process if on_process else main
    data = memory.read(stack, FULL_BYTES if floating else BASIC_BYTES)
    if data is None:
        raise StackError(f"exception return: no stack at {stack:#010x}")
    *general, address, status = struct.unpack("<8I", data[:BASIC_BYTES])
    stack += len(data) + (4 if status & ALIGNED else 0)
    number = nvic.active[-1] if nvic.active else 0
    control = control & 1 | (USES_PSP if on_process else 0) | (FLOAT_ACTIVE if floating else 0)
    cpu.write({
        XPSR: status & ~ALIGNED & ~0x1FF | number | 1 << 24,
        IPSR: number,
        CONTROL: control,
        MSP: main if on_process else stack,
        PSP: stack if on_process else process,
        FAULTMASK: 0,
        **dict(zip(FRAME, general, strict=True)),
    })  # fmt: skip
    if floating:
        floats = struct.unpack("<17I", data[BASIC_BYTES:100])
        cpu.write(dict(zip([*FLOATS[:16], FPSCR], floats, strict=True)))
    cpu.jump(address)
    cpu.spend(RETURN_CYCLES)
    nvic.ended(ended)


def waiting_masks(primask: int, basepri: int, faultmask: int) -> int:
    """The mask registers as the block hook packs them."""
    return primask & 1 | (faultmask & 1) << 1 | (basepri & 0xFF) << 8


def watch_masks(cpu: Cpu, masks: int | None) -> None:
    """While an exception is held back by masks, every block looks whether they changed; None ends that."""
    cpu.state[hooks.WATCH_MASKS] = masks is not None
    if masks is not None:
        cpu.state[hooks.MASKS] = masks
        cpu.state[hooks.DEADLINE] = 0
