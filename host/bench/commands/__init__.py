"""The commands of `python -m host.bench`, a module each: NAME, HELP, add_arguments(parser), run(asked) -> exit code.

They are all imported to print the help: what is heavy is imported inside run().
"""

from __future__ import annotations

from typing import Any

from host.bench.commands import engine, host, latency, link, mlperf, power, report, watch

COMMANDS: tuple[Any, ...] = (engine, host, latency, link, mlperf, power, report, watch)
