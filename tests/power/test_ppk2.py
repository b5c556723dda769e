"""The PPK2 through its maker's protocol: a simulated instrument on a pseudo-terminal, and the real driver."""

from __future__ import annotations

import itertools
import time
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import serial

from host.base.errors import HostError
from host.power.marker import find_pulses
from host.power.ppk2 import Ppk2, amperes, calibration_table
from host.power.trace import Trace
from tests.power.instruments.ppk2 import Faults, SimulatedPpk2
from tests.power.instruments.reading import measured
from tests.power.instruments.signal import all_ranges, inferences

VOLTS = 3.3


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulated instrument is silent for as long as this computer does something else."""
    monkeypatch.setattr("host.power.ppk2.SILENT_S", 60.0)


def measure(instrument: SimulatedPpk2, samples: int, source: bool = True) -> Trace:
    return measured(Ppk2(instrument.port, source), samples, VOLTS)


def test_energy_is_within_half_a_per_cent_of_the_truth() -> None:
    signal = inferences(12)
    with SimulatedPpk2(signal) as instrument:
        trace = measure(instrument, len(signal))
    part = trace.part(0, len(signal))
    assert part.lost == 0 and len(part) == len(signal)
    assert part.energy_j == pytest.approx(signal.energy_j(VOLTS), rel=0.005)


def test_each_current_range_is_within_half_a_per_cent() -> None:
    signal = all_ranges()
    with SimulatedPpk2(signal) as instrument:
        trace = measure(instrument, len(signal))
    length = len(signal) // 10
    for start in range(0, len(signal), length):
        truth = signal.energy_j(VOLTS, start, start + length)
        assert trace.part(start, start + length).energy_j == pytest.approx(truth, rel=0.005)


def test_marker_edges_are_at_the_very_sample() -> None:
    signal = inferences(12)
    with SimulatedPpk2(signal) as instrument:
        trace = measure(instrument, len(signal))
    pulses, (rises, falls) = find_pulses(trace.bits, 0), signal.edges
    assert np.abs(pulses.rises - rises).max() <= 1 and np.abs(pulses.falls - falls).max() <= 1
    for rise, fall in zip(rises, falls, strict=True):
        assert trace.part(rise, fall).energy_j == pytest.approx(
            signal.energy_j(VOLTS, rise, fall), rel=0.005
        )


def test_lost_samples_are_counted_where_they_are_missing() -> None:
    signal = inferences(4)
    with SimulatedPpk2(signal, Faults(lose={30_000: 7, 70_001: 31})) as instrument:
        trace = measure(instrument, len(signal))
    assert [gap.lost for gap in trace.gaps] == [7, 31]
    assert [gap.at for gap in trace.gaps] == [30_000, 70_001 - 7]
    assert trace.part(0, 29_999).lost == 0 and trace.part(29_000, 31_000).lost == 7


def test_a_cut_inside_a_sample_is_a_loss_and_the_rest_is_right() -> None:
    signal = inferences(4)
    with SimulatedPpk2(signal, Faults(cut={4 * 40_000 + 2: 3})) as instrument:
        trace = measure(instrument, len(signal) - 2000)
    assert trace.lost >= 1
    behind = trace.part(60_000, 90_000)
    assert behind.current_a.min() > 0 and behind.current_a.max() < 0.03


def test_the_supply_is_on_while_it_measures_and_off_afterwards() -> None:
    with SimulatedPpk2(inferences(1)) as instrument:
        measure(instrument, 1000)
        assert (instrument.voltage_mv, instrument.mode) == (3300, 2)
        assert bytes([0x0C, 1]) in instrument.commands
        end = time.monotonic() + 60
        while (instrument.powered or instrument.measuring) and time.monotonic() < end:
            time.sleep(0.01)
        assert not instrument.powered and not instrument.measuring


def test_as_ampere_meter_it_never_powers_the_board() -> None:
    with SimulatedPpk2(inferences(1)) as instrument:
        measure(instrument, 1000, source=False)
        assert instrument.mode == 1
        assert bytes([0x0C, 1]) not in instrument.commands


class Samples:
    """An event of the driver's: so many words of a current."""

    def __init__(self, count: int) -> None:
        self.words = bytes(4 * count)

    def __len__(self) -> int:
        return len(self.words) // 4


