"""The parts of the modes, without a board: pictures by their form, a meter's pauses, energy window by window."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from host.base.errors import HostError
from host.bench.mlperf import energy, modes, pictures
from host.bench.mlperf.dialogue import Dialogue, Inference
from host.bench.mlperf.energy import EnergyWindow, MeterRecorder, measure_energy, short_of
from host.bench.mlperf.modes import PATIENCE, WARM_UPS, measure_performance
from host.bench.mlperf.pictures import list_pictures, opened, read_input
from host.link.transport import PortLostError
from host.power.meter import MarkerInput, MeterInfo
from host.power.method import Method
from host.power.trace import Trace

METER = MeterInfo("meter", "1", 1000.0, MarkerInput.LEVEL)


class Answering:
    """A board that is ready whatever it hears; `torn`: its cable is pulled."""

    name = "memory"

    def __init__(self, torn: bool = False) -> None:
        self.heard, self.torn, self.closed = list[bytes](), torn, False

    def read(self) -> bytes:
        return b"m-load-done\r\nm-ready\r\n"

    def write(self, data: bytes) -> None:
        if self.torn:
            raise PortLostError("it went")
        self.heard.append(data)

    def close(self) -> None:
        self.closed = True


def test_an_input_goes_in_lines_of_31_bytes_which_every_board_can_hold() -> None:
    """In hexadecimal; an outside board holds 80 characters."""
    port, pixels = Answering(), np.arange(64, dtype=np.uint8)
    Dialogue(port, lambda: 0.0).load(pixels)
    data = pixels.tobytes()
    parts = [b"db " + part.hex().encode() + b"%" for part in (data[:31], data[31:62], data[62:])]
    assert port.heard == [b"db load 64%", *parts]
    assert max(map(len, port.heard)) <= 80


@pytest.mark.parametrize("torn", [False, True])
def test_a_board_is_sent_back_to_packets_and_its_port_is_freed(torn: bool) -> None:
    port = Answering(torn)
    with pytest.raises(PortLostError) if torn else contextlib.nullcontext():
        Dialogue(port, lambda: 0.0).close()
    assert port.closed and port.heard == ([] if torn else [b"\0"])


def test_raw_files_have_the_models_bytes_or_its_colours(tmp_path: Path) -> None:
    """Grey of colours by BT.601: 0.299, 0.587, 0.114."""
    grey = np.arange(12, dtype=np.uint8)
    (tmp_path / "grey.bin").write_bytes(grey.tobytes())
    assert read_input(tmp_path / "grey.bin", (3, 4, 1)).ravel().tolist() == grey.tolist()
    assert read_input(tmp_path / "grey.bin", (2, 2, 3)).shape == (2, 2, 3)
    found = read_input(tmp_path / "grey.bin", (2, 2, 1))
    colours = grey.reshape(4, 3) @ np.array([0.299, 0.587, 0.114])
    assert found.shape == (2, 2, 1) and np.abs(found.ravel() - colours).max() <= 0.51
    with pytest.raises(HostError, match=r"grey.bin has 12 bytes, the model takes 6$"):
        read_input(tmp_path / "grey.bin", (2, 3, 1))
    with pytest.raises(HostError, match="the model takes 36"):
        read_input(tmp_path / "grey.bin", (4, 3, 3))


@pytest.mark.parametrize(
    ("row", "truth"),
    [("a.bin,2,0", 0), ("a.bin,2,1", 1), ("a.bin,2,7,more", 1), ("a.bin,2, 1 ", 1)],
)
def test_a_line_of_the_benchmarks_list(tmp_path: Path, row: str, truth: int) -> None:
    (tmp_path / "y_labels.csv").write_text(row + "\n")
    (tmp_path / "a.bin").touch()
    (found,) = list_pictures(tmp_path)
    assert (found.path.name, found.truth) == ("a.bin", truth)


def test_folders_count_by_their_name_and_files_by_their_kind(tmp_path: Path) -> None:
    for name in ("person/a.png", "Person/b.JPG", "1/c.bin", "0/d.jpeg", "nobody/e.png",
                 "person/f.txt", "dogs/g.png"):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("L", (1, 1)).save(tmp_path / name, "png")
    found = {each.path.name: each.truth for each in list_pictures(tmp_path)}
    assert found == {"a.png": 1, "b.JPG": 1, "c.bin": 1, "d.jpeg": 0, "e.png": 0}


def test_a_zip_may_unpack_to_so_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pictures.MOST_ZIP_BYTES == 4 * 1024**3 and pictures.MOST_FILES == 200_000
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("person/a.bin", bytes(60))
        archive.writestr("person/b.bin", bytes(40))
    for most_bytes, most_files, fits in ((100, 2, True), (99, 2, False), (100, 1, False)):
        monkeypatch.setattr(pictures, "MOST_ZIP_BYTES", most_bytes)
        monkeypatch.setattr(pictures, "MOST_FILES", most_files)
        if fits:
            with opened(packed) as folder:
                assert len(list_pictures(folder)) == 2
        else:
            with pytest.raises(HostError, match="unpacks to more than"), opened(packed):
                pass
    monkeypatch.setattr(pictures, "MOST_ZIP_BYTES", 0)
    monkeypatch.setattr(pictures, "MOST_FILES", 9)
    with pytest.raises(HostError, match="more than 0 GB or too many files"), opened(packed):
        pass


def test_a_meter_is_waited_for_before_and_behind_a_window() -> None:
    done: list[object] = []

    class Collector:
        """What a meter's thread has gathered: nothing."""

        def begin(self) -> None:
            done.append("begin")

        def end(self) -> list[Any]:
            done.append("end")
            return []

    recorder = MeterRecorder(cast(Any, Collector()), METER, done.append)
    recorder.begin()
    trace, uncertainty = recorder.end(3.3)
    assert done == [0.3, "begin", 0.3, 0.3, "end"]
    assert (len(trace), trace.rate_hz, uncertainty) == (0, 1000.0, 0.0)


