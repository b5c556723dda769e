"""A slower chip than anybody measured: `python -m tests.system.pessimistic --frames 200`, and each pixel is checked.

GPIO reads with 0..3 wait states, taken branches of 1..3 cycles, flash that waits, the core's interrupts 1,000 cycles
dearer (`--silicon pessimistic,wait=W,branch=B --core-load on`). A frame is exact or the board says that it dropped it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from host.virtual.options import BoardOptions
from host.virtual.silicon import NAMED, Silicon
from tests.system.board import ROOT, Bench
from tests.system.stream import Tally, stream

CELLS = tuple((wait, branch) for wait in range(4) for branch in range(1, 4))
SEED = 3
SCENE = f"noise:{SEED}"  # no two frames of it are alike
HEADER = (
    "| wait | branch | delivered | dropped | wrong | restarts | frames/s | cycles a byte |\n"
    "|---|---|---|---|---|---|---|---|"
)


def pessimistic(wait: int, branch: int) -> Silicon:
    """The pessimistic chip with these wait states and branches."""
    return replace(NAMED["pessimistic"], wait=wait, branch=branch)


def measure(
    silicon: Silicon,
    frames: int,
    image: Path | None = None,
    model: Path | None = None,
    scene: str = SCENE,
) -> Tally:
    """A stream with results. image: None for our own, which is then charged what Arduino's core takes."""
    options = BoardOptions(silicon=silicon, core_load=True if image is None else None)
    bench = Bench(scene, options, image)
    if model is not None:
        bench.load_model(model.read_bytes())
    return stream(bench, frames)


def row(wait: int, branch: int, tally: Tally) -> str:
    """One line of the table."""
    cells = (tally.delivered, tally.drops, tally.wrong, tally.restarts, f"{tally.rate:.2f}")
    shown = " | ".join(map(str, (wait, branch, *cells, 2 * (tally.divider + 1))))
    named = ", ".join(f"{count} {name}" for name, count in sorted(tally.dropped.items()))
    trouble = f"  {tally.missing} missing, {tally.lost} lost" * (tally.missing + tally.lost > 0)
    return f"| {shown} |" + (f"  ({named})" if named else "") + trouble


def main(argv: list[str] | None = None) -> int:
    """Exit code 1 when a wrong pixel was delivered, or a frame vanished."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=200, help="of each cell (default: 200)")
    parser.add_argument("--cell", nargs=2, type=int, action="append", metavar=("WAIT", "BRANCH"))
    parser.add_argument("--image", type=Path, help="another firmware than our prebuilt one")
    parser.add_argument("--colour", action="store_true", help="with models/person_rgb_025.tpm")
    parser.add_argument("--seed", type=int, default=SEED, help="of the noise that the camera sees")
    args = parser.parse_args(argv)
    model = ROOT / "models" / "person_rgb_025.tpm" if args.colour else None
    print(HEADER, flush=True)
    bad = 0
    for wait, branch in [tuple(cell) for cell in args.cell or CELLS]:
        tally = measure(
            pessimistic(wait, branch), args.frames, args.image, model, f"noise:{args.seed}"
        )
        bad += tally.wrong + tally.missing
        print(row(wait, branch, tally), flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
