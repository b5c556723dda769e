"""--web of the viewer: serves until Ctrl-C."""

from __future__ import annotations

import asyncio
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

from host.link.line import Timing
from host.ports.open import Opening
from host.web.hub import State
from host.web.server import serving


@dataclass(frozen=True)
class Request:
    """What the command line says of the page. port_number: 0 any free one."""

    port_number: int
    opens: bool
    label: str | None
    threshold: float


def run_web(opening: Opening, request: Request, say: Callable[[str], None]) -> None:
    """Opens the port and serves the page. Raises HostError when either cannot be."""
    port = opening.open()
    timing = opening.timing or Timing()
    kind = "recording" if opening.playback is not None else "board"
    state = State(port.name, kind, timing.answer_s, request.label, request.threshold)

    async def run() -> None:
        number, playback = request.port_number, opening.playback
        async with serving(port, state, opening.reopen, number, playback) as service:
            say("the page, for this computer alone (Ctrl-C ends it):")
            print(service.address, flush=True)
            if request.opens:
                webbrowser.open(service.address)
            await asyncio.get_running_loop().create_future()

    asyncio.run(run())
