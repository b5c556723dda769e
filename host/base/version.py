"""Which version this is."""

from __future__ import annotations

import importlib.metadata
import tomllib

from host.base.missing import PROJECT
from host.base.places import ABOVE, IS_CHECKOUT


def version() -> str:
    """As pyproject.toml has it: a checkout's own, whatever else is installed."""
    if IS_CHECKOUT:
        with (ABOVE / "pyproject.toml").open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])
    return importlib.metadata.version(PROJECT)
