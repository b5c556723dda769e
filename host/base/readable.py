"""Styles of text that can be read on a white terminal and on a black one: which one it is, nobody says.

Contrast of WCAG 2.1, 4.5:1 and more against both. With 16 colours, what each looks like is the terminal's own choice:
text then has the terminal's own colour, and a filled field is reversed.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.style import Style

LEAST = 4.5
DARKEST, LIGHTEST = (
    0.05 * LEAST - 0.05,
    1.05 / LEAST - 0.05,
)  # luminance that is enough on black, on white
MIDDLE = (DARKEST + LIGHTEST) / 2
DEEP_SYSTEMS = ("truecolor", "256")
QUIET = Color.parse("#687784")  # in place of dim, whose colour is the terminal's own choice
BLACK, WHITE = ColorTriplet(0, 0, 0), ColorTriplet(255, 255, 255)


def luminance(colour: ColorTriplet) -> float:
    """Relative, 0 black to 1 white."""
    parts = [part / 255 for part in colour]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """1 (the same) to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=1 << 10)
def readable(style: Style, system: str | None) -> Style:
    """The same style in colours that can be read. system: of rich's Console, None without colours."""
    plain = style + Style(dim=False) if style.dim else style
    if system is None:
        return plain
    filled = style.bgcolor is not None and not style.bgcolor.is_default
    if system not in DEEP_SYSTEMS:
        return plain.without_color + Style(reverse=True) if filled else plain.without_color
    back = _readable(style.bgcolor, system) if filled and style.bgcolor else None
    if back is not None:
        ink = style.color.get_truecolor() if style.color else BLACK
        is_dark = luminance(ink) <= luminance(back)
        colours = Style(
            color=Color.from_triplet(BLACK if is_dark else WHITE), bgcolor=Color.from_triplet(back)
        )
    elif style.color is not None and not style.color.is_default:
        colours = Style(color=Color.from_triplet(_readable(style.color, system)))
    else:
        colours = (
            Style(color=Color.from_triplet(_readable(QUIET, system))) if style.dim else Style()
        )
    return plain + colours


def _readable(colour: Color, system: str) -> ColorTriplet:
    wanted = colour.get_truecolor()
    if system == "256":
        return min(_palette(), key=lambda one: _distance(one, wanted))
    return wanted if _is_enough(wanted) else _moved(wanted)


def _is_enough(colour: ColorTriplet) -> bool:
    return DARKEST <= luminance(colour) <= LIGHTEST


def _moved(colour: ColorTriplet) -> ColorTriplet:
    """The same hue, as light as is enough on both."""
    most = max(colour)
    full = ColorTriplet(*(round(part * 255 / most) for part in colour)) if most else WHITE
    aim = BLACK if luminance(full) > MIDDLE else WHITE
    low, high = 0.0, 1.0
    for _ in range(16):
        share = (low + high) / 2
        is_short = (luminance(_mixed(full, aim, share)) > MIDDLE) == (aim == BLACK)
        low, high = (share, high) if is_short else (low, share)
    return _mixed(full, aim, high)


def _mixed(one: ColorTriplet, other: ColorTriplet, share: float) -> ColorTriplet:
    return ColorTriplet(*(round(a + (b - a) * share) for a, b in zip(one, other, strict=True)))


@lru_cache(maxsize=1)
def _palette() -> tuple[ColorTriplet, ...]:
    """Of the 256 colours those that are enough on both; the first 16 are the terminal's own choice."""
    every = [Color.from_ansi(number).get_truecolor() for number in range(16, 256)]
    return tuple(filter(_is_enough, every))


def _distance(one: ColorTriplet, other: ColorTriplet) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
