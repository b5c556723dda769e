"""Where a study is kept, so that several processes may share it."""

from __future__ import annotations

import time
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError, OperationalError

from host.base.errors import HostError

PATIENCE_S = 600  # SQLite lets one process write at a time: the others wait for so long
TABLES = 20  # more than Optuna makes: each may be made by another process between our look and our making


def storage_of(text: str) -> optuna.storages.BaseStorage:
    """text: a URL as sqlite:///FILE, or a .log file (Optuna's journal, for network drives)."""
    if text.startswith("sqlite"):
        return _sqlite(text)
    if "://" in text:
        return optuna.storages.RDBStorage(text)
    if not text.endswith(".log"):
        raise HostError("a study is a URL or a file that ends with .log")
    return JournalStorage(JournalFileBackend(text))


def _sqlite(url: str) -> optuna.storages.RDBStorage:
    """SQLite's lock is held from a transaction's first statement on.

    Python's sqlite3 takes it at the first write only, behind the reads that decide what is written: two processes could
    both be given one queued trial. The recipe is SQLAlchemy's (SQLite dialect, "Serializable isolation / Savepoints /
    Transactional DDL").
    """
    storage = _with_tables(url)
    event.listen(storage.engine, "connect", _leave_begin_to_us)
    event.listen(storage.engine, "begin", _begin)
    storage.engine.dispose()  # connections that were made before
    return storage


def _with_tables(url: str) -> optuna.storages.RDBStorage:
    """Made where they are missing, although others may make them at the same time."""
    patient = {"connect_args": {"timeout": PATIENCE_S}}
    for _ in range(TABLES):
        try:
            return optuna.storages.RDBStorage(url, engine_kwargs=patient)
        except (OperationalError, IntegrityError) as error:
            if isinstance(error, OperationalError) and "already exists" not in str(error):
                raise
            time.sleep(0.1)
    return optuna.storages.RDBStorage(url, engine_kwargs=patient)


def _leave_begin_to_us(connection: Any, record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
