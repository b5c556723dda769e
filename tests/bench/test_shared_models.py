"""Models of others, on the Cortex-M4 code: exact to the last bit, with dead channels and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.bench.engine.measure import measure

WITH_DEAD_CHANNELS = "mlcommons_vww_96_int8"
WITH_DEAD_CHANNELS_MACS = 7_489_664


@pytest.mark.parametrize("name", ["tflm_person_detect", "first_person_rgb_025_int8"])
def test_runs_exactly_on_the_virtual_board(shared: Path, firmware: Path, name: str) -> None:
    report = measure(firmware, shared / "models" / f"{name}.tflite", True, 2)
    assert report.exactness.exact is True, report.exactness.why


def test_dead_channels_change_the_cost_and_no_score(shared: Path, firmware: Path) -> None:
    file = shared / "models" / f"{WITH_DEAD_CHANNELS}.tflite"
    lean, whole = (measure(firmware, file, removal, 2) for removal in (True, False))
    assert lean.exactness.exact is whole.exactness.exact is True
    assert lean.model_macs == whole.model_macs == whole.macs == WITH_DEAD_CHANNELS_MACS
    assert lean.macs < 0.55 * whole.macs
    assert lean.cycles < 0.75 * whole.cycles
