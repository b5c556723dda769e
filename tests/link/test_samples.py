"""Frames and results -> samples, whatever is lost between them."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from host.base.errors import EndOfRecordingError, HostError
from host.base.records import Message
from host.base.scores import Meaning
from host.link import messages as wire
from host.link.client import Client
from host.link.device import Device
from host.link.line import Timing
from host.link.sequence import Losses
from host.samples import (
    POLL_S,
    STALE_S,
    Pairing,
    Sample,
    absence,
    image_of,
    labels_of,
    samples,
    scores_of,
)  # fmt: skip
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort, moving_picture

PICTURE = moving_picture(0)


def frame(number: int) -> wire.Frame:
    return wire.Frame(number, 96, 96, 1, wire.Source.CAMERA, PICTURE.tobytes())


def result(number: int) -> wire.Result:
    return replace(FakeBoard().result(PICTURE), frame=number)


def paired(mode: wire.Mode, *messages: Message) -> list[Sample]:
    pairing = Pairing()
    return [s for m in messages for s in pairing.take(m, HELLO, mode, Losses())]


def halves(found: list[Sample]) -> list[tuple[int, bool, bool]]:
    """(frame, has an image, has scores) of each."""
    return [(s.frame, s.image is not None, bool(s.scores)) for s in found]


def test_a_frame_and_its_result_are_one_sample() -> None:
    (sample,) = paired(wire.Mode.STREAM, frame(1), result(1))
    assert sample.image is not None
    assert np.array_equal(sample.image, PICTURE)
    assert sample.score("person") == pytest.approx((100 + 128) / 256)
    assert sample.cycles is not None and sample.cycles.inference == 9_200_000
    assert (sample.board, sample.model, sample.clock_hz) == (
        "virtual",
        "person_grey_025",
        64_000_000,
    )


def test_the_order_of_the_halves_does_not_matter() -> None:
    assert halves(paired(wire.Mode.STREAM, result(1), frame(1))) == [(1, True, True)]


def test_a_lost_half_does_not_delay_the_next_sample() -> None:
    messages = [frame(1), frame(2), result(2), result(3), frame(4), result(4)]
    assert halves(paired(wire.Mode.STREAM, *messages)) == [
        (1, True, False),
        (2, True, True),
        (3, False, True),
        (4, True, True),
    ]


def test_a_number_that_comes_twice_after_a_restart_is_two_samples() -> None:
    found = paired(wire.Mode.STREAM, frame(1), frame(1), result(1))
    assert halves(found) == [(1, True, False), (1, True, True)]


@pytest.mark.parametrize(
    "mode, message, expected",
    [
        (wire.Mode.RESULTS, result(7), (7, False, True)),
        (wire.Mode.CAPTURE, frame(7), (7, True, False)),
    ],
)
def test_a_mode_with_halves_only_does_not_wait(
    mode: wire.Mode, message: Message, expected: tuple[int, bool, bool]
) -> None:
    assert halves(paired(mode, message)) == [expected]


def test_pixels_that_do_not_fill_the_frame_are_no_image() -> None:
    assert image_of(replace(frame(1), pixels=b"123")) is None
    assert image_of(replace(frame(1), width=0, pixels=b"")) is None


def test_labels_always_number_as_the_scores() -> None:
    assert labels_of(HELLO) == ("no person", "person")
    assert labels_of(replace(HELLO, labels=b"only")) == ("only", "class_1")
    assert labels_of(replace(HELLO, labels=b"")) == ("class_0", "class_1")


def test_scores_are_dequantised() -> None:
    hello = replace(HELLO, output_zero_point=3, output_scale=0.25, score_meaning=Meaning.DISTANCE)
    assert scores_of(hello, replace(result(1), scores=bytes([0x80, 7]))) == (-32.75, 1.0)


def test_a_device_gives_samples_and_passes_on_the_rest() -> None:
    port = MemoryPort(FakeBoard())
    others: list[Message] = []

    def take(message: Message) -> None:
        assert isinstance(message, Message), "silence is no message"
        others.append(message)

    with Device(port, timing=Timing(hello_s=60, hello_again_s=0.1)) as device:
        port.arrive(port.board.shoot() + port.board.say(wire.Log(1, b"hi")) + port.board.shoot())
        stream = samples(device, take)
        assert [next(stream).frame, next(stream).frame] == [1, 2]
    assert wire.Log(1, b"hi") in others


def test_an_empty_label_does_not_shift_the_others() -> None:
    hello = replace(HELLO, score_count=4, labels=b"cat\n\ndog")
    assert labels_of(hello) == ("cat", "class_1", "dog", "class_3")


def test_a_result_of_another_picture_is_no_verdict_on_this_one() -> None:
    """Their numbers are equal, the checksum is not: a restart between the two, or a firmware's mistake."""
    other = replace(result(1), image_crc=1)
    assert halves(paired(wire.Mode.STREAM, frame(1), other)) == [(1, True, False), (1, False, True)]


