"""What a basic block costs on a Cortex-M4 with zero-wait-state memory: an estimate, never "cycle-accurate".

In: the machine code of a block. Out: its price. Rules: ARM DDI 0439 (Cortex-M4 TRM) instruction timing, with the
load/store notes; branch penalties as fitted to published cycle counts (worst error 6.4 %, RMS 2.6 % over 11 programs).
Not modelled: flash wait states, instruction cache misses, early termination of divisions.
"""

from __future__ import annotations

from dataclasses import dataclass

from capstone import CS_ARCH_ARM, CS_MODE_MCLASS, CS_MODE_THUMB, Cs, CsInsn
from capstone.arm import ARM_OP_MEM, ARM_OP_REG, ARM_REG_PC, ARM_REG_SP

from host.virtual.words import LOADS, STORES

LOAD_NAMES = frozenset(
    ["ldr", "ldrb", "ldrh", "ldrsb", "ldrsh", "ldrex", "ldrexb", "ldrexh", "ldrt", "ldrbt", "ldrht"]
)
STORE_NAMES = frozenset(
    ["str", "strb", "strh", "strex", "strexb", "strexh", "strt", "strbt", "strht"]
)
MULTIPLE = ("ldm", "stm", "push", "pop", "vldm", "vstm", "vpush", "vpop")
FUSED = ("vmla", "vmls", "vnmla", "vnmls", "vfma", "vfms", "vfnma", "vfnms")
INDIRECT = ("bx", "blx", "pop", "ldm", "ldr", "tbb", "tbh", "mov", "add")
CONDITIONS = frozenset(
    ["eq", "ne", "hs", "lo", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"]
)
MUST_ALIGN = ("multiple", "float load", "float store")
WAIT_FOR_INTERRUPT = b"\x30\xbf"
WAIT_FOR_EVENT = b"\x20\xbf"


@dataclass(frozen=True)
class CycleModel:
    """The numbers that a fit may move; cycles.

    Facts say a direct branch fits best at 1 extra cycle and an indirect one at 2; a store 1; a division 6 of its 2..12.
    """

    taken_direct: int = 1
    taken_indirect: int = 2
    misaligned_target: int = 1
    load: int = 2
    store: int = 1
    store_register_offset: int = 2
    fresh_address: int = 1
    divide: int = 6
    fused_multiply: int = 3
    float_divide: int = 14


@dataclass(frozen=True)
class BlockPrice:
    """What one run of a block costs. prefix: cycles before the instruction at each halfword."""

    cycles: int
    instructions: int
    taken_penalty: int
    entry_penalty: int
    prefix: tuple[int, ...]
    aligned: tuple[
        int, ...
    ]  # offsets of instructions that fault on a misaligned word (LDM, LDRD, VLDR, ...)
    reaching: tuple[
        tuple[int, ...], tuple[int, ...]
    ]  # offsets of the loads, and of the stores, that may reach a device
    uses_fpu: bool
    masks: bool  # has an instruction that changes PRIMASK, BASEPRI or FAULTMASK; it ends the block
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class _Step:
    """One instruction as the model sees it."""

    kind: str
    cycles: int
    written: frozenset[int]
    addresses: frozenset[int]
    bytes: int
    reaching: int | None = None  # words.LOADS or words.STORES when it may access a device


def new_disassembler() -> Cs:
    """A Thumb disassembler with operand details."""
    machine = Cs(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS)
    machine.detail = True
    return machine


def price_block(code: bytes, address: int, machine: Cs, model: CycleModel) -> BlockPrice:
    """Prices the block `code` that lies at `address`, as if it ran from its first to its last instruction."""
    cycles, count, place = 0, 0, 0
    prefix = [0] * (len(code) // 2 + 1)
    previous: _Step | None = None
    last = ""
    float_used, masks, unknown, aligned = False, False, [], []
    reaching: tuple[list[int], list[int]] = ([], [])
    while place < len(code):
        found = next(machine.disasm(code[place:], address + place, 1), None)
        if found is None:
            step = _Step("unknown", 1, frozenset(), frozenset(), _length(code, place))
            unknown.append(f"{address + place:#x}: {code[place : place + step.bytes].hex()}")
        else:
            step = _step(found, model)
            last = found.mnemonic
            float_used = float_used or last[0] == "v"
            masks = masks or last.startswith(("cps", "msr"))
            if step.reaching is not None:
                reaching[step.reaching].append(place)
            if step.kind in MUST_ALIGN:
                aligned.append(place)
        prefix[place // 2] = cycles
        cycles += _cost(step, previous, model)
        count += 1
        place += step.bytes
        previous = step
    indirect = last.split(".")[0].startswith(INDIRECT)
    return BlockPrice(
        cycles=cycles,
        instructions=count,
        taken_penalty=model.taken_indirect if indirect else model.taken_direct,
        entry_penalty=model.misaligned_target if address & 2 and _length(code, 0) == 4 else 0,
        prefix=tuple(prefix),
        aligned=tuple(aligned),
        reaching=(tuple(reaching[LOADS]), tuple(reaching[STORES])),
        uses_fpu=float_used,
        masks=masks,
        unknown=tuple(unknown),
    )


def _length(code: bytes, place: int) -> int:
    """Bytes of the Thumb instruction at `place` (ARM DDI 0403 A5.1)."""
    return 4 if code[place + 1] >> 3 in (0x1D, 0x1E, 0x1F) else 2


def _step(found: CsInsn, model: CycleModel) -> _Step:
    kind, cycles = _classify(found, model)
    addresses: set[int] = set()
    for operand in found.operands:
        if operand.type == ARM_OP_MEM:
            addresses |= {operand.mem.base, operand.mem.index} - {0, ARM_REG_PC}
    written = frozenset(found.regs_access()[1])
    return _Step(kind, cycles, written, frozenset(addresses), found.size, _reaching(found))


def _reaching(found: CsInsn) -> int | None:
    """Whether an instruction loads or stores where a device may be: anywhere but on the stack and beside the code."""
    name = found.mnemonic
    multiple = name.startswith(("ldm", "stm", "vldm", "vstm"))
    if not multiple and not name.startswith(("ldr", "str", "vldr", "vstr")):
        return None
    bases = {o.mem.base for o in found.operands if o.type == ARM_OP_MEM}
    if multiple:
        bases = {found.operands[0].reg}
    if bases & {ARM_REG_SP, ARM_REG_PC}:
        return None
    return LOADS if name.lstrip("v").startswith("ld") else STORES


def _classify(found: CsInsn, model: CycleModel) -> tuple[str, int]:
    """Kind of an instruction and its cycles when nothing before it matters."""
    name = found.mnemonic.split(".")[0]
    if name[-2:] in CONDITIONS and len(name) > 3:
        name = name[:-2]
    if name.startswith(MULTIPLE):
        bare = "push" in name or "pop" in name
        return "multiple", 1 + len(found.operands) - (0 if bare else 1)
    if name[0] == "v":
        return _classify_float(found, name, model)
    if name in ("ldrd", "strd"):
        return "multiple", 3
    if name in LOAD_NAMES:
        return "load", model.load
    if name in STORE_NAMES:
        index = any(o.type == ARM_OP_MEM and o.mem.index for o in found.operands)
        return "store", model.store_register_offset if index else model.store
    if name.startswith("it") and set(name[2:]) <= set("te"):
        return "condition", 1
    single = {"tbb": 2, "tbh": 2, "sdiv": model.divide, "udiv": model.divide, "mrs": 2, "msr": 2}
    kind = "branch" if name in ("tbb", "tbh") else "arithmetic"
    return kind, 4 if name == "isb" else single.get(name, 1)


def _classify_float(found: CsInsn, name: str, model: CycleModel) -> tuple[str, int]:
    double = found.op_str.startswith("d")
    if name in ("vldr", "vstr"):
        return ("float load" if name == "vldr" else "float store"), 3 if double else 2
    if name.startswith(("vdiv", "vsqrt")):
        return "arithmetic", model.float_divide
    if name.startswith(FUSED):
        return "arithmetic", model.fused_multiply
    registers = sum(1 for o in found.operands if o.type == ARM_OP_REG)
    return "arithmetic", 2 if name == "vmov" and registers >= 3 else 1


def _cost(step: _Step, previous: _Step | None, model: CycleModel) -> int:
    """Cycles of a step after `previous`: loads pipeline, stores follow loads, IT folds, fresh addresses wait."""
    if previous is None:
        return step.cycles
    cycles = step.cycles
    waits = bool(previous.written & step.addresses)
    if step.kind == "load" and previous.kind == "load" and not waits:
        cycles -= 1
    if step.kind == "float load" and previous.kind in ("load", "float load") and not waits:
        cycles -= 1
    if step.kind == "store" and previous.kind == "load" and not waits:
        cycles = 1
    if step.kind == "condition" and previous.bytes == 2 and previous.kind != "condition":
        cycles = 0
    touches = step.kind in ("load", "store", "float load", "float store")
    if touches and previous.kind == "arithmetic" and waits:
        cycles += model.fresh_address
    return cycles
