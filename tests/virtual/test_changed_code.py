"""Code that is overwritten after it ran runs as what it is now, at its price: however far ahead of the change its block
begins, and whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from host.virtual import words
from host.virtual.engines import Flavour
from host.virtual.options import BoardOptions
from tests.virtual.bench import Bench

NOP, RETURN = bytes.fromhex("00bf"), bytes.fromhex("7047")
DIVIDE, ADD = bytes.fromhex("b0fbf1f0"), bytes.fromhex("00eb0100")  # udiv, add.w r0,r0,r1
POKE = bytes.fromhex("0160") + RETURN  # str r1,[r0]
NVMC_CONFIG, WRITE_ENABLE = 0x4001E504, 1
FREE, POKE_PLACE = 0x31000, words.RAM_START + 0x30000
IN_RAM, IN_ALIAS, IN_FLASH = words.RAM_START + FREE, words.CODE_RAM_START + FREE, 0x80000
DIVIDED, ADDED = 1_000_000 // 3, 1_000_000 + 3


def desk(address: int, nops: int, last: bytes, options: BoardOptions | None = None) -> Bench:
    """A board with a program that it has not run yet: one block."""
    bench = Bench(options)
    memory, program = bench.board.memory, nops * NOP + last + RETURN
    assert memory.write_ram(POKE_PLACE, POKE)
    if address == IN_FLASH:
        memory.flash[address : address + len(program)] = list(program)
    else:
        assert memory.write_ram(words.plain(address), program)
    bench.board.symbols["poke"] = POKE_PLACE, len(POKE)
    bench.board.symbols["program"] = address, len(program)
    return bench


def by_cpu(bench: Bench, address: int) -> None:
    bench.call("poke", address, int.from_bytes(ADD, "little"))


def by_nvmc(bench: Bench, address: int) -> None:
    """ADD has no bit that DIVIDE lacks, so nothing needs to be erased."""
    bench.call("poke", NVMC_CONFIG, WRITE_ENABLE)
    by_cpu(bench, address)


def by_bus_master(bench: Bench, address: int) -> None:
    assert bench.board.memory.write_ram(address, ADD)


def by_cpu_elsewhere(bench: Bench, address: int) -> None:
    by_cpu(bench, words.plain(address))


def run(bench: Bench) -> tuple[int, int]:
    """What the program makes of 1,000,000 and 3, and its cycles."""
    before = bench.board.cycles
    value = bench.value("program", 1_000_000, 3)
    return value, bench.board.cycles - before


@pytest.mark.parametrize("nops", [2, 400])
@pytest.mark.parametrize(
    ("address", "write"),
    [
        (IN_RAM, by_cpu),
        (IN_RAM, by_bus_master),
        (IN_ALIAS, by_cpu_elsewhere),
        (IN_FLASH, by_nvmc),
    ],
)
def test_the_end_of_a_block_is_overwritten(
    address: int, write: Callable[[Bench, int], None], nops: int
) -> None:
    bench = desk(address, nops, DIVIDE)
    value, dear = run(bench)
    assert value == DIVIDED
    write(bench, address + 2 * nops)
    value, cheap = run(bench)
    assert value == ADDED and cheap == dear - 5  # udiv is priced at 6
    assert (value, cheap) == run(desk(address, nops, ADD))


def test_another_engine_has_the_old_code() -> None:
    bench = desk(IN_RAM, 40, DIVIDE)
    cpu = bench.board.cpu
    cpu.use(Flavour.EXACT)
    run(bench)
    cpu.use(Flavour.FAST)
    _, dear = run(bench)
    by_cpu(bench, IN_RAM + 80)
    for flavour in (Flavour.EXACT, Flavour.FAST):
        cpu.use(flavour)
        assert run(bench) == (ADDED, dear - 5), flavour


def test_the_same_by_the_exact_engine_alone() -> None:
    bench = desk(IN_RAM, 400, DIVIDE, BoardOptions(always_exact=True))
    _, dear = run(bench)
    by_cpu(bench, IN_RAM + 800)
    assert run(bench) == (ADDED, dear - 5)
