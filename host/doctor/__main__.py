"""python -m host.doctor: examines a board and says what is wrong with it, and what to do. Exit code 1 on a failure."""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import datetime
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from host.base.arguments import share
from host.base.console import stderr, stdout
from host.base.errors import HostError, run_main
from host.base.files import require_place, write_again
from host.base.json_out import print_json
from host.base.tool_parser import tool_parser
from host.doctor.board import board_finding, port_finding
from host.doctor.evidence import PortEvidence
from host.doctor.examine import examine_port
from host.doctor.finding import Finding, Verdict, any_failed, completed
from host.doctor.holders import modem_manager_runs, programs_holding
from host.doctor.report import Conditions, as_json, checklist, findings_table
from host.link.damage import FaultRates, FaultyPort
from host.link.transport import Port
from host.ports.choose import Choice, listed_ports
from host.ports.open import add_port_arguments, port_opening, port_options

Say = Callable[[str], None]


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when no check failed."""
    args = _parser().parse_args(argv)
    console = stderr()

    def say(text: str) -> None:
        console.print(text, style="dim")

    if args.report:
        require_place(args.report)
    findings = _examine(args, say)
    _print(findings, args.json)
    if args.report:
        write_again(args.report, checklist(findings, _conditions(args.port)).encode())
        say(f"wrote {args.report}")
    return int(any_failed(findings))


def _examine(args: argparse.Namespace, say: Say) -> list[Finding]:
    listed = listed_ports()
    board = board_finding(args.port, listed)
    if board.verdict is Verdict.FAIL:
        return completed([board])

    def damage(port: Port) -> Port:
        rate = args.drop_rate
        return FaultyPort(port, FaultRates.even(rate)) if rate else port

    with port_opening(port_options(args), say, wrap=damage) as opening:
        if opening.playback:
            raise HostError(
                "the doctor asks, and a recording cannot answer", "give it a board's --port"
            )
        choice = opening.choice
        port = port_finding(_port_evidence(choice))
        if port.verdict is Verdict.FAIL:
            return completed([board, port])
        return completed([board, port, *examine_port(opening.open, choice.is_serial, say)])


def _port_evidence(choice: Choice) -> PortEvidence | None:
    if not choice.is_serial:
        return None
    path = choice.url
    is_file = sys.platform != "win32"  # COM ports are no files
    return PortEvidence(
        path=path,
        exists=not is_file or Path(path).exists(),
        may_read_write=not is_file or os.access(path, os.R_OK | os.W_OK),
        holders=programs_holding(path),
        modem_manager=modem_manager_runs(),
        linux=sys.platform == "linux",
    )


def _conditions(port: str) -> Conditions:
    return Conditions(
        when=datetime.datetime.now().astimezone().isoformat(timespec="minutes"),
        computer=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        port=port,
    )


def _print(findings: list[Finding], as_objects: bool) -> None:
    if as_objects:
        print_json(as_json(findings))
        return
    stdout(160).print(findings_table(findings))


def _parser() -> argparse.ArgumentParser:
    parser = tool_parser("host.doctor", __doc__)
    add = parser.add_argument
    add_port_arguments(parser)
    add("--json", action="store_true", help="a list of name, status, detail, remedy on stdout")
    add("--report", type=Path, metavar="FILE.md", help="write a bring-up checklist to post")
    add("--drop-rate", type=share, default=0.0, metavar="0..1", help="damage the link on purpose")
    return parser


if __name__ == "__main__":
    sys.exit(run_main(main))
