"""python -m host.viewer --web: it serves a recording until Ctrl-C, and says in a word what it cannot do."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from host.base.errors import HostError
from host.viewer.__main__ import main as viewer
from host.web.server import Service
from tests.conftest import ROOT
from tests.web.waits import PATIENCE_MS


def test_it_prints_its_address_and_ctrl_c_ends_it() -> None:
    command = [sys.executable, "-m", "host.viewer", "--web", "--port"]
    with subprocess.Popen(
        [*command, "replay:tests/golden/board.rec"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:") and "#token=" in address
        with urllib.request.urlopen(address) as page:
            assert b"What the board sees" in page.read()
        process.send_signal(signal.SIGINT)
        _, output = process.communicate(timeout=60)
    assert process.returncode == 130 and output.rstrip().endswith("stopped")
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--web", "--json"], "--json"),
        (["--web", "--frames", "3"], "--frames"),
        (["--web", "8000", "--wiring", "shield"], "data swap"),
        (["--open"], "--web"),
    ],
)
def test_options_that_do_not_go_together_are_named(options: list[str], named: str) -> None:
    with pytest.raises(HostError, match=named):
        viewer(options)


def test_a_number_that_is_taken_is_said(service: Service) -> None:
    wanted = ["--web", str(service.port_number), "--port", "replay:tests/golden/board.rec"]
    with ThreadPoolExecutor() as pool:  # this thread has the browser's event loop
        ended = pool.submit(viewer, wanted).exception(timeout=PATIENCE_MS / 1000)
    assert isinstance(ended, HostError) and "give --web another number" in str(ended)
