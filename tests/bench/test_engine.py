"""What host.bench engine measures on the virtual board: it adds up, and it does not grow unnoticed."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.bench.engine import guest
from host.bench.engine.baseline import compare_reports, read_baseline
from host.bench.engine.figures import Report, as_json
from host.bench.engine.guest import Guest
from host.bench.engine.images import sample_images
from host.bench.engine.memory import Footprint
from host.compiler.build import Options, compile_model
from host.compiler.network import macs
from host.compiler.pack import unpack
from host.virtual.options import BoardOptions
from host.virtual.profile import Profile
from host.virtual.window import Window

BASELINE = Path(__file__).parent / "baseline_person_grey_025.json"
MODEL = Path(__file__).resolve().parents[2] / "models" / "person_grey_025.tflite"
GROWTH = 1.02  # of instructions, without a new baseline in the same commit
PERSON_MACS = 7_157_888
UARTE0 = 2  # its interrupt
KEYS = {
    "instructions",
    "estimated_cycles",
    "macs",
    "flash_bytes",
    "ram_bytes",
    "arena_bytes",
    "stack_bytes",
    "flash_read_words",
    "bit_exact",
    "layers",
}


def test_layers_and_what_lies_between_them_add_up_to_the_inference(report: Report) -> None:
    assert report.total is not None
    assert report.outside is not None
    layers = report.layers
    assert sum(layer.cycles for layer in layers) + report.outside.cycles == report.total.cycles
    counted = sum(layer.instructions or 0 for layer in layers)
    assert counted + report.outside.instructions == report.total.instructions
    read = sum(layer.flash_reads or 0 for layer in layers)
    assert read + report.outside.flash_reads == report.total.flash_reads


def test_little_lies_between_the_operators(report: Report) -> None:
    assert report.outside is not None and report.clock is not None
    assert 0 < report.outside.cycles < report.cycles / 100
    assert 0 < report.clock[1] < report.cycles / 100


def test_cycles_are_of_the_engine_and_of_nothing_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    boards_made: list[BoardOptions] = []

    def started(*, options: BoardOptions, elf: Path) -> None:
        boards_made.append(options)
        raise HostError("seen enough")

    monkeypatch.setattr(guest, "LocalPort", started)
    with pytest.raises(HostError, match="seen enough"):
        Guest(MODEL)
    assert boards_made == [BoardOptions(core_load=False)]


def test_counts_the_published_macs_of_the_model(report: Report) -> None:
    compiled = compile_model(MODEL.read_bytes(), "published")
    assert compiled.model_macs == PERSON_MACS
    left = sum(macs(compiled.network, layer) for layer in compiled.network.layers)
    assert report.macs == left < PERSON_MACS  # two channels are dead


def test_scores_equal_the_reference_bit_for_bit(report: Report) -> None:
    assert report.exactness.exact is True, report.exactness.why


def test_memory_is_that_of_the_packed_model_and_the_firmware(report: Report) -> None:
    memory = report.footprint
    assert memory is not None
    assert memory.image == 96 * 96
    assert memory.code > 4_000
    assert memory.model == unpack(MODEL.with_suffix(".tpm").read_bytes()).header.total_bytes
    assert 200 < memory.stack < 8_192


def test_flash_and_ram_count_each_part_once() -> None:
    parts = Footprint(code=1, shared=2, model=4, image=8, arena=16, data=32, bss=64, stack=128)
    assert parts.flash == 1 + 2 + 4 + 32, "initialised data lies in flash, too"
    assert parts.ram == 8 + 16 + 32 + 64 + 128


def test_json_has_the_promised_keys(report: Report) -> None:
    figures = json.loads(json.dumps(as_json(report)))
    assert set(figures) == KEYS
    assert figures["estimated_cycles"] == report.cycles
    assert sum(layer["macs"] for layer in figures["layers"]) == figures["macs"]
    assert all(layer["operator"] for layer in figures["layers"])


def test_the_same_image_costs_the_same_again(firmware: Path) -> None:
    guest = Guest(firmware)
    guest.start(guest.built_in())
    image = sample_images((96, 96, 1), 1)[0]
    with Profile(guest.board) as profile:
        first, second = guest.infer(image), guest.infer(image)
    assert first.result.scores == second.result.scores
    one, two = (window.total for window in profile.windows)
    assert (one.instructions, one.flash_reads) == (two.instructions, two.flash_reads)


def test_an_interrupt_is_no_part_of_the_layer_that_it_falls_into(firmware: Path) -> None:
    guest = Guest(firmware)
    guest.start(guest.built_in())
    board, image = guest.board, sample_images((96, 96, 1), 1)[0]

    def layers(window: Window) -> list[tuple[int, int]]:
        return [
            (b.instructions - a.instructions, b.flash_reads - a.flash_reads)
            for a, b in pairwise(window.calls)
        ]

    with Profile(board) as profile:
        guest.infer(image)
        measured, taken = board.marked, list[int]()

        def marked(high: bool) -> None:
            measured(high)
            taken.append(board.exceptions.taken)
            if high:  # the serial port's interrupt, amid the inference
                cycle = board.cycles + 4_000_000
                board.schedule.at("a test", cycle, lambda: board.nvic.pend_interrupt(UARTE0))

        board.marked = marked
        guest.infer(image)
    undisturbed, disturbed = profile.windows
    assert taken[1] > taken[0] + 1  # this one, and that of the last acknowledgement
    assert layers(disturbed) == layers(undisturbed)


def test_another_model_can_be_laid_over_the_built_in_one(firmware: Path) -> None:
    data = MODEL.read_bytes()
    blob = compile_model(data, "laid_over", options=Options(streaming=False)).blob
    guest = Guest(firmware)
    guest.start(blob)
    assert guest.hello.model == "laid_over"
    assert guest.hello.model_hash == unpack(blob).header.body_crc


def test_a_model_that_the_firmware_refuses_is_named_with_its_reason(firmware: Path) -> None:
    guest = Guest(firmware)
    damaged = bytearray(guest.built_in())
    damaged[-1] ^= 1
    with pytest.raises(HostError, match="refuses the model: its checksum is wrong"):
        guest.start(bytes(damaged))


def test_a_model_longer_than_the_flash_is_refused(firmware: Path) -> None:
    with pytest.raises(HostError, match="bytes; behind the firmware are"):
        Guest(firmware).start(bytes(1 << 20))


def test_instructions_do_not_grow_without_a_new_baseline(
    report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report.total is not None
    before = read_baseline(BASELINE)
    change = compare_reports(report, before)
    with capsys.disabled():
        print(
            f"\nengine, virtual board, estimated: {report.total.instructions:,} instructions "
            f"({100 * (change.instructions - 1):+.2f} %), {report.cycles:,} cycles "
            f"({100 * (change.cycles - 1):+.2f} %) against {BASELINE.name}"
        )
    assert change.instructions <= GROWTH, (
        "slower than the baseline: make it faster, or say why and commit a new baseline: "
        f"python -m host.bench engine --write-baseline tests/bench/{BASELINE.name}"
    )
