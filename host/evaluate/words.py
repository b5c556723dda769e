"""Figures as text, alike in the terminal and on the page."""

from __future__ import annotations

from host.base.statistics import Interval
from host.evaluate.evaluation import Evaluation
from host.evaluate.robust import UnderCondition, worst_of
from host.evaluate.slices import SET, Gap, Slice
from host.evaluate.threshold import Choice, Outcome

ABSENT = "-"
ROBUST_HEADING = (
    "sensor's condition",
    "accuracy",
    "95 %",
    "points lost",
    "95 %",
    "TPR",
    "TNR",
    "AUC",
)
SLICE_HEADING = ("slice", "pictures", "positive", "accuracy", "95 %", "TPR", "TNR", "AUC", "95 %")
CHOICE_HEADING = (
    "chosen for",
    "threshold",
    "accuracy",
    "TPR",
    "FPR",
    "expected acc.",
    "exp. TPR",
    "exp. FPR",
)


def percent(value: float | None) -> str:
    """92.1 %; a dash for None."""
    return ABSENT if value is None else f"{100 * value:.1f} %"


def plain(value: float | None) -> str:
    """0.973; a dash for None."""
    return ABSENT if value is None else f"{value:.3f}"


def span(interval: Interval | None, as_percent: bool = True) -> str:
    """89.9 .. 93.8."""
    if interval is None:
        return ABSENT
    low, high = interval.low, interval.high
    return f"{100 * low:.1f} .. {100 * high:.1f}" if as_percent else f"{low:.3f} .. {high:.3f}"


def verdict(found: Evaluation) -> str:
    """The line that is read if nothing else is."""
    reached = found.rates
    text = f"{found.model}: {percent(reached.accuracy)} of {reached.count} pictures right"
    wild = next((s for s in found.slices if (s.family, s.name) == (SET, "wild")), None)
    if wild is not None:
        text += f", {percent(wild.rates.accuracy)} of the {wild.rates.count} wild ones"
    return text + (f"; AUC {plain(found.auc)}" if found.auc is not None else "")


def drop_line(found: Evaluation) -> str | None:
    """What int8 lost; None when no float model was given."""
    drop = found.drop
    if drop is None:
        return None
    return (
        f"int8 against float ({drop.model}: {percent(drop.accuracy)}, AUC {plain(drop.auc)}): "
        f"{0 - drop.points:+.2f} points of accuracy, "
        f"95 % {0 - drop.interval.high:+.2f} .. {0 - drop.interval.low:+.2f}; "
        f"{drop.changed} verdicts changed, scores differ by {drop.mean:.4f} on average, {drop.largest:.3f} at most"
    )


def gap_line(gap: Gap) -> str:
    """Best and worst of a family, and whether it means anything."""
    best, worst = gap.best, gap.worst
    start = (
        f"{gap.family}: {gap.points:.1f} points between {best.name} ({percent(best.rates.accuracy)} of "
        f"{best.rates.count}) and {worst.name} ({percent(worst.rates.accuracy)} of {worst.rates.count})"
    )
    apart = f"their intervals, widened for {gap.compared} slices,"
    if gap.real:
        return f"{start}: A REAL GAP, as {apart} do not overlap"
    return f"{start}: may be chance, as {apart} overlap"


def slice_row(each: Slice) -> tuple[str, ...]:
    """Under SLICE_HEADING."""
    reached = each.rates
    return (
        f"{each.family}: {each.name}",
        str(reached.count),
        ABSENT if reached.positives is None else str(reached.positives),
        percent(reached.accuracy),
        span(each.accuracy),
        percent(reached.true_positive_rate),
        percent(reached.true_negative_rate),
        plain(each.auc),
        span(each.auc_interval, as_percent=False),
    )


def robust_row(each: UnderCondition) -> tuple[str, ...]:
    """Under ROBUST_HEADING."""
    return (
        each.name,
        percent(each.rates.accuracy),
        span(each.accuracy),
        f"{each.lost:.1f}",
        f"{each.lost_interval.low:.1f} .. {each.lost_interval.high:.1f}",
        percent(each.rates.true_positive_rate),
        percent(each.rates.true_negative_rate),
        plain(each.auc),
    )


def robust_line(found: Evaluation) -> str:
    """The worst condition, and what the pictures went through."""
    worst = worst_of(found.robust)
    return (
        f"worst condition: {worst.name}, {percent(worst.rates.accuracy)} (95 %: {span(worst.accuracy)}); every picture "
        "under each condition through the virtual OV7675 (QVGA, YUV 4:2:2) and the firmware's averaging, on the PC's "
        "reference kernels; crop_60 may cut off the person and is not compared"
    )


def choice_row(choice: Choice) -> tuple[str, ...]:
    """Under CHOICE_HEADING."""
    expected = _outcome(choice.expected) if choice.expected else (ABSENT,) * 3
    return (choice.criterion, f"{choice.threshold:.3f}", *_outcome(choice.here), *expected)


def choice_words(found: Evaluation) -> str:
    """On which pictures the thresholds were chosen."""
    return (
        f"Chosen on these {found.rates.count} pictures ({found.data}), and measured on the same ones, which flatters; "
        "expected: five times chosen on four fifths of them and measured on the last. The default stays "
        f"{found.threshold:g} unless you pass --threshold; choose on pictures of your own place."
    )


def _outcome(of: Outcome) -> tuple[str, str, str]:
    return (
        percent(of.accuracy),
        percent(of.true_positive_rate),
        percent(of.false_positive_rate),
    )
