"""Reads a run, whole or interrupted. Its files are untrusted: every one is checked against run.json."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.runs.conditions import Conditions
from host.runs.layout import Layout, check_layouts
from host.runs.tables import arrow, parquet_batches, parquet_path, stream_batches, stream_path
from host.runs.typed_json import parse, read_object
from host.runs.write import COMPLETE, HEADER, INTERRUPTED, RUNNING, SCHEMA

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Run:
    """state: complete or interrupted, with the reason. summary: JSON values, as the tool of this kind wrote them."""

    directory: Path
    kind: str
    state: str
    reason: str
    conditions: Conditions
    summary: dict[str, Any]
    layouts: dict[str, Layout]
    rows: dict[str, int]  # of each table; empty for a run that was killed

    @property
    def interrupted(self) -> bool:
        """True when it did not end as planned."""
        return self.state == INTERRUPTED

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[Columns]:
        """The rows, some thousands at a time, so that a long run fits in memory: arrays by column name."""
        layout = self._layout(table)
        names = list(columns or layout.names)
        for name in names:
            if name not in layout.names:
                raise HostError(f"{self.directory}: table {table} has no column {name}")
        for batch in self._batches(layout, names):
            yield {name: _array(batch.column(name), self.directory) for name in names}

    def columns(self, table: str, columns: Sequence[str] | None = None) -> Columns:
        """All rows: arrays of int64, float64, float32, bool or str by column name."""
        layout = self._layout(table)
        parts = list(self.batches(table, columns))
        names = list(columns or layout.names)
        if not parts:
            types = {c.name: "str" if c.type == "text" else c.type for c in layout.columns}
            return {name: np.empty(0, dtype=types[name]) for name in names}
        return {name: np.concatenate([part[name] for part in parts]) for name in names}

    def _layout(self, table: str) -> Layout:
        if table not in self.layouts:
            raise HostError(f"{self.directory} has no table {table}: it is a run of {self.kind}")
        return self.layouts[table]

    def _batches(self, layout: Layout, names: list[str]) -> Iterator[Any]:
        stream, parquet = stream_path(self.directory, layout), parquet_path(self.directory, layout)
        if parquet.exists():
            return parquet_batches(parquet, layout, names)
        if stream.exists():
            return stream_batches(stream, layout)
        raise HostError(f"{parquet} is missing: the run is not whole")


def read_run(directory: Path) -> Run:
    """A run, its tables unread. Raises HostError when it is none, or damaged."""
    path = directory / HEADER
    if not path.exists():
        raise HostError(
            f"{directory} is no run: it has no {HEADER}", "give a directory of --output"
        )
    header = read_object(path)
    if header.get("schema") != SCHEMA:
        raise HostError(
            f"{path} is of schema {header.get('schema')!r}, this program reads {SCHEMA}"
        )
    fields = parse(_Header, header, str(path))
    check_layouts(fields.tables, str(path))
    if fields.state not in (COMPLETE, INTERRUPTED, RUNNING):
        raise HostError(f"{path}: state {fields.state[:40]!r} is unknown: the file is damaged")
    state, reason = fields.state, fields.reason
    if state == RUNNING:
        state, reason = INTERRUPTED, "it did not end: it was killed, or it is still running"
    return Run(
        directory=directory,
        kind=fields.kind,
        state=state,
        reason=reason,
        conditions=fields.conditions,
        summary=fields.summary,
        layouts={layout.name: layout for layout in fields.tables},
        rows=fields.rows,
    )


@dataclass(frozen=True)
class _Header:
    kind: str
    state: str
    reason: str
    conditions: Conditions
    summary: dict[str, Any]
    tables: tuple[Layout, ...]
    rows: dict[str, int]


def _array(column: Any, directory: Path) -> NDArray[Any]:
    if column.null_count:
        raise HostError(f"{directory}: values are missing in a table: the file is damaged")
    values = column.to_numpy(zero_copy_only=False)
    is_text = arrow().types.is_string(column.type)
    return np.asarray(values, dtype=str) if is_text else np.asarray(values)
