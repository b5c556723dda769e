"""The options of a capture: what is captured, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from host.data.duplicates import NEAR

Band = tuple[float, float]


@dataclass(frozen=True)
class Options:
    """rate: pictures a second of the board's time. band: scores of the watched label, both ends included.

    label: what pictures are saved as without a key. distance: bits up to which a picture is refused as the
    near-duplicate of one with the same label; -1 refuses none.
    """

    labels: tuple[str, ...]
    rate: float | None = None
    on_change: bool = False
    band: Band | None = None
    label: str | None = None
    distance: int = NEAR
    split: str = "auto"
    tags: tuple[str, ...] = ()

    @property
    def chooses(self) -> bool:
        """Whether frames must be worth it before anybody is asked."""
        return self.on_change or self.band is not None


@dataclass(frozen=True)
class Showing:
    """How a capture is shown. watched: the label whose score is shown. keys: pressed, one a frame, then the end.

    wiring: of the camera's D0 and D1, shield or breadboard; None leaves it. frames: after how many it ends.
    """

    scene: str
    watched: str | None
    threshold: float
    wiring: str | None = None
    frames: int | None = None
    terminal: bool = False
    plain: bool = False
    keys: tuple[str, ...] = ()


def rules_text(options: Options) -> str:
    """In words for the screen; "" when every frame counts and each key saves one."""
    parts = []
    if options.rate is not None:
        parts.append(f"{options.rate:g} a second")
    if options.on_change:
        parts.append("when the scene changes")
    if options.band is not None:
        parts.append("when the score is {:.0%} to {:.0%}".format(*options.band).replace("%", " %"))
    return ", ".join(parts)
