"""One latency run on a page."""

from __future__ import annotations

from host.bench.latency.compare import LatencyRun, values_ms
from host.bench.latency.figures import INJECTED, Stage, Summary
from host.bench.latency.layers import find_model, footprint_of
from host.bench.latency.plots import (
    BOARD_COLOUR,
    HOST_COLOUR,
    distribution_plot,
    layers_plot,
    stages_plot,
    timeline_plot,
)
from host.bench.latency.show import (
    alarms,
    layer_heading,
    layer_row,
    notes,
    stage_heading,
    stage_row,
)
from host.bench.latency.spread import Values
from host.bench.latency.tables import INFERENCES
from host.report.blocks import Block, Paragraph, Plot, Section, Table, Tile
from host.report.conditions import place_words
from host.report.figure import COLOURS
from host.report.units import milliseconds

EMULATOR = "The host's times are the EMULATOR's speed on this computer, not a board's."


def latency_title(of: LatencyRun) -> str:
    """Model and board."""
    return f"Latency: {place_words(of.run)}"


def latency_verdict(of: LatencyRun) -> str:
    """The number an engineer wants."""
    summary, inference = of.summary, _inference(of.summary)
    how = "estimated, virtual board" if summary.estimated else "measured on the board"
    rate = f", {summary.frames_per_second:.2f} frames a second" if summary.frames_per_second else ""
    lost = f"{summary.lost.total} messages lost" if summary.lost.known else "losses not known"
    return (
        f"An inference takes {inference.ms.p50:.2f} ms (p99 {inference.ms.p99:.2f} ms){rate}: "
        f"{how}, n = {summary.count}, {lost}."
    )


def latency_warnings(of: LatencyRun) -> list[str]:
    """Estimates, losses, faults."""
    lines = list(alarms(of.summary))
    if of.summary.estimated:
        lines.insert(0, f"ESTIMATED. Cycles: {of.run.conditions.cycles}. {EMULATOR}")
    return lines


def latency_tiles(of: LatencyRun) -> tuple[Tile, ...]:
    """Inference, rate, end to end, losses."""
    summary, inference = of.summary, _inference(of.summary)
    word = ", estimated" if summary.estimated else ""
    spread = f"p95 {inference.ms.p95:.2f}, p99 {inference.ms.p99:.2f}, IQR {inference.ms.iqr:.3f}"
    tiles = [Tile(f"inference p50{word}", f"{inference.ms.p50:.2f}", "ms", spread)]
    if inference.cycles:
        clock = f"at {summary.clock_hz / 1e6:g} MHz"
        tiles.append(Tile(f"cycles p50{word}", f"{inference.cycles.p50 / 1e6:.3f}", "M", clock))
    if summary.frames_per_second:
        tiles.append(
            Tile(
                f"frames/s{word}",
                f"{summary.frames_per_second:.2f}",
                "",
                "by the board's clock",
            )
        )
    age = summary.stage("age")
    if age is not None:
        tiles.append(Tile(f"picture's age p50{word}", f"{age.ms.p50:.1f}", "ms", _age_note(age)))
    host = summary.stages[-1]
    if host.cycles is None:
        whose = "emulator's speed" if summary.estimated else "by this computer's clock"
        tiles.append(Tile("end to end (host) p50", f"{host.ms.p50:.1f}", "ms", whose))
    tiles += _model_tiles(of)
    lost = summary.lost
    total = str(lost.total) if lost.known else "–"
    tiles.append(Tile("messages lost", total, "", f"{lost.frames} frames without result"))
    return tuple(tiles)


def _age_note(age: Stage) -> str:
    return f"p95 {age.ms.p95:.1f}; when its result leaves"


def _model_tiles(of: LatencyRun) -> list[Tile]:
    """What the model asks of the board; none where its packed form is not at hand."""
    board = of.run.conditions.board
    packed = find_model(int(board.model_hash, 16), None) if board else None
    if packed is None:
        return []
    found = footprint_of(packed)
    return [
        Tile("work", f"{found.macs / 1e6:.2f}", "M MACs", "multiplications of an inference"),
        Tile("flash", f"{found.flash_bytes / 1000:.1f}", "kB", "the packed model"),
        Tile("RAM", f"{found.ram_bytes / 1000:.1f}", "kB", "arena and image"),
    ]


