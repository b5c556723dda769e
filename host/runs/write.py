"""Writes a run while it is measured: what was appended survives Ctrl-C, a full disk, a torn cable and a kill."""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from host.base.errors import HostError
from host.base.files import private_folder, write_private
from host.base.json_out import as_object
from host.runs.conditions import Conditions
from host.runs.layout import Layout, check_layouts
from host.runs.tables import arrow, finish, schema_of, stream_path

SCHEMA = 1
HEADER = "run.json"
RUNNING, COMPLETE, INTERRUPTED = "running", "complete", "interrupted"
ROWS_AT_ONCE = 64
SECONDS_AT_ONCE = 1.0  # a kill loses no more than what came in so long


def default_directory(kind: str, now: datetime) -> Path:
    """runs/KIND-DATE, where a tool writes without --output."""
    return Path("runs") / f"{kind}-{now:%Y%m%d-%H%M%S}"


def refuse_place(directory: Path) -> None:
    """Before a board or a meter is opened: raises HostError where a run cannot go. Makes nothing."""
    if (directory / HEADER).exists():
        raise HostError(f"{directory} holds a run already", "choose another --output")
    there = next(place for place in (directory, *directory.absolute().parents) if place.exists())
    if not there.is_dir():
        raise HostError(f"{directory} cannot be made: {there} is a file", "choose another --output")
    if not os.access(there, os.W_OK | os.X_OK):
        raise HostError(f"{directory}: {there} is not writable", "choose another --output")