def scripted(*events: object) -> Ppk2:
    """A meter whose driver says this."""
    meter: Any = object.__new__(Ppk2)
    meter._events, meter._lost_ahead = iter(events), 0
    meter._table, meter._supply_v = np.ones((8, 7)), VOLTS
    meter._library = SimpleNamespace(Ppk2labError=RuntimeError)
    return cast(Ppk2, meter)


def read_of(*events: object) -> list[tuple[int, int]]:
    """Samples of each block, and how many are missing in front of it; read until there is nothing more."""
    meter, found = scripted(*events), list[tuple[int, int]]()
    with pytest.raises(HostError, match="stopped by itself"):
        while block := meter.read(60.0):
            found.append((len(block.current_a), block.lost))
    return found


def test_4096_samples_are_enough_and_fewer_come_in_front_of_a_gap() -> None:
    """A gap of unknown length counts as one."""
    gap, unknown = SimpleNamespace(missing=7), SimpleNamespace(missing=None)
    assert read_of(*[Samples(1000)] * 10) == [(5000, 0), (5000, 0)]
    assert read_of(Samples(4095), Samples(1), Samples(4096)) == [(4096, 0), (4096, 0)]
    assert read_of(Samples(9), gap, Samples(4096)) == [(9, 0), (4096, 7)]
    assert read_of(gap, unknown, Samples(5000)) == [(5000, 8)]
    assert read_of(Samples(5000), unknown, Samples(3), gap, gap, Samples(4096)) == [
        (5000, 0), (3, 1), (4096, 14),
    ]  # fmt: skip


def test_a_gap_before_a_time_is_up_is_that_of_the_next_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = itertools.chain([0.0, 0.5, 2.0], itertools.repeat(2.5))  # the first read ends at 1 s
    monkeypatch.setattr("host.power.ppk2.time", SimpleNamespace(monotonic=lambda: next(seconds)))
    meter = scripted(SimpleNamespace(missing=7), Samples(5000))
    assert meter.read(1.0) is None
    block = meter.read(1.0)
    assert block is not None and (len(block.current_a), block.lost) == (5000, 7)


def test_a_saturated_converter_counts_as_lost() -> None:
    table = np.ones((8, 7))
    words = np.array([0x3FFE, 0x3FFF], np.uint32)
    _, valid = amperes(words, table, VOLTS)
    assert valid.tolist() == [True, False]


def test_our_formula_is_the_drivers() -> None:
    import ppk2lab
    from ppk2lab.protocol.samples import unpack_sample

    with SimulatedPpk2(inferences(1)) as instrument:
        device = ppk2lab.PPK2.open(port=instrument.port, simulate=False)
        calibration = device.calibration
        device.close()
    assert calibration is not None
    words = np.random.default_rng(3).integers(0, 1 << 32, 500, np.uint32)
    words &= ~np.uint32(7 << 14)
    words |= (np.arange(500, dtype=np.uint32) % 5) << 14
    current, _ = amperes(words, calibration_table(calibration), VOLTS)
    for word, mine in zip(words, current, strict=True):
        raw = unpack_sample(int(word))
        theirs = calibration.convert(raw.adc, raw.range_index, VOLTS * 1000) * 1e-6
        assert mine == pytest.approx(theirs, rel=1e-6, abs=1e-12)


def test_no_instrument_says_what_was_looked_for() -> None:
    with pytest.raises(HostError, match=r"1915:c00a.*--meter ppk2:PORT"):
        Ppk2("/dev/nothing-here", source=True)


@pytest.mark.parametrize("volts", [0.5, 5.5])
def test_a_voltage_beyond_the_instrument_is_refused(volts: float) -> None:
    with SimulatedPpk2(inferences(1)) as instrument:
        meter = Ppk2(instrument.port, source=True)
        with pytest.raises(HostError, match=r"0\.8 to 5\.0 V"):
            meter.start(volts)
        meter.close()


@pytest.mark.parametrize("volts", [0.8, 5.0])
def test_its_lowest_and_highest_voltage_are_taken(volts: float) -> None:
    with SimulatedPpk2(inferences(1)) as instrument:
        meter = Ppk2(instrument.port, source=True)
        assert meter.info.rate_hz == 100_000
        meter.start(volts)
        assert instrument.voltage_mv == round(1000 * volts)
        meter.close()


def test_a_port_that_another_program_holds_is_named() -> None:
    with (
        SimulatedPpk2(inferences(1)) as instrument,
        serial.Serial(instrument.port, exclusive=True),
        pytest.raises(HostError, match="close"),
    ):
        Ppk2(instrument.port, source=True)