class Runs:
    """A dialogue that stores its requests."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def load(self, pixels: Any) -> None:
        self.calls.append(("load", int(pixels[0])))

    def choose_energy(self, on: bool) -> None:
        self.calls.append(("energy", on))

    def infer(self, iterations: int, warm_ups: int, patience_s: float) -> None:
        self.calls.append(("infer", iterations, warm_ups, patience_s))


class Scripted:
    """Windows of so many samples a millisecond apart at 2 A."""

    info = METER

    def __init__(self, *samples: int) -> None:
        self._samples = iter(samples)
        self.begun = 0

    def begin(self) -> None:
        self.begun += 1

    def end(self, volts: float) -> tuple[Trace, float]:
        high = next(self._samples)
        bits = np.concatenate([np.zeros(5), np.ones(high), np.zeros(5)]).astype(np.uint8)
        return Trace(1000.0, np.full(len(bits), 2.0, np.float32), bits, volts), 0.25


def test_energy_window_by_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """40 inferences in 10, 11 and 10.5 s of 2 A at 3 V: 1.5, 1.65 and 1.575 J each."""
    monkeypatch.setattr(energy, "iterations_for", lambda dialogue, seconds: 40)
    runs, recorder = Runs(), Scripted(10_000, 11_000, 10_500)
    messages: list[str] = []
    saved: list[EnergyWindow] = []
    inputs = [np.array([7], np.uint8), np.array([9], np.uint8)]
    found = measure_energy(
        cast(Dialogue, runs),
        recorder,
        inputs,
        3.0,
        Method(3, 10.0, 10),
        messages.append,
        saved.append,
    )
    assert [w.joules_each for w in found.windows] == pytest.approx([1.5, 1.65, 1.575])
    assert found.median_j == pytest.approx(1.575) and tuple(saved) == found.windows
    assert [(w.uncertainty, w.lost, w.refused) for w in saved] == [(0.25, 0, "")] * 3
    assert messages[1] == "window 2 of 3: 40 inferences in 11.00 s, 1650.000 mJ each"
    infer = ("infer", 40, WARM_UPS, PATIENCE * 20.0)
    assert runs.calls == [("load", 7), ("energy", True), infer, ("load", 9), infer, ("load", 7), infer,
                          ("energy", False)]  # fmt: skip
    assert recorder.begun == 3 and found.volts == 3.0 and found.short.startswith("SHORT: 3 windows")
    with pytest.raises(
        HostError, match=r"^window 2: the timestamps were not seen \(0 whole windows\)"
    ):
        measure_energy(cast(Dialogue, Runs()), Scripted(10, 0), inputs, 3.0, Method(2, 1.0, 1))


@pytest.mark.parametrize(
    ("windows", "seconds", "iterations", "words"),
    [(5, 10.0, 10, ""), (4, 10.0, 10, "4 windows of 10 s and 10"),
     (5, 9.999, 10, "5 windows of 9.99 s and 10"), (5, 10.0, 9, "5 windows of 10 s and 9")],
)  # fmt: skip
def test_the_shortest_window_decides(
    windows: int, seconds: float, iterations: int, words: str
) -> None:
    """MLPerf Tiny's method: 5 windows, 10 s, 10 inferences."""
    long = [EnergyWindow(20, 30.0, 1.0, 0, 0.0)] * (windows - 1)
    found = short_of([*long, EnergyWindow(iterations, seconds, 1.0, 0, 0.0)])
    assert words in found and bool(found) == bool(words)


