"""A power run as host/bench/power writes it, of known figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from host.runs.conditions import gather
from host.runs.layout import Column, Layout
from host.runs.read import Run, read_run
from host.runs.write import RunWriter
from tests.link.fake_board import HELLO
from tests.runs.made import NOON


def layout(name: str, columns: str, csv: bool = True) -> Layout:
    """columns: `name:type` by spaces."""
    pairs = (column.split(":") for column in columns.split())
    return Layout(name, tuple(Column(n, t, "") for n, t in pairs), csv)


LAYOUTS = (
    layout(
        "trace",
        "time_s:float64 current_a:float32 current_min_a:float32 current_max_a:float32 marker:bool segment:text",
        False,
    ),
    layout("detail", "time_s:float64 current_a:float32 marker:bool", False),
    layout(
        "windows",
        "window:int64 start_s:float64 seconds:float64 inferences:float64 energy_j:float64 gross_j:float64 "
        "net_j:float64 current_a:float64 voltage_v:float64 lost:int64 refused:text",
    ),
    layout(
        "inferences",
        "window:int64 inference:int64 start_s:float64 seconds:float64 energy_j:float64",
    ),
)


def camera_state(word: str) -> dict[str, Any]:
    """The figures of one power state. word, as below: measured or estimated."""
    return {
        "state": "camera_on",
        "seconds": 10.0,
        f"{word}_current_a": 0.0127,
        f"{word}_power_w": 0.0419,
        f"{word}_energy_each_j": None,
        "seconds_each": None,
        "repetitions": 0,
        "awake_share": 0.25,
        "refused": "",
        "uncertainty": 0.5 if word == "estimated" else 0.0,
    }


def battery(word: str) -> dict[str, Any]:
    """How long one lasts."""
    life = {
        "looks_per_minute": 6.0,
        f"{word}_average_power_w": 0.00346,
        "uncertainty": 0.4 if word == "estimated" else 0.0,
        "estimated_hours": 770.0,
    }
    return {
        "capacity_mah": 1000.0,
        "volts": 3.7,
        "usable": 0.8,
        "efficiency": 0.89,
        "lives": [life],
    }


def summary(word: str, **changed: Any) -> dict[str, Any]:
    """The figures of a whole run."""
    return {
        "figures": word,
        "supply_volt": 3.3,
        f"{word}_gross_energy_per_inference_j": 3.336e-3,
        f"{word}_net_energy_per_inference_j": 2.866e-3,
        f"{word}_gross_energy_p50_j": 3.331e-3,
        f"{word}_gross_energy_p95_j": 3.335e-3,
        f"{word}_seconds_per_inference": 0.154,
        f"{word}_inference_current_a": 6.56e-3,
        f"{word}_idle_power_w": 3.05e-3,
        "uncertainty": 0.17,
        "windows": 2,
        "inferences": 130.0,
        "lost_samples": 0,
        "refused": [],
        "short": "",
        "notes": ["LEDs are not in it"],
        "meter": {"name": "meter", "serial_number": "42", "rate_hz": 1e5},
        "states": [camera_state(word)],
        "battery": battery(word),
    } | changed


def add_traces(run: RunWriter) -> None:
    """A second of idling, then one of inferences."""
    time = np.arange(2000) / 1000
    current = np.where(time < 1, 0.001, 0.00656).astype(np.float32)
    names = ["idle"] * 1000 + ["inference 1"] * 1000
    run.extend(
        "trace",
        {
            "time_s": time,
            "current_a": current,
            "current_min_a": 0.9 * current,
            "current_max_a": 1.1 * current,
            "marker": time >= 1,
            "segment": names,
        },
    )
    run.extend("detail", {"time_s": 5 + time, "current_a": current, "marker": time % 0.5 > 0.1})


def power_run(directory: Path, word: str = "estimated", **changed: Any) -> Run:
    """Two windows."""
    board = "virtual" if word == "estimated" else "nano33ble"
    conditions = gather(
        "power",
        "python -m host.bench power --meter estimate",
        NOON,
        replace(HELLO, board=board),
        "memory",
    )
    with RunWriter(directory, "power", conditions, LAYOUTS) as run:
        add_traces(run)
        for window, energy in ((1, 0.2168), (2, 0.2169)):
            run.append(
                "windows",
                window,
                1.0,
                10.01,
                65.0,
                energy,
                energy / 65,
                2.866e-3,
                6.561234e-3,
                3.3,
                0,
                "",
            )
            run.append("inferences", window, 1, 1.0, 0.154, energy / 65)
        run.summary = summary(word, **changed)
    return read_run(directory)
