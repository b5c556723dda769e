"""LPM01A: its text protocol on a pseudo-terminal, energies of a known signal, falls of the marker."""

from __future__ import annotations

import pytest

from host.base.errors import HostError
from host.power.lpm01a import Decoder, Lpm01a
from host.power.marker import pulses_between_falls
from host.power.trace import Trace, join
from tests.power.instruments.lpm01a import Faults, SimulatedLpm01a, decimal
from tests.power.instruments.reading import measured
from tests.power.instruments.signal import Signal, inferences

RATE_HZ, VOLTS = 1000, 3.3


def measure(instrument: SimulatedLpm01a, samples: int) -> Trace:
    return measured(Lpm01a(instrument.port, RATE_HZ, source=True), samples, VOLTS)


def slow_signal() -> Signal:
    """Of a thousand samples a second."""
    return inferences(12, RATE_HZ)


def test_energy_is_within_half_a_per_cent_of_the_truth() -> None:
    signal = slow_signal()
    with SimulatedLpm01a(signal, VOLTS) as instrument:
        trace = measure(instrument, len(signal))
    assert trace.lost == 0 and len(trace) == len(signal)
    assert trace.energy_j == pytest.approx(signal.energy_j(VOLTS), rel=0.005)


def test_inferences_lie_between_the_falls_of_the_marker() -> None:
    signal = slow_signal()
    with SimulatedLpm01a(signal, VOLTS) as instrument:
        trace = measure(instrument, len(signal))
    falls = signal.edges[1]
    pulses = pulses_between_falls(trace.bits, 0)
    assert abs(pulses.rises - falls[:-1]).max() <= 1 and abs(pulses.falls - falls[1:]).max() <= 1


def test_values_that_are_missing_show_against_the_meters_clock() -> None:
    signal = slow_signal()
    with SimulatedLpm01a(signal, VOLTS, Faults(lose={700: 40})) as instrument:
        trace = measure(instrument, len(signal) - 300)
    assert trace.lost == 40


def test_a_torn_value_is_a_loss_of_one() -> None:
    decoder = Decoder(RATE_HZ, VOLTS)
    blocks = decoder.feed(b"6409-07\r\n64+\r\n6409-07\r\n")
    assert [(len(b.current_a), b.lost) for b in blocks] == [(1, 0), (1, 1)]


def test_values_may_arrive_in_any_pieces_and_glued_together() -> None:
    text = b"6409-076409-07\r\n6409-07\0" * 20
    whole, pieces = Decoder(RATE_HZ, VOLTS), Decoder(RATE_HZ, VOLTS)
    of_whole = join(whole.feed(text), RATE_HZ, VOLTS)
    of_pieces = join(
        [b for at in range(len(text)) for b in pieces.feed(text[at : at + 1])], RATE_HZ, VOLTS
    )
    assert len(of_whole) == 60 and of_whole.energy_j == pytest.approx(60 * 640.9e-6, rel=1e-4)
    assert (of_whole.current_a == of_pieces.current_a).all()


def test_it_powers_the_board_and_takes_the_power_back() -> None:
    with SimulatedLpm01a(slow_signal(), VOLTS) as instrument:
        measure(instrument, 100)
        orders = instrument.orders
        assert "volt 3300m" in orders and orders.index("pwr on nostatus") < orders.index("start")
        assert orders[-3:] == ["stop", "pwr off", "hrc"]


def test_an_overcurrent_is_reported_in_its_own_words() -> None:
    with (
        SimulatedLpm01a(slow_signal(), VOLTS, Faults(complain_at=300)) as instrument,
        pytest.raises(HostError, match="Overcurrent >59mA"),
    ):
        measure(instrument, 1000)


def test_another_device_is_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host.power.lpm01a.ANSWER_S", 0.2)
    with (
        SimulatedLpm01a(slow_signal(), VOLTS, Faults(mute=True)) as instrument,
        pytest.raises(HostError, match="does not answer 'htc'"),
    ):
        Lpm01a(instrument.port, RATE_HZ, source=True)


@pytest.mark.parametrize("order", ["eventsrc d7 fal", "start"])
def test_an_order_that_it_refuses_is_named(order: str) -> None:
    with SimulatedLpm01a(slow_signal(), VOLTS, Faults(refuses=order)) as instrument:
        meter = Lpm01a(instrument.port, RATE_HZ, source=True)
        with pytest.raises(HostError, match=f"refuses '{order}'"):
            meter.start(VOLTS)
        meter.close()


@pytest.mark.parametrize("volts", [1.0, 5.0])
def test_a_voltage_beyond_it_is_refused(volts: float) -> None:
    with SimulatedLpm01a(slow_signal(), VOLTS) as instrument:
        meter = Lpm01a(instrument.port, RATE_HZ, source=True)
        with pytest.raises(HostError, match=r"1\.8 to 3\.3 V"):
            meter.start(volts)
        meter.close()


@pytest.mark.parametrize("volts", [1.8, 3.3])
def test_its_lowest_and_highest_voltage_are_taken(volts: float) -> None:
    with SimulatedLpm01a(slow_signal(), volts) as instrument:
        measured(Lpm01a(instrument.port, RATE_HZ, source=True), 100, volts)
        assert f"volt {round(volts * 1000)}m" in instrument.orders


def test_a_value_of_more_than_it_can_supply_is_torn() -> None:
    """1 W is 1 mJ a millisecond."""
    blocks = Decoder(RATE_HZ, VOLTS).feed(b"1000-06\r\n1001-06\r\n6409-07\r\n")
    assert [(len(b.current_a), b.lost) for b in blocks] == [(1, 0), (1, 1)]
    assert blocks[0].current_a[0] == pytest.approx(1 / VOLTS)


@pytest.mark.parametrize("rate", [10_000, 100_000, 300, 0])
def test_a_rate_that_its_text_cannot_carry_is_refused(rate: int) -> None:
    with pytest.raises(
        HostError, match=f"sends 5000, 2000, 1000, 500, 200, 100 values .* not {rate}$"
    ):
        Lpm01a("", rate, source=True)


@pytest.mark.parametrize(
    ("value", "text"), [(640.9e-6, "6409-07"), (99.999e-6, "1000-07"), (0.0, "0000+00")]
)
def test_the_simulated_one_writes_as_the_real_one(value: float, text: str) -> None:
    assert decimal(value) == text


def test_an_event_marks_the_value_behind_it() -> None:
    decoder = Decoder(RATE_HZ, VOLTS)
    text = b"6409-07\r\n6409-07\r\nevent 1\r\n6409-07\r\n6409-07\r\n"
    trace = join(decoder.feed(text), RATE_HZ, VOLTS)
    assert trace.bits.tolist() == [0, 0, 1, 0]
    for count in (2, 3):  # behind the last value: on it, for there is no other
        decoder = Decoder(RATE_HZ, VOLTS)
        trace = join(decoder.feed(b"6409-07\r\n" * count + b"event 1\r\n"), RATE_HZ, VOLTS)
        assert trace.bits.tolist() == [0] * (count - 1) + [1]
    decoder = Decoder(RATE_HZ, VOLTS)
    assert join(decoder.feed(b"6409-07\r\nevent 1\r\n"), RATE_HZ, VOLTS).bits.tolist() == [1]
