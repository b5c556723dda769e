"""The wire's numbers, one by one: boards and recordings in the field speak by them. Another one is another protocol."""

from __future__ import annotations

from host.link import codes
from host.link.messages import BY_ID
from tests.goldens import check_golden


def numbers() -> list[str]:
    """Each limit, each code of each enumeration, each message's type."""
    limits = [(name, value) for name, value in vars(codes).items() if name.isupper()]
    return [
        *(f"{name} = {value}" for name, value in limits if name != "ENUMS"),
        *(f"{kind.__name__}.{code.name} = {code.value}" for kind in codes.ENUMS for code in kind),
        *(f"{kind.__name__}: type 0x{number:02x}" for number, kind in sorted(BY_ID.items())),
    ]


def test_no_number_of_the_wire_changes() -> None:
    check_golden("wire_numbers", "\n".join(numbers()))
