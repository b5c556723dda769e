"""Commands in lines, tables and errors are those that work where the tool was started."""

from __future__ import annotations

import io
import shlex

import pytest

from host.base.console import Console
from host.base.errors import HostError
from host.base.follow_up import STARTER, as_started, starter
from host.base.text import say
from host.doctor.finding import warned
from host.link.fault_advice import advice
from host.link.messages import Fault, FaultCode

ADVICE = "run `python -m host.data split` first"


@pytest.mark.parametrize(
    ("environment", "program", "command"),
    [
        ("", "/usr/bin/tinyml-camera", "tinyml-camera data split"),
        ("", "/x/host/data/__main__.py", "python -m host.data split"),
        ("python3 tools/run.py", "/x/host/data/__main__.py", "python3 tools/run.py data split"),
    ],
)
def test_commands_start_as_the_tool_was_started(
    environment: str,
    program: str,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", [program])
    monkeypatch.delenv(STARTER, raising=False)
    if environment:
        monkeypatch.setenv(STARTER, environment)
    wanted = f"run `{command}` first"
    assert as_started(ADVICE) == as_started(as_started(ADVICE)) == wanted
    assert HostError("no", ADVICE).remedy == HostError(ADVICE).what == wanted
    assert warned("data", "none", ADVICE).remedy == wanted
    refused = Fault(code=FaultCode.MODEL_INVALID, detail=0, frame=0, text=b"")
    assert f"with {shlex.join(starter('host.deploy'))};" in advice(refused).remedy
    say(ADVICE)
    assert capsys.readouterr().err == f"{wanted}\n"
    written = io.StringIO()
    Console(file=written, width=100).print(ADVICE)
    assert written.getvalue() == f"{wanted}\n"
