"""Both sides of what each number of `python -m host.train` may be, and what its pairs become."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.errors import HostError
from tests.train.parsed import options

LIMITS = {  # option -> the last that may be on either side, the first that may not
    "--alpha": (("0.1", "1"), ("0.0999", "1.001")),
    "--size": (("32", "96", "224"), ("24", "40.5", "33", "232")),
    "--epochs": (("1",), ("0",)),
    "--aware": (("0", "1000"), ("-1", "1001")),
    "--batch": (("1", "4096"), ("0", "4097")),
    "--rate": (("1e-9", "0.999"), ("0", "1")),
    "--trust": (("0", "1"), ("-0.001", "1.001")),
    "--camera": (("0", "1"), ("-0.001", "1.001")),
    "--degraded": (("0", "1"), ("-0.001", "1.001")),
    "--ema": (("0", "0.9999"), ("-0.001", "1")),
    "--balance": (("0", "1"), ("-0.001", "1.001")),
    "--views": (("1", "64"), ("0", "65")),
}


@pytest.mark.parametrize("option", LIMITS)
def test_a_number(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = LIMITS[option]
    for value in good:
        options(option, value)
    for value in bad:
        with pytest.raises((HostError, SystemExit)) as refused:
            options(option, value)
        printed = str(refused.value) + capsys.readouterr().err
        assert option in printed


def test_what_does_not_go_together() -> None:
    for words in (("--ema", "0.9", "--patience", "1"), ("--ema", "0.9", "--freeze", "trunk")):
        with pytest.raises(HostError, match="--ema averages"):
            options(*words)
        options(*words[2:])
        options(*words[:2])


def test_a_network_has_its_own_size_and_colours() -> None:
    made = options("--network", "64x64x3, 8-16x1-32x1-48x2-64x4-96x1", "--size", "64")
    assert made.network is not None and made.network.depths == (1, 1, 2, 4, 1)
    assert (made.size, made.channels) == (64, 3)
    for words in (
        ("--from-range", "0..1"), ("--blend", f"{__file__}=0.5"), ("--alpha", "0.25"), ("--size", "96"),
        ("--channels", "1"),
    ):  # fmt: skip
        with pytest.raises(HostError, match="--network"):
            options("--network", "64x64x3,8-16x1-32x1-48x2-64x4-96x1", *words)


def test_what_is_left_out_and_what_pairs_become() -> None:
    made = options()
    assert (made.name, made.labels, made.cache) == ("mask", (), Path("build/mask/judged"))
    assert (made.shares, made.weights, made.easy, made.logit_bias) == ({}, {}, (), {})
    assert (made.alpha, made.size, made.channels, made.own_width) == (0.25, 96, 1, True)
    assert not options("--alpha", "0.25").own_width
    assert not made.zero_to_one and not made.freeze and not made.json
    assert (made.teachers, made.averaged, made.epoch_pictures) == ((), (), 0)
    given = options(
        "--labels", "a,b", "--name", "n", "--from-range", "0..1", "--freeze", "trunk", "--json",
        "--cache", "c", "--share", "ccp=0.3", "--share", "coco=1", "--weight", "ccp=2", "--easy", "x,y",
        "--logit-bias", "b=0.5",
    )  # fmt: skip
    assert (given.labels, given.name, given.cache) == (("a", "b"), "n", Path("c"))
    assert given.zero_to_one and given.freeze and given.json
    assert given.shares == {"ccp": 0.3, "coco": 1.0} and given.weights == {"ccp": 2.0}
    assert given.easy == ("x", "y") and given.logit_bias == {"b": 0.5}
    before = options("--lean", "b=0.5", "--bad-days", "0.3")  # as manifests of before have them
    assert (before.logit_bias, before.degraded) == ({"b": 0.5}, 0.3)
    for wrong in ("ccp", "ccp=much", "=1"):
        with pytest.raises(HostError):
            options("--share", wrong)
    assert options("--from", "scratch").start is None
    with pytest.raises(HostError):
        options("--from", "no_such_model")
