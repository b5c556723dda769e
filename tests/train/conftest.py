"""The tiny data set and one model trained on it, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.train.__main__ import main
from tests.train.shapes import arguments, write_pictures


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictures(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="session")
def trained(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run."""
    output = tmp_path_factory.mktemp("trained")
    assert main(arguments(pictures, output)) == 0
    return output