class RunWriter:
    """`with RunWriter(...) as run: run.append("samples", 1, 2.5)`.

    Set `summary` (JSON values) at any time before the end. An exception that leaves the block makes the run
    `interrupted`, with the reason; its rows are kept all the same. Without any row it leaves nothing behind.
    Raises HostError when it cannot be written.
    """

    def __init__(
        self,
        directory: Path,
        kind: str,
        conditions: Conditions,
        layouts: tuple[Layout, ...],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_layouts(layouts, "this run")
        self.directory, self.kind, self.conditions = directory, kind, conditions
        self.summary: dict[str, Any] = {}
        self._closed, self._is_empty = False, True
        self._layouts = layouts
        _make(directory)
        # The header last: where it is, the tables are. A kill before it leaves no run, and the place is free.
        self._tables = {layout.name: _Stream(directory, layout, clock) for layout in layouts}
        self._write_header(RUNNING, "", layouts, {})

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        if self._is_empty and not self._closed:
            self._discard()
            return
        try:
            self.close(INTERRUPTED, reason_of(error))
        except HostError as extra:
            if not isinstance(
                error, Exception
            ):  # Ctrl-C: the reason that rows are missing matters more
                raise extra from error

    def append(self, table: str, *values: object) -> None:
        """One row, in the columns' order."""
        self._is_empty = False
        self._tables[table].append(values)

    def extend(self, table: str, columns: Mapping[str, Any]) -> None:
        """Many rows: an array or list of equal length for each column."""
        self._is_empty = False
        self._tables[table].extend(columns)

    def close(self, state: str = COMPLETE, reason: str = "") -> None:
        """Makes the Parquet and CSV files. Raises HostError when the disk is full; the streams stay then."""
        if self._closed:
            return
        self._closed = True
        failure: OSError | None = None
        rows: dict[str, int] = {}
        for stream in self._tables.values():
            try:
                rows[stream.layout.name] = stream.close()
            except OSError as error:
                failure = error
        if failure is not None:
            state, reason = INTERRUPTED, reason or f"cannot write: {_plain(failure)}"
        try:
            self._write_header(state, reason, self._layouts, rows)
        except HostError as error:
            raise HostError(
                f"{error}; what was measured so far is kept in {self.directory}"
            ) from error
        if failure is not None:
            raise _cannot_write(self.directory, failure)

    def save(self) -> None:
        """Rows and `summary` as they are now reach the disk: a kill takes none of them. Raises HostError."""
        for stream in self._tables.values():
            stream.flush()
        self._write_header(RUNNING, "", self._layouts, {})

    def _discard(self) -> None:
        """Takes away what it wrote, and the directory where nothing else is in it."""
        for stream in self._tables.values():
            stream.discard()
        (self.directory / HEADER).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something of the user's
            self.directory.rmdir()

    def _write_header(
        self, state: str, reason: str, layouts: tuple[Layout, ...], rows: dict[str, int]
    ) -> None:
        header = {
            "schema": SCHEMA,
            "kind": self.kind,
            "state": state,
            "reason": reason,
            "conditions": as_object(self.conditions),
            "summary": as_object(self.summary),
            "tables": as_object(layouts),
            "rows": rows,
        }
        text = json.dumps(header, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        write_private(self.directory / HEADER, text.encode())


class _Stream:
    """One table while it grows: a few rows in memory, the rest in its Arrow stream."""

    def __init__(self, directory: Path, layout: Layout, clock: Callable[[], float]) -> None:
        self.layout = layout
        self._directory, self._clock, self._schema = directory, clock, schema_of(layout)
        self._rows: list[tuple[object, ...]] = []
        _batch(self._schema, [()] * len(layout.columns))  # what is slow once is done now
        self._written_at = -math.inf  # the first row is on its way at once
        self._failed: OSError | None = None
        try:
            self._file = arrow().OSFile(str(stream_path(directory, layout)), "wb")
            self._writer = arrow().ipc.new_stream(self._file, self._schema)
        except OSError as error:
            raise _cannot_write(directory, error) from error

    def append(self, values: tuple[object, ...]) -> None:
        if len(values) != len(self.layout.columns):
            raise ValueError(f"{self.layout.name} has the columns {self.layout.names}")
        self._rows.append(values)
        waited = self._clock() - self._written_at
        if len(self._rows) >= ROWS_AT_ONCE or waited >= SECONDS_AT_ONCE:
            self.flush()

    def extend(self, columns: Mapping[str, Any]) -> None:
        self.flush()
        self._write(_batch(self._schema, [columns[name] for name in self._schema.names]))

    def close(self) -> int:
        """How many rows the files hold. Raises OSError."""
        with contextlib.suppress(HostError):  # it is in _failed
            self.flush()
        try:
            if self._failed is None:  # an end mark behind a torn batch would seem to complete it
                self._writer.close()
            self._file.close()
        except OSError as error:
            self._failed = self._failed or error
        rows = finish(self._directory, self.layout)
        if self._failed:
            raise self._failed
        return rows

    def discard(self) -> None:
        """Closes and removes its file."""
        self._file.close()
        stream_path(self._directory, self.layout).unlink(missing_ok=True)

    def flush(self) -> None:
        """What was appended goes into the stream."""
        if self._rows:
            batch = _batch(self._schema, zip(*self._rows, strict=True))
            self._rows = []
            self._write(batch)
        self._written_at = self._clock()

    def _write(self, batch: Any) -> None:
        if self._failed:
            raise _cannot_write(self._directory, self._failed)
        try:
            self._writer.write_batch(batch)
        except OSError as error:
            self._failed = error
            raise _cannot_write(self._directory, error) from error


def _batch(schema: Any, columns: Iterable[Any]) -> Any:
    """The first one of a process takes a second: pyarrow then loads what it can convert from."""
    values = [arrow().array(of, field.type) for of, field in zip(columns, schema, strict=True)]
    return arrow().record_batch(values, schema=schema)


def _make(directory: Path) -> None:
    refuse_place(directory)
    private_folder(directory)


def _cannot_write(directory: Path, error: OSError) -> HostError:
    return HostError(
        f"cannot write {directory}: {_plain(error)}; what was measured so far is kept there"
    )


def _plain(error: OSError) -> str:
    """pyarrow's errors have a number, but words of their own around it."""
    return os.strerror(error.errno) if error.errno else str(error)


def reason_of(error: BaseException) -> str:
    """Why a run was interrupted, for people."""
    if isinstance(error, KeyboardInterrupt):
        return "stopped with Ctrl-C"
    return str(error) if isinstance(error, HostError) else f"{type(error).__name__}: {error}"
