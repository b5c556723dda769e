"""What each layer of person_detect's shape costs, run whole on random content: python -m tests.dsp.layers"""

from __future__ import annotations

from dataclasses import replace

from host.compiler.format import OperatorKind
from tests.dsp.board import Counts
from tests.dsp.operators import Shape, check_on_board, new_board, random_case
from tests.native import arm_compiler

FIRST = Shape(OperatorKind.CONV, 48, 48, 1, 8, 2, (0, 1, 0, 1), 3, (0, 1, 0, 1), image=True)
POINTWISE = Shape(OperatorKind.POINTWISE, 1, 1, 1, 1)
WIDTHS = (48, 24, 24, 12, 12, 6, 6, 6, 6, 6, 6, 3, 3)
CHANNELS = (8, 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256)


def depthwise(width: int, channels: int, stride: int) -> Shape:
    """SAME, as in MobileNet: padded on all sides, or below and right only."""
    first = 1 if stride == 1 else 0
    pads = (first, 1, first, 1)
    shape = Shape(OperatorKind.DEPTHWISE, width, width, channels, channels, stride, pads, 3, pads)
    return replace(shape, shifts=(5, 8))


def layers() -> list[Shape]:
    """MobileNetV1 0.25 for 96x96 grey pixels, up to the pooling."""
    found = [replace(FIRST, shifts=(6, 11), fill=(127, 0))]
    before = 48
    for i, width in enumerate(WIDTHS):
        found.append(depthwise(width, CHANNELS[i], before // width))
        found.append(
            replace(
                POINTWISE,
                height=width,
                width=width,
                channels_in=CHANNELS[i],
                channels_out=CHANNELS[i + 1],
            )
        )
        before = width
    return found


def main() -> None:
    """Prints the table. Estimated cycles, zero-wait-state memory."""
    board = new_board(arm_compiler() or "arm-none-eabi-gcc")
    total, macs = Counts(), 0
    for number, shape in enumerate(layers()):
        counts = check_on_board(board, random_case(shape, number))
        total.add(counts)
        macs += shape.macs
        print(_line(f"{number:2} {_name(shape)}", shape.macs, counts))
    print(_line("all", macs, total))


def _name(shape: Shape) -> str:
    size = f"{shape.height}x{shape.width}x{shape.channels_out}"
    return f"{shape.kind.name.lower():9} {size:9} from {shape.channels_in:3}, stride {shape.stride}"


def _line(name: str, macs: int, counts: Counts) -> str:
    cost = f"{counts.cycles:8} cycles {counts.instructions:8} instructions"
    return f"{name:42} {macs:8} MAC {cost} {counts.cycles / macs:5.2f} cycles/MAC"


if __name__ == "__main__":
    main()
