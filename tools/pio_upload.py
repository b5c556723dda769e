"""PlatformIO's post script of the real board: says what stands in the way before an upload is tried."""

import sys
import time
from typing import Any

Import("env")  # type: ignore[name-defined]  # noqa: F821 - SCons gives it
environment: Any = env  # type: ignore[name-defined]  # noqa: F821 - likewise
sys.path.insert(0, environment.subst("$PROJECT_DIR"))

from host.doctor.holders import modem_manager_runs, programs_holding  # noqa: E402 - needs the path
from host.ports.choose import listed_ports  # noqa: E402 - likewise
from tools.upload_advice import Advice, advice  # noqa: E402 - likewise

WAIT_S = 10.0  # how long the port can be away while the board restarts
AGAIN_S = 0.5


def look(wanted: str) -> list[Advice]:
    """What can be said now."""
    ports = listed_ports()
    holders = {port.path: programs_holding(port.path) for port in ports}
    return advice(ports, holders, wanted, modem_manager_runs())


def check_port(*_: Any, **named: Any) -> None:
    """Waits for a port that may be on its way back; ends PlatformIO when the upload cannot work."""
    wanted = named["env"].subst("$UPLOAD_PORT")
    end = time.monotonic() + WAIT_S
    said = look(wanted)
    if any(line.stops for line in said):
        print("The board cannot be uploaded to yet: waiting ten seconds for it")
    while any(line.stops for line in said) and time.monotonic() < end:
        time.sleep(AGAIN_S)
        said = look(wanted)
    for line in said:
        print(f"{'STOP' if line.stops else 'note'}: {line.text}")
    if any(line.stops for line in said):
        named["env"].Exit(1)


environment.AddPreAction("upload", check_port)
