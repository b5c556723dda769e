"""A small labelled set on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.data.dataset import Dataset, read_dataset
from host.data.manifest_file import write_manifest
from tests.data.pictures import fill
from tests.data.sets import ROWS


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    root = fill(tmp_path / "set", *(row.path for row in ROWS))
    write_manifest(root, ROWS)
    return read_dataset(root)