class Timed(Runs):
    """Inferences of an eighth of a second each; of 2 scores unless others are given."""

    def __init__(self, *scores: tuple[float, ...], prints: bool = True) -> None:
        super().__init__()
        self._scores, self._prints = iter(scores), prints

    def infer(self, iterations: int, warm_ups: int, patience_s: float) -> Inference:  # type: ignore[override]
        super().infer(iterations, warm_ups, patience_s)
        laps = (1_000_000, 1_000_000 + 125_000 * iterations) if self._prints else ()
        return Inference(iterations, laps, next(self._scores, (0.5, 0.5)))


def test_performance_is_as_long_as_requested() -> None:
    """2 s of an eighth each, with a fiftieth to spare: 16.3, so 17; never fewer than ten."""
    runs = Timed()
    messages: list[str] = []
    saved: list[Inference] = []
    inputs = [np.array([7], np.uint8), np.array([9], np.uint8)]
    found = measure_performance(cast(Dialogue, runs), inputs, 2.0, 3, messages.append, saved.append)
    once = ("infer", 1, 1, 60.0 + PATIENCE)
    window = ("infer", 17, 5, PATIENCE * 12.0)
    assert runs.calls == [("load", 7), once, window, ("load", 9), window, ("load", 7), window]
    assert found.median == pytest.approx(8.0) and tuple(saved) == found.windows
    assert messages[1] == "window 2 of 3: 17 inferences in 2.12 s, 8.000 a second"
    assert modes.iterations_for(cast(Dialogue, Timed()), 0.1) == 10
    with pytest.raises(HostError, match="no timestamps: it is in energy mode"):
        measure_performance(cast(Dialogue, Timed(prints=False)), inputs, 1.0, 1)


def test_accuracy_is_by_the_boards_scores_and_is_said_every_ten_pictures() -> None:
    scores = [(0.2, 0.8), (0.8, 0.2), (0.5, 0.5)] * 7
    runs = Timed(*scores)
    messages: list[str] = []
    saved: list[modes.Graded] = []
    pictures_of = [(str(at), lambda at=at: np.array([at]), 1) for at in range(21)]
    found = modes.measure_accuracy(
        cast(Dialogue, runs), cast(Any, pictures_of), messages.append, saved.append
    )
    assert [each.hit for each in found.graded[:3]] == [True, False, False], "the first of equals"
    assert [each.score for each in saved[:3]] == [0.8, 0.2, 0.5] and len(saved) == 21
    assert messages == [
        "10 of 21 pictures, 40.0 % right",
        "20 of 21 pictures, 35.0 % right",
        "21 of 21 pictures, 33.3 % right",
    ]
    once = ("infer", 1, 0, 60.0 + PATIENCE)
    assert runs.calls[:4] == [("load", 0), once, ("load", 1), once]
    assert modes.few_pictures(1000) == "" and modes.few_pictures(999).startswith("999 pictures")
    with pytest.raises(HostError, match="the board gives 1 scores"):
        modes.measure_accuracy(cast(Dialogue, Timed((0.5,))), cast(Any, pictures_of[:1]))
