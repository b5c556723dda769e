"""Two machines, here two processes that talk over localhost: they train one network, and one of them writes it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from tests.train.shapes import arguments, write_small_network
from tests.train.test_run import ROOT

LIMIT_S = 540  # they wait for each other: a fault shows as neither ending
EPOCH = re.compile(r"epoch +(\d+) .* validation loss ([\d.]+)")


def free_ports(count: int) -> list[int]:
    """Of this machine, at this moment."""
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    ports = [int(s.getsockname()[1]) for s in sockets]
    for open_ in sockets:
        open_.close()
    return ports


def test_two_machines_train_one_network(pictures: Path, tmp_path: Path) -> None:
    start = write_small_network(tmp_path / "small.keras")
    workers = [f"localhost:{port}" for port in free_ports(2)]
    words = ("--from", str(start), "--strategy", "multiworker", "--aware", "2", "--patience", "3")
    command = [sys.executable, "-m", "host.train", *arguments(pictures, tmp_path / "o", *words)]
    processes = []
    for index in range(2):
        reported = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(reported)}
        processes.append(
            subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
            )
        )
    try:
        output = [process.communicate(timeout=LIMIT_S)[1].decode() for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0, 0], output
    first, second = (EPOCH.findall(text) for text in output)
    assert [number for number, _ in first] == ["1", "2", "3", "4", "5"]
    assert first == second  # the same weights and statistics on both
    assert (tmp_path / "o" / "tiny.json").is_file()
    assert "tiny:" in output[0] and "tiny:" not in output[1]
