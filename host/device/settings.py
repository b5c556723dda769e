"""Settings by the names that people type, and as a table."""

from __future__ import annotations

import contextlib

from rich.table import Table

from host.base.errors import HostError
from host.base.spelling import did_you_mean
from host.link.device import Device
from host.link.messages import Setting
from host.link.settings import LIMITS

NAMES = {setting.name.lower(): setting for setting in Setting}


def setting_named(text: str) -> Setting:
    """By its name; capitals and dashes do not matter. Raises HostError with the likely one."""
    name = text.lower().replace("-", "_")
    if name not in NAMES:
        near = did_you_mean(name, NAMES)
        raise HostError(
            f"there is no setting {text!r}{near}", "`python -m host.device get` lists them"
        )
    return NAMES[name]


def allowed_value(setting: Setting, text: str) -> int:
    """A value that a board takes. Raises HostError with the range."""
    limits = LIMITS[setting]
    with contextlib.suppress(ValueError):
        value = int(text, 0)
        if limits.allows(value):
            return value
    raise HostError(
        f"{setting.name.lower()} cannot be {text!r}", f"give {limits.range} ({limits.words})"
    )


def settings_table(values: dict[Setting, int]) -> Table:
    """One row a setting: now, what is allowed, what it is when the board starts, and what it means."""
    table = Table(title="settings of the board, until it restarts")
    for heading in ("setting", "now", "may be", "at start", "meaning"):
        table.add_column(heading, justify="right" if heading in ("now", "at start") else "left")
    for setting, value in values.items():
        limits = LIMITS[setting]
        table.add_row(
            setting.name.lower(), str(value), limits.range, str(limits.at_start), limits.words
        )
    return table


def read_settings(device: Device, wanted: list[Setting]) -> dict[Setting, int]:
    """What they are now."""
    return {setting: device.get(setting) for setting in wanted}