def test_no_score_is_above_one_hundred_percent() -> None:
    """Logits become probabilities here, for every tool; a single one by the sigmoid."""
    hello = replace(HELLO, output_zero_point=0, output_scale=0.1, score_meaning=Meaning.LOGIT)
    two = scores_of(hello, replace(result(1), scores=bytes([0, 20])))
    assert two == pytest.approx((1 / (1 + math.exp(2)), 1 / (1 + math.exp(-2))))
    (one,) = scores_of(replace(hello, score_count=1), replace(result(1), scores=bytes([20])))
    assert one == pytest.approx(1 / (1 + math.exp(-2)))
    many = scores_of(hello, replace(result(1), scores=bytes(range(100)) * 10))
    assert sum(many) == pytest.approx(1) and max(many) <= 1
    sure = replace(hello, output_scale=1 / 128, score_meaning=Meaning.PROBABILITY)
    assert scores_of(sure, replace(result(1), scores=bytes([127, 0x80]))) == (127 / 128, 0.0)


class Script:
    """A client that gives messages, and nothing for None; then its recording ends."""

    name, hello, mode = "script", HELLO, wire.Mode.STREAM
    losses = Losses(wire_lost=3, bad_packets=2)
    line = SimpleNamespace(is_emulated=False)

    def __init__(self, *messages: Message | None) -> None:
        self._messages = iter(messages)

    def receive(self, timeout: float) -> Message | None:
        assert timeout == POLL_S
        for message in self._messages:
            return message
        raise EndOfRecordingError("the end")


@pytest.mark.parametrize(("quiet", "frames"), [(7, [1]), (8, [0, 1])])
def test_half_a_sample_waits_for_two_seconds_of_silence(quiet: int, frames: list[int]) -> None:
    """Polls of a quarter of a second: seven of them are less than two seconds, whenever they come."""
    silence: list[Message | None] = [None] * quiet
    script = Script(frame(1), *silence, result(1), *[None] * 7, frame(2), *[None] * 7, result(2))
    found = []
    with pytest.raises(EndOfRecordingError):
        for sample in samples(cast(Client, script)):
            found.append(sample)
    whole = [(1, True, True)] if quiet == 7 else [(1, True, False), (1, False, True)]
    assert halves(found) == [*whole, (2, True, True)]
    assert POLL_S * 8 == STALE_S == 2.0


def test_the_half_that_waits_at_a_recordings_end_is_given() -> None:
    found = []
    with pytest.raises(EndOfRecordingError):
        for sample in samples(cast(Client, Script(frame(1), result(1), frame(2)))):
            found.append(sample)
    assert halves(found) == [(1, True, True), (2, True, False)]


def test_patience_is_from_the_last_wanted_sample() -> None:
    """A clock of a second a look: one before the first step, one at each step that brings nothing wanted."""
    clock = iter(range(0, 99))
    script = Script(frame(1), result(1), *[None] * 50)
    stream = samples(
        cast(Client, script), wanted=lambda sample: True, patience_s=4.0, clock=lambda: next(clock)
    )
    assert next(stream).frame == 1
    with pytest.raises(
        HostError, match=r"script: no frame with its result for [56] s \(3 messages lost, 2 damaged"
    ):
        next(stream)
    clock = iter(range(0, 99))
    picky = samples(
        cast(Client, Script(*[frame(1), result(1)] * 9)),
        wanted=lambda sample: sample.image is None,
        patience_s=4.0,
        clock=lambda: next(clock),
    )
    with pytest.raises(HostError, match="no frame with its result"):
        next(picky)


@pytest.mark.parametrize(
    ("label", "labels", "there_is"),
    [
        ("person", ("no person", "person"), "no person"),
        ("no_person", ("no_person", "person"), "person"),
        ("with_mask", ("without_mask", "with_mask"), "without mask"),
        ("cat", ("cat", "dog", "bird"), "no cat"),
        ("person", ("person",), "no person"),
        ("person", (), "no person"),
        ("a_b", ("a_b", "a_b"), "no a b"),
        ("cow", ("cat", "dog"), "no cow"),
    ],
)
def test_what_there_is_where_a_label_is_not(
    label: str, labels: tuple[str, ...], there_is: str
) -> None:
    assert absence(label, labels) == there_is


def test_a_sample_knows_the_scores_of_its_labels() -> None:
    (sample,) = paired(wire.Mode.STREAM, frame(1), result(1))
    assert sample.score("no person") == sample.scores[0]
    with pytest.raises(HostError, match="no label 'nobody'"):
        sample.score("nobody")
    assert sample.meaning == HELLO.score_meaning and sample.source == wire.Source.CAMERA
    assert sample.cycles is not None
    assert (sample.cycles.overlapped, sample.cycles.age) == (
        result(1).overlapped_cycles,
        result(1).age_cycles,
    )
