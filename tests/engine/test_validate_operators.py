"""Every limit of an operator, at the last value that is sound and at the first that is not."""

from __future__ import annotations

from host.compiler import format as packed
from host.compiler.status import EngineStatus
from tests.engine.blobs import Blob, Kind, blob, every_model, operators

WINDOWED = (Kind.CONV, Kind.DEPTHWISE, Kind.AVERAGE_POOL, Kind.MAX_POOL)
FROM_IMAGE = (Kind.CONV, Kind.LOAD, Kind.TABLE, Kind.FULLY_CONNECTED)


@every_model
def test_an_operators_numbers(seed: int) -> None:
    made = blob(seed)
    for i, op in operators(made):
        refused: list[dict[str, int]] = [
            {"form": 5},
            {"least_shift": 1 if op.form != packed.Form.SHORT else 0},
            {"least_shift": 16},
            {"input": len(made.model.maps)},
            {"second_input": len(made.model.maps)},
            {"output": len(made.model.maps)},
            {"depth_multiplier": op.depth_multiplier + 1},
        ]
        if op.act_max < 255:
            refused.append({"act_min": op.act_max + 1})
        if op.kind not in FROM_IMAGE:
            refused.append({"input": packed.IMAGE})
        if op.kind not in WINDOWED:
            fields = ("kernel_height", "kernel_width", "stride_height", "stride_width")
            refused += [{name: 2} for name in fields]
            refused += [{name: 1} for name in ("pad_top", "pad_left") if op.kind != Kind.PAD]
        for fields_now in refused:
            found = made.status(made.with_operator(i, **fields_now))
            assert found == EngineStatus.BAD_OPERATOR, (op, fields_now)
        assert made.status(made.with_operator(i, act_min=op.act_max)) == EngineStatus.OK
        if op.form == packed.Form.SHORT:
            assert made.status(made.with_operator(i, least_shift=15)) == EngineStatus.OK


@every_model
def test_scratch_ends_with_the_arena(seed: int) -> None:
    made = blob(seed)
    words = made.header.arena_bytes // 4
    for i, _ in operators(made):
        for offset in (0, 3, words):
            scratch = {"scratch_offset_words": offset, "scratch_words": words - offset}
            assert made.status(made.with_operator(i, **scratch)) == EngineStatus.OK
            scratch["scratch_words"] += 1
            assert made.status(made.with_operator(i, **scratch)) == EngineStatus.BAD_OPERATOR


@every_model
def test_windows_stay_in_their_map(seed: int) -> None:
    made = blob(seed)
    for i, op in operators(made):
        if op.kind not in WINDOWED:
            continue
        bounded = op.input == packed.IMAGE or op.kind in (Kind.AVERAGE_POOL, Kind.MAX_POOL)
        borders = made.model.maps[op.input] if not bounded else None
        for axis, pad, before, behind in (
            ("height", "pad_top", "top", "bottom"),
            ("width", "pad_left", "left", "right"),
        ):
            number = 0 if axis == "height" else 1
            inputs, outputs = made.extent(op.input)[number], made.extent(op.output)[number]
            kernel, stride, value = f"kernel_{axis}", f"stride_{axis}", getattr(op, pad)
            assert made.status(made.with_operator(i, **{kernel: 0})) == EngineStatus.BAD_OPERATOR
            assert made.status(made.with_operator(i, **{stride: 0})) == EngineStatus.BAD_OPERATOR
            wide = {pad: getattr(op, kernel)}
            assert made.status(made.with_operator(i, **wide)) == EngineStatus.BAD_OPERATOR
            if outputs > 1 and bounded:  # a window that begins behind the last pixel
                far = -(-(inputs + value) // (outputs - 1))
                assert (
                    made.status(made.with_operator(i, **{stride: far})) == EngineStatus.BAD_OPERATOR
                )
                assert made.status(made.with_operator(i, **{stride: far - 1})) == EngineStatus.OK
            if borders is not None:
                last = (outputs - 1) * getattr(op, stride) - value
                most = inputs + getattr(borders, behind) - last
                assert (
                    made.status(made.with_operator(i, **{kernel: most + 1}))
                    == EngineStatus.BAD_OPERATOR
                )
                # a larger window has more weights than there are
                assert (
                    made.status(made.with_operator(i, **{kernel: most}))
                    != EngineStatus.BAD_OPERATOR
                )
                beyond = {pad: getattr(borders, before) + 1, kernel: most + 1}
                assert made.status(made.with_operator(i, **beyond)) == EngineStatus.BAD_OPERATOR


ALL = ("height", "width", "channels")
TIED = (
    dict.fromkeys(  # what of an output must be as the input's (concatenation: as the inputs' together)
        (Kind.SOFTMAX, Kind.ADD, Kind.MULTIPLY, Kind.MINIMUM, Kind.MAXIMUM, Kind.TABLE, Kind.LOAD),
        ALL,
    )
    | {
        Kind.CONCATENATION: ALL,
        Kind.POINTWISE: ALL[:2],
        **dict.fromkeys(
            (Kind.DEPTHWISE, Kind.AVERAGE_POOL, Kind.MAX_POOL, Kind.MEAN, Kind.RESIZE), ALL[2:]
        ),
    }
)


@every_model
def test_an_output_has_the_shape_that_its_operator_gives(seed: int) -> None:
    made = blob(seed)
    for _, op in operators(made):
        output = made.model.maps[op.output]
        for name in TIED.get(Kind(op.kind), ()):
            value = getattr(output, name)
            if value > 1:
                rows = output.ring_rows - (name == "height" and output.ring_rows > 1)
                changed = made.with_map(op.output, ring_rows=rows, **{name: value - 1})
                assert made.status(changed) == EngineStatus.BAD_OPERATOR, (op, name)


@every_model
def test_vectors_stay_vectors(seed: int) -> None:
    made, arena = blob(seed), 1 << 16
    for _, op in operators(made):
        if op.kind not in (Kind.MEAN, Kind.FULLY_CONNECTED, Kind.SOFTMAX):
            continue
        for fields in (
            {"width": 2, "line_stride": 4},
            {"height": 2, "ring_rows": 2, "line_stride": 4},
        ):
            changed = Blob(made.with_map(op.output, **fields)).with_header(arena_bytes=arena)
            assert made.status(changed, arena) == EngineStatus.BAD_OPERATOR, (op, fields)


@every_model
def test_each_map_is_made_by_one_operator_and_the_last_one_is_the_scores(seed: int) -> None:
    made = blob(seed)
    count = made.header.output_count
    for wrong in (count + 1, count - 1):
        if wrong:
            assert made.status(made.with_header(output_count=wrong)) == EngineStatus.BAD_OPERATOR
    for i, op in operators(made):
        for j, other in operators(made):
            if j < i and made.model.maps[other.output] == made.model.maps[op.output]:
                assert (
                    made.status(made.with_operator(i, output=other.output))
                    == EngineStatus.BAD_OPERATOR
                )
