"""python -m host.device: who a board is, its settings, its model slots, a restart.

info                       what it says of itself, and what it lost
get [NAME ...]             settings; all of them without a name
set NAME VALUE             changes one until the board restarts
reboot [--bootloader]      restarts it
slots list | use N | erase  the models in its flash; python -m host.deploy sends one
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import sys

from host.base import console
from host.base.boards import VIRTUAL
from host.base.errors import HostError, run_main
from host.base.json_out import print_json
from host.base.tool_parser import tool_parser
from host.deploy.slots import empty_slots, read_slots, run_slot
from host.deploy.table import slots_table
from host.device.info import info_object, info_table
from host.device.settings import allowed_value, read_settings, setting_named, settings_table
from host.link.device import Device
from host.link.messages import MODEL_SLOTS, RebootTarget, Setting
from host.ports.open import add_port_arguments, port_opening, port_options

FORGETTING = (
    "this virtual board ends here and forgets it; to keep one, start `python -m host.virtual`"
)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = tool_parser("host.device", __doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    info = commands.add_parser("info", help="what it says of itself, and what it lost")
    get = commands.add_parser("get", help="settings; all of them without a name")
    get.add_argument("names", nargs="*", metavar="NAME")
    for listing in (info, get):
        listing.add_argument("--json", action="store_true", help="one object on stdout")
    change = commands.add_parser("set", help="changes a setting until the board restarts")
    change.add_argument("name", metavar="NAME")
    change.add_argument("value", metavar="VALUE")
    reboot = commands.add_parser("reboot", help="restarts it")
    reboot.add_argument("--bootloader", action="store_true", help="into its bootloader")
    slots = commands.add_parser("slots", help="the models in its flash")
    slots.add_argument("action", choices=("list", "use", "erase"))
    slots.add_argument("slot", nargs="?", type=int, help=f"of `use`: 0 (built in) to {MODEL_SLOTS}")
    for command in (info, get, change, reboot, slots):
        add_port_arguments(command)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the board did it."""
    args = arguments(argv)
    talk = console.stderr()

    def say(text: str) -> None:
        talk.print(text, style="dim")

    change = _checked(args)
    with port_opening(port_options(args), say) as opening:
        if opening.playback is not None:
            raise HostError("a recording has no settings", "give --port a board")
        with Device(opening.open(), reopen=opening.reopen, timing=opening.timing) as device:
            _run(device, args, change)
    if opening.choice.url == VIRTUAL and args.command in ("set", "slots"):
        say(FORGETTING)
    return 0


def _checked(args: argparse.Namespace) -> dict[Setting, int | None]:
    """The settings that are meant, before a port is opened: name -> new value."""
    if args.command == "set":
        setting = setting_named(args.name)
        return {setting: allowed_value(setting, args.value)}
    if args.command == "slots" and (args.action == "use") != (args.slot is not None):
        raise HostError("write `slots list`, `slots use N` or `slots erase`")
    if args.command == "get":
        return dict.fromkeys([setting_named(name) for name in args.names] or list(Setting))
    return {}


def _run(device: Device, args: argparse.Namespace, change: dict[Setting, int | None]) -> None:
    out = console.stdout()
    if args.command == "info":
        _show(info_object(device)) if args.json else out.print(info_table(device))
    elif args.command == "reboot":
        target = RebootTarget.BOOTLOADER if args.bootloader else RebootTarget.APPLICATION
        device.reboot(target)
    elif args.command == "slots":
        _change_slots(device, args)
        out.print(slots_table(read_slots(device)))
    else:
        for setting, value in change.items():
            if value is not None:
                device.set(setting, value)
        found = read_settings(device, list(change))
        if args.command == "get" and args.json:
            _show({setting.name.lower(): value for setting, value in found.items()})
        else:
            out.print(settings_table(found))


def _change_slots(device: Device, args: argparse.Namespace) -> None:
    if args.action == "use":
        run_slot(device, args.slot)
    elif args.action == "erase":
        empty_slots(device)


def _show(values: dict[str, object]) -> None:
    print_json(values)


if __name__ == "__main__":
    sys.exit(run_main(main))
