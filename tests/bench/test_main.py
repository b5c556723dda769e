"""The command line: what it prints, and one line for each mistake."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from host.base.errors import EXIT_USER, run_main
from host.bench import __main__ as command_line
from host.bench.__main__ import COMMANDS, main
from host.bench.engine.baseline import Comparison, baseline_text, compare_reports, read_baseline
from host.bench.engine.figures import Report, as_json
from host.bench.engine.show import engine_table
from tests.bench.reports import REAL, REPORT, slower
from tests.goldens import printed_json

MODEL = Path(__file__).resolve().parents[2] / "models" / "person_grey_025.tflite"


def shown(report: Report, comparison: Comparison | None = None) -> str:
    """The table as text."""
    console = Console(width=160)
    with console.capture() as captured:
        console.print(engine_table(report, comparison))
    return captured.get()


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that the command says before it gives up."""
    assert run_main(lambda: main(["engine", *arguments])) == EXIT_USER
    output = capsys.readouterr()
    assert output.out == ""
    (line,) = output.err.splitlines()
    return line


def test_a_run_keeps_the_words_of_its_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    words = ["link", "--count", "7"]

    def run(args: argparse.Namespace) -> int:
        calls.append(args.argv)
        return 3

    monkeypatch.setattr("host.bench.link.command.run", run)
    monkeypatch.setattr(sys, "argv", ["/somewhere/__main__.py", *words])
    assert main() == 3
    assert main(words) == 3
    assert calls == [words, words]


def test_what_a_measurement_needs_is_looked_for_before_it_is_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []
    monkeypatch.setattr(command_line, "require", looked.append)
    monkeypatch.setattr("host.bench.link.command.run", lambda args: len(looked))
    assert main(["link"]) == 1 and looked == ["bench"]
    for none in (["nothing"], [], ["--help"]):
        with pytest.raises(SystemExit):
            main(none)
    assert looked == ["bench"]


def test_the_table_says_what_is_estimated_and_where_it_ran() -> None:
    text = shown(REPORT)
    assert "est. cycles" in text
    assert "virtual board, firmware 0.1.0+abc" in text
    assert "CONV" in text
    assert "2,400" in text
    assert "peak stack 136 (painted)" in text


def test_a_real_boards_cycles_are_not_called_estimated() -> None:
    text = shown(REAL)
    assert "est." not in text
    assert "nano33ble board 1" in text
    figures = as_json(REAL)
    assert figures["instructions"] is None
    assert figures["estimated_cycles"] is None
    assert figures["measured_cycles"] == 2_400
    assert figures["bit_exact"] is None


def test_ratios_are_shown_beside_each_layer(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(baseline_text(REPORT), encoding="utf-8")
    text = shown(slower(REPORT, 2), compare_reports(slower(REPORT, 2), read_baseline(file)))
    assert text.count("2.000") == len(REPORT.layers) + 1
    assert "instructions +100.00 %" in text


def test_json_goes_to_stdout_and_conditions_to_stderr(
    firmware: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "kept.json"
    arguments = ["engine", "--elf", str(firmware), "--images", "1", "--json"]
    assert main([*arguments, "--write-baseline", str(saved)]) == 0
    output = capsys.readouterr()
    assert printed_json(output.out)["macs"] == 7_001_216
    assert "virtual board, firmware" in output.err
    assert "estimated, zero-wait Cortex-M4" in output.err
    assert read_baseline(saved).instructions == printed_json(output.out)["instructions"]


def test_a_model_that_is_not_there(firmware: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = refusal(capsys, "none.tflite", "--elf", str(firmware))
    assert line == "error: cannot read none.tflite: No such file or directory"


def test_a_malformed_model(
    firmware: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut, damaged = tmp_path / "cut.tflite", tmp_path / "damaged.tpm"
    cut.write_bytes(MODEL.read_bytes()[:5000])
    damaged.write_bytes(MODEL.with_suffix(".tpm").read_bytes()[:-4])
    assert refusal(capsys, str(cut), "--elf", str(firmware)).startswith("error: ")
    assert "damaged" in refusal(capsys, str(damaged), "--elf", str(firmware))


def test_a_firmware_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot read" in refusal(capsys, "--elf", str(tmp_path / "none.elf"))
    text = tmp_path / "text.elf"
    text.write_text("no firmware at all, but long enough to look at")
    assert "not a firmware that runs here" in refusal(capsys, "--elf", str(text))


def test_a_packed_model_without_its_tflite_cannot_be_compiled_again(
    firmware: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from host.compiler.build import compile_model

    packed = tmp_path / "other.tpm"
    data = MODEL.read_bytes() + bytes(4)  # the same model by another hash
    packed.write_bytes(compile_model(data, "other").blob)
    line = refusal(capsys, str(packed), "--elf", str(firmware), "--no-dead-channel-removal")
    assert "other is compiled already, and its .tflite is not here" in line


def test_a_port_needs_a_real_board(capsys: pytest.CaptureFixture[str]) -> None:
    assert "add --real" in refusal(capsys, "--port", "/dev/ttyACM0")
    assert "no board is plugged in" in refusal(capsys, "--real", "--port", "virtual")


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_images_are_counted_from_one(count: str) -> None:
    with pytest.raises(SystemExit):
        main(["engine", "--images", count])


def test_every_measurement_is_a_command() -> None:
    folder = Path(command_line.__file__).parent
    assert sorted(COMMANDS) == sorted(path.parent.name for path in folder.glob("*/command.py"))


def test_help_waits_for_no_measurement() -> None:
    """A command's imports take a second; the help of all needs none of them."""
    script = (
        "import sys; from host.bench.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print([name for name in sys.modules if name.endswith('.command')])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.endswith("[]\n") and "latency" in run.stdout
