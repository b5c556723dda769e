"""PlatformIO's post script of the real board: advice before an upload and after one that failed; steady flags.

The Arduino builder takes the assembler's flags from a set, whose order changes from run to run: every .S file was
compiled again each time. They are sorted here.
"""

import atexit
import sys
import time
from typing import Any

from SCons.Script import GetBuildFailures

Import("env", "projenv")  # type: ignore[name-defined]  # noqa: F821 - SCons gives them
environment: Any = env  # type: ignore[name-defined]  # noqa: F821 - likewise
of_our_sources: Any = projenv  # type: ignore[name-defined]  # noqa: F821 - likewise
sys.path.insert(0, environment.subst("$PROJECT_DIR"))

from host.doctor.holders import modem_manager_runs, programs_holding  # noqa: E402 - needs the path
from host.flash.advice import Advice, advice, after_failure  # noqa: E402 - likewise
from host.ports.choose import listed_ports  # noqa: E402 - likewise

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
    found = look(wanted)
    if any(line.stops for line in found):
        print("The board cannot be uploaded to yet: waiting ten seconds for it")
    while any(line.stops for line in found) and time.monotonic() < end:
        time.sleep(AGAIN_S)
        found = look(wanted)
    for line in found:
        print(f"{'STOP' if line.stops else 'note'}: {line.text}")
    if any(line.stops for line in found):
        named["env"].Exit(1)


def advise_after_failure() -> None:
    """The last line of a run whose upload failed: bossac's own words name no remedy."""
    if any(str(failure.node) == "upload" for failure in GetBuildFailures()):
        print(f"what to do: {after_failure(listed_ports())}")


def sort_assembler_flags(environment: Any) -> None:
    """The flags of the processor in one order, the others behind them in theirs."""
    flags = environment.get("ASFLAGS", [])
    processor = sorted({str(flag) for flag in flags if str(flag).startswith("-m")})
    rest = [flag for flag in flags if not str(flag).startswith("-m")]
    environment.Replace(ASFLAGS=[*processor, *rest])


environment.AddPreAction("upload", check_port)
atexit.register(advise_after_failure)
for each in (environment, of_our_sources):
    sort_assembler_flags(each)
