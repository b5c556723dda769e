"""MCUNet's person detector (mit-han-lab) built into the virtual board: LiteRT's scores of the bundled pictures, and its
verdicts, as probabilities in the samples that every viewer shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from host.base.pictures import read_picture
from host.base.resize import resized
from host.compiler.build import Options, compile_model
from host.compiler.litert_model import LiteRtModel
from host.compiler.report import examine
from host.evaluate.reference import Reference
from host.samples import scores_of
from tests.system.board import ROOT, Bench

pytestmark = pytest.mark.bare_image(
    "other models are laid over the built-in one, which lies last in our own image alone"
)
PICTURES = {"03_person_portrait": True, "12_kitchen_table": False}


def picture(name: str, size: int) -> NDArray[np.uint8]:
    """A bundled picture of 4:3 as the board's averaging makes it: uint8 [size, size, 3]."""
    image = read_picture(ROOT / "host" / "virtual" / "pictures" / f"{name}.jpg")
    return np.asarray(resized(image, size, size), np.uint8)


def test_verdicts_of_bundled_pictures(shared: Path) -> None:
    path = shared / "models" / "mcunet_vww.tflite"
    data = path.read_bytes()
    compiled = compile_model(data, "mcunet", ("no person", "person"))
    bench, litert, reference = (
        Bench("synthetic"),
        LiteRtModel(data, "mcunet"),
        Reference(data, "mcunet"),
    )
    bench.load_model(compiled.blob)
    assert bench.hello.model == "mcunet"
    for name, person in PICTURES.items():
        image = picture(name, 80)
        result = bench.inject(image)
        expected = litert.infer(image)
        assert np.array_equal(np.frombuffer(result.scores, np.int8), expected)
        shown = scores_of(bench.hello, result)
        np.testing.assert_allclose(shown, reference.output.real(expected[None])[0], atol=1e-6)
        assert sum(shown) == pytest.approx(1.0)
        assert (shown[1] > 0.5) == person, (name, shown)
    report = examine(str(path), 0.25, 96, 3, 2, Options())
    assert report.fits and report.flash_bytes == len(compiled.blob)
