"""Matplotlib figures in the project's style, as SVG for a page and as PNG."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK, FAINT, GRID = "#1f2933", "#6b7785", "#e3e8ee"
# Okabe and Ito: told apart with any colour vision, and in grey print by their order of lightness
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
PNG_DPI = 150
STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
    "font.size": 9,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "text.parse_math": False,  # a dollar in a label is a dollar; hence plain_log below
}


@contextmanager
def plot_style() -> Iterator[None]:
    """Figures made and drawn inside look alike."""
    import matplotlib as mpl
    from cycler import cycler

    with mpl.rc_context(STYLE | {"axes.prop_cycle": cycler(color=list(COLOURS))}):
        yield


def new_figure(width_in: float = 9.0, height_in: float = 3.2) -> Figure:
    """An empty figure, no window. Make axes and draw inside plot_style()."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width_in, height_in), layout="constrained")


def plain_log(axis: Axis) -> None:
    """Numbers beside a logarithmic axis, whose powers of ten would be mathematical text."""
    from matplotlib.ticker import NullFormatter

    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


@contextmanager
def _quiet() -> Iterator[None]:
    """Matplotlib warns of letters that its font lacks, and writes them as they are: others' escape sequences, too."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


def svg_text(figure: Figure, name: str) -> str:
    """An <svg> element for a page. name: makes its identities unique there."""
    import matplotlib as mpl

    held = io.StringIO()
    with plot_style(), mpl.rc_context({"svg.hashsalt": name}), _quiet():
        figure.savefig(held, format="svg", metadata={"Date": None, "Creator": None})
    text = held.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text)  # HTML knows them; no address stays


def png_bytes(figure: Figure, dpi: int = PNG_DPI) -> bytes:
    """A PNG file."""
    held = io.BytesIO()
    with plot_style(), _quiet():
        figure.savefig(held, format="png", dpi=dpi)
    return held.getvalue()
