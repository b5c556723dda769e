"""The short form of `python -m tests.system.exact_frames`."""

from __future__ import annotations

import pytest

from host.virtual.options import BoardOptions
from tests.system.exact_frames import work

pytestmark = pytest.mark.bare_image("its image brings the core's load along, and runs long by hand")


def test_requests_a_hold_and_deploys_between_the_frames_spoil_none_of_them() -> None:
    account = work("person_rgb_025", 10, BoardOptions(core_load=True), stretch=4)
    print(account.row("person_rgb_025"))
    assert account.tally.delivered >= 10
    assert (account.tally.drops, account.tally.restarts) == (0, 0)
    assert account.faultless
    assert min(account.requests, account.holds, account.deploys) >= 2