def latency_sections(of: LatencyRun, prefix: str = "", name: str = "") -> list[Section]:
    """prefix: of figures' names, name: behind titles, where a page has several runs."""
    tail = name and f" of {name}"
    return [
        Section(f"Stages{tail}", _stages(of, prefix)),
        Section(f"Distribution{tail}", _distributions(of, prefix)),
        Section(f"Time line{tail}", (_timeline(of, prefix),)),
        *_layers(of, prefix, tail),
    ]


def _stages(of: LatencyRun, prefix: str) -> tuple[Block, ...]:
    summary = of.summary
    rows = tuple(stage_row(stage) for stage in summary.stages)
    meanings = tuple((stage.name, stage.meaning) for stage in summary.stages)
    notes_shown = (Paragraph("; ".join(notes(summary, of.run.conditions)) + "."),)
    table = Table(stage_heading(summary), rows, "Spread: IQR, the range of the middle half.")
    meant = Table(("stage", "what it covers"), meanings, text_columns=2)
    if summary.source == INJECTED:
        return (*notes_shown, table, meant)
    note = "The rest is waiting that no stage counts." if summary.stage("period") else ""
    return (stages_plot(f"{prefix}stages", summary.stages, note), table, *notes_shown, meant)


def _distributions(of: LatencyRun, prefix: str) -> tuple[Block, ...]:
    summary = of.summary
    word = "estimated" if summary.estimated else "measured by the board"
    values = values_ms(of, "inference")
    blocks: list[Block] = [
        distribution_plot(
            f"{prefix}inference", values, f"inference, {word}", BOARD_COLOUR, _narrow(values)
        )
    ]
    host = values_ms(of, "host")
    if len(host):
        note = EMULATOR if summary.estimated else "By this computer's clock."
        title = "end to end, emulator's speed" if summary.estimated else "end to end, host"
        blocks.append(distribution_plot(f"{prefix}end_to_end", host, title, HOST_COLOUR, note))
    return tuple(blocks)


def _narrow(values: Values) -> str:
    span_us = 1000 * float(values.max() - values.min())
    if not span_us:
        return "Every value is the same."
    return f"All lie within {milliseconds(span_us)} µs."


def _timeline(of: LatencyRun, prefix: str) -> Plot:
    rows = of.run.columns(INFERENCES.name)
    to_ms = 1000 / of.summary.clock_hz
    injected = of.summary.source == INJECTED
    host = "round trip (host)" if injected else "between arrivals (host)"
    series = [("inference (board)", rows["inference_cycles"] * to_ms, BOARD_COLOUR)]
    if not injected:
        series.append(("period (board)", rows["period_cycles"] * to_ms, COLOURS[2]))
    series.append((host, rows["host_ms"], HOST_COLOUR))
    note = "What each inference took, by the board's own counter and by this computer's clock."
    note += f" {EMULATOR}" if of.summary.estimated else ""
    return timeline_plot(f"{prefix}timeline", rows["arrived_s"], series, note)


def _layers(of: LatencyRun, prefix: str, tail: str) -> list[Section]:
    summary = of.summary
    if not summary.layers:
        return []
    word = "estimated, " if summary.estimated else ""
    rows = tuple(layer_row(number, layer) for number, layer in enumerate(summary.layers))
    table = Table(layer_heading(summary), rows, text_columns=2)
    words = Paragraph(
        f"Of {summary.profiled} inferences of a pass of their own: profiling reads the clock around every "
        "layer, so it is kept out of the figures above."
    )
    plot = layers_plot(f"{prefix}layers", summary.layers, word)
    return [Section(f"Layers{tail}", (words, plot, table))]


def _inference(summary: Summary) -> Stage:
    found = summary.stage("inference")
    assert found is not None  # summarise() makes no Summary without one
    return found
