"""What a training ends with: its curve, where the model is, what it costs on the board, and the next commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from host.base.follow_up import shell_line
from host.base.sparkline import sparkline
from host.compiler.build import Options as CompilerOptions
from host.compiler.report import Report, examine
from host.train.epoch import EPOCH, ROUND, Epoch
from host.train.options import Options


def ending(options: Options, history: Sequence[Epoch], training: dict[str, Any]) -> list[str]:
    """Lines for a person; the files are there. history: the epochs of this run; training: of the manifest."""
    path = options.output / f"{options.name}.tflite"
    report = examine(str(path), 0, 0, 0, 0, CompilerOptions())
    return [
        *_curves(history),
        *_chosen(options, training),
        f"{path}: {report.flash_bytes:,} B of flash, {report.ram_bytes:,} B of RAM, {report.macs:,} MACs",
        f"estimated, not run: {_speed(report)}",
        "",
        f"how good it is: {shell_line('host.evaluate', path, '--data', options.data[0])}",
        f"on the board:   {shell_line('host.deploy', path)}",
    ]


def _curves(history: Sequence[Epoch]) -> list[str]:
    if len(history) < 2:
        return []
    first, last = history[0], history[-1]
    losses, shares = ([getattr(e, name) for e in history] for name in ("val_loss", "val_accuracy"))
    return [
        f"validation loss     {sparkline(losses)}  {first.val_loss:.3f} -> {last.val_loss:.3f}",
        f"validation accuracy {sparkline(shares)}  {first.val_accuracy:.3f} -> {last.val_accuracy:.3f}",
    ]


def _chosen(options: Options, training: dict[str, Any]) -> list[str]:
    """Which weights the model has, where they are not the last ones."""
    if options.aware or not (options.patience or options.freeze):
        return []
    unit = ROUND if ROUND in training else EPOCH
    which = f"{unit} {training[unit]} of {training[f'{unit}s']}"
    if training[unit] == 0:
        which = "the last layer as it began, no round did better"
    return [f"kept: {which}, the lowest validation loss ({training['val_loss']:.3f})"]


def _speed(report: Report) -> str:
    cycles = report.predicted_cycles / 1e6
    fits = "" if report.fits else f"; it does not fit the board: {report.reason}"
    return f"{cycles:.1f} Mcycles an inference, {report.frames_per_second} a second at 64 MHz, camera not counted{fits}"
