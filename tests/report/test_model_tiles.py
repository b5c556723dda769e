"""A page of latency says what the model asks of the board: MACs, flash and RAM, as the compiler's report has them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from host.base.places import MODELS
from host.bench.latency.compare import latency_run
from host.bench.latency.layers import footprint_of
from host.bench.latency.page import latency_tiles
from host.compiler.build import Options
from host.compiler.pack import unpack
from host.compiler.report import examine
from tests.bench.latency_rows import inferences, written

PACKED = unpack((MODELS / "person_grey_025.tpm").read_bytes())


def test_the_footprint_is_the_compilers() -> None:
    report = examine(str(MODELS / "person_grey_025.tflite"), 0, 0, 0, 0, Options())
    found = footprint_of(PACKED)
    assert (found.macs, found.flash_bytes, found.ram_bytes) == (
        report.macs,
        report.flash_bytes,
        report.ram_bytes,
    )


def test_a_page_has_them_where_the_model_is_at_hand(tmp_path: Path) -> None:
    of = latency_run(written(tmp_path / "run", inferences(20)))
    assert "RAM" not in [tile.label for tile in latency_tiles(of)], "not of a model of nobody"
    assert of.run.conditions.board is not None
    board = dataclasses.replace(of.run.conditions.board, model_hash=f"{PACKED.header.body_crc:08x}")
    conditions = dataclasses.replace(of.run.conditions, board=board)
    known = dataclasses.replace(of, run=dataclasses.replace(of.run, conditions=conditions))
    tiles = {tile.label: f"{tile.value} {tile.unit}" for tile in latency_tiles(known)}
    assert tiles["work"] == f"{footprint_of(PACKED).macs / 1e6:.2f} M MACs"
    assert tiles["flash"] == f"{len(PACKED.data) / 1000:.1f} kB" and tiles["RAM"].endswith(" kB")
