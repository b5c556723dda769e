"""python -m host.viewer --web as a process: it serves a recording, and Ctrl-C ends it with a word."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request

from tests.conftest import ROOT


def test_it_prints_its_address_and_ctrl_c_ends_it() -> None:
    command = [sys.executable, "-m", "host.viewer", "--web", "--port"]
    with subprocess.Popen(
        [*command, "replay:tests/golden/board.rec"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as viewer:
        assert viewer.stdout is not None
        address = viewer.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:") and "#token=" in address
        with urllib.request.urlopen(address) as page:
            assert b"What the board sees" in page.read()
        viewer.send_signal(signal.SIGINT)
        _, output = viewer.communicate(timeout=60)
    assert viewer.returncode == 130 and output.rstrip().endswith("stopped")
    assert "Traceback" not in output
