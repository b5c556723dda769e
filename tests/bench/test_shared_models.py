"""Models of others, on the Cortex-M4 code: exact to the last bit, with dead channels and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.bench.engine import measure

NAMES = ("tflm_person_detect", "mlcommons_vww_96_int8", "first_person_rgb_025_int8")


@pytest.mark.parametrize("removal", [True, False], ids=["removal", "no_removal"])
@pytest.mark.parametrize("name", NAMES)
def test_runs_exactly_on_the_virtual_board(
    shared: Path, firmware: Path, name: str, removal: bool
) -> None:
    report = measure(firmware, shared / "models" / f"{name}.tflite", removal, 2)
    assert report.exactness.exact is True, report.exactness.why
    assert report.model_macs is not None
    assert report.macs <= report.model_macs
    if not removal:
        assert report.macs == report.model_macs


def test_dead_channels_cost_nothing_once_removed(shared: Path, firmware: Path) -> None:
    file = shared / "models" / "mlcommons_vww_96_int8.tflite"
    lean, whole = (measure(firmware, file, removal, 1) for removal in (True, False))
    assert whole.macs == 7_489_664
    assert lean.macs < 0.55 * whole.macs
    assert lean.cycles < 0.75 * whole.cycles
