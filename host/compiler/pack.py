"""Network and plan -> the bytes of a packed model (format.py), and back into typed records for readers."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TypeVar

from host.base.errors import HostError
from host.base.records import Message
from host.base.text import visible
from host.compiler import format as packed
from host.compiler.forms import Requantisation
from host.compiler.labels import check_labels
from host.compiler.network import IMAGE_FEATURE, Feature, Layer, Network
from host.compiler.parameters import constant_bytes, weight_bytes
from host.compiler.plan import MapPlan, Plan

R = TypeVar("R", bound=Message)


@dataclass(frozen=True)
class Identity:
    """What the header says of the model besides its numbers. source_hash: SHA-256 of the .tflite."""

    name: str
    labels: tuple[str, ...]
    source_hash: bytes


@dataclass(frozen=True)
class PackedModel:
    """A packed model read back. data: the whole blob, into which the records' offsets point."""

    data: bytes
    header: packed.PackedHeader
    maps: tuple[packed.PackedMap, ...]
    operators: tuple[packed.PackedOperator, ...]
    steps: tuple[packed.PackedStep, ...]
    labels: tuple[str, ...]


def pack(
    network: Network, plan: Plan, requantisations: tuple[Requantisation, ...], identity: Identity
) -> bytes:
    """The blob. requantisations: by layer."""
    map_of = _map_indices(network)
    tables = [
        packed.PackedMap.LAYOUT.size * len(map_of),
        packed.PackedOperator.LAYOUT.size * len(network.layers),
        packed.PackedStep.LAYOUT.size * len(plan.steps),
    ]
    labels = "\n".join(identity.labels).encode()
    blob = _Blob(packed.PackedHeader.LAYOUT.size)
    maps_offset, operators_offset, steps_offset = (blob.reserve(size) for size in tables)
    labels_offset = blob.append(labels)
    operators = [
        _operator(network, plan, index, map_of, proven, blob)
        for index, proven in enumerate(requantisations)
    ]
    blob.fill(maps_offset, [_map(network.features[f], plan.maps[f]) for f in map_of])
    blob.fill(operators_offset, operators)
    blob.fill(
        steps_offset,
        [packed.PackedStep(s.first_row, s.layer, s.end_row - s.first_row) for s in plan.steps],
    )
    offsets = (maps_offset, operators_offset, steps_offset, labels_offset, len(labels))
    blob.fill(0, [_header(network, plan, identity, len(blob.data), offsets)])
    return seal(bytes(blob.data))


def exceeded_limit(network: Network, plan: Plan) -> HostError | None:
    """Which of the engine's limits the model exceeds, and what helps; None when it exceeds none."""
    scores = network.features[network.output].channels
    for count, limit, what, remedy in (
        (len(network.layers), packed.MAX_OPERATORS, "operators", "build it of fewer layers"),
        (len(network.features) - 1, packed.MAX_MAPS, "activations", "build it of fewer layers"),
        (len(plan.steps), packed.MAX_STEPS, "steps", "compile it with --no-streaming"),
        (scores, packed.MAX_OUTPUTS, "scores", "train it for fewer classes"),
    ):
        if count > limit:
            return HostError(
                f"the model has {count} {what}; the engine runs at most {limit}", remedy
            )
    for feature, place in zip(network.features, plan.maps, strict=True):
        if place and max(place.line_stride, place.ring_rows) > packed.MAX_DIMENSION:
            what = f"an activation of {feature.height}x{feature.width} is too large"
            return HostError(what, "use a smaller image")
    return None


def _map_indices(network: Network) -> dict[int, int]:
    """Feature -> map index; the image has none."""
    made = [layer.output for layer in network.layers]
    return {feature: index for index, feature in enumerate(sorted(made))}


class _Blob:
    """Bytes that grow in aligned blocks."""

    def __init__(self, header_bytes: int) -> None:
        self.data = bytearray(header_bytes)

    def reserve(self, size: int) -> int:
        offset = len(self.data)
        self.data += bytes(-(-size // packed.ALIGNMENT) * packed.ALIGNMENT)
        return offset

    def append(self, content: bytes) -> int:
        """The offset where `content` now lies; 0 for nothing."""
        if not content:
            return 0
        offset = self.reserve(len(content))
        self.data[offset : offset + len(content)] = content
        return offset

    def fill(self, offset: int, records: list[R]) -> None:
        content = b"".join(r.pack() for r in records)
        self.data[offset : offset + len(content)] = content


def _map(feature: Feature, place: MapPlan | None) -> packed.PackedMap:
    assert place is not None
    return packed.PackedMap(
        offset=place.offset,
        height=feature.height,
        width=feature.width,
        channels=feature.channels,
        line_stride=place.line_stride,
        ring_rows=place.ring_rows,
        top=place.border.top,
        bottom=place.border.bottom,
        left=place.border.left,
        fill=feature.zero_point,
        right=place.border.right,
        reserved=0,
    )


def _operator(
    network: Network,
    plan: Plan,
    index: int,
    map_of: dict[int, int],
    proven: Requantisation,
    blob: _Blob,
) -> packed.PackedOperator:
    layer = network.layers[index]
    inputs = [packed.IMAGE if f == IMAGE_FEATURE else map_of[f] for f in layer.inputs]
    act_min, act_max = _bounds(layer)
    scratch_offset, scratch = plan.scratch[index]
    return packed.PackedOperator(
        kind=layer.kind,
        form=proven.form,
        source=layer.source,
        input=inputs[0],
        second_input=inputs[1] if len(inputs) > 1 else packed.IMAGE,
        output=map_of[layer.output],
        depth_multiplier=layer.depth_multiplier,
        least_shift=proven.short.least_shift if proven.short else 0,
        kernel_height=layer.window.kernel[0],
        kernel_width=layer.window.kernel[1],
        stride_height=layer.window.stride[0],
        stride_width=layer.window.stride[1],
        pad_top=layer.window.pad_top,
        pad_left=layer.window.pad_left,
        act_min=act_min,
        act_max=act_max,
        weights_offset=blob.append(weight_bytes(layer, inputs[0] == packed.IMAGE)),
        constants_offset=blob.append(
            constant_bytes(
                layer, proven, [network.features[f] for f in (*layer.inputs, layer.output)]
            )
        ),
        scratch_offset_words=_words(scratch_offset),
        scratch_words=_words(scratch),
        extra=_extra(layer),
        reserved=0,
    )


def _extra(layer: Layer) -> int:
    if layer.tables is not None:
        return len(layer.tables)
    return layer.operand_point if layer.operand is not None else layer.channel


def _words(size: int) -> int:
    """Bytes in words. A model that is too large for any board is packed to be measured only, and stays in the field."""
    return min(-(-size // packed.ALIGNMENT), 0xFFFF)


def _bounds(layer: Layer) -> tuple[int, int]:
    holder = layer.scaling or layer.addition
    return (holder.act_min, holder.act_max) if holder else layer.clamp


def _header(
    network: Network,
    plan: Plan,
    identity: Identity,
    total_bytes: int,
    tables: tuple[int, int, int, int, int],
) -> packed.PackedHeader:
    """Without the checksum, which seal() adds. tables: offsets of the records and the labels, bytes of the labels."""
    image, scores = network.features[IMAGE_FEATURE], network.features[network.output]
    high, low = (int.from_bytes(identity.source_hash[i : i + 4], "big") for i in (0, 4))
    return packed.PackedHeader(
        magic=packed.MAGIC,
        version=packed.VERSION,
        header_bytes=packed.PackedHeader.LAYOUT.size,
        total_bytes=total_bytes,
        body_crc=0,
        arena_bytes=plan.arena_bytes,
        input_height=image.height,
        input_width=image.width,
        input_channels=image.channels,
        output_count=scores.channels,
        input_scale=image.scale,
        output_scale=scores.scale,
        input_zero_point=image.zero_point,
        output_zero_point=scores.zero_point - 128,
        score_meaning=network.meaning,
        reserved_byte=0,
        map_count=len(network.layers),
        operator_count=len(network.layers),
        step_count=len(plan.steps),
        reserved_half=0,
        maps_offset=tables[0],
        operators_offset=tables[1],
        steps_offset=tables[2],
        labels_offset=tables[3],
        labels_bytes=tables[4],
        name=_short(identity.name),
        source_hash_high=high,
        source_hash_low=low,
    )


def seal(data: bytes) -> bytes:
    """`data` with the checksum that its body has."""
    crc = zlib.crc32(data[packed.BODY_OFFSET :])
    return data[: packed.BODY_OFFSET - 4] + crc.to_bytes(4, "little") + data[packed.BODY_OFFSET :]


def _short(name: str) -> str:
    """At most 31 bytes of UTF-8, cut between characters."""
    return visible(name).encode()[:31].decode(errors="ignore")


def unpack(data: bytes) -> PackedModel:
    """Reads a blob that `pack` wrote. Raises HostError when it is not one."""
    size = packed.PackedHeader.LAYOUT.size
    if len(data) < size or int.from_bytes(data[:4], "little") != packed.MAGIC:
        raise HostError("not a packed model", "compile one with python -m host.compiler")
    header = packed.PackedHeader.unpack(data[:size])
    assert isinstance(header, packed.PackedHeader)
    if header.version != packed.VERSION:
        raise HostError(
            f"packed by version {header.version} of the format, not {packed.VERSION}",
            "compile its .tflite again",
        )
    if header.total_bytes != len(data) or header.body_crc != zlib.crc32(data[packed.BODY_OFFSET :]):
        raise HostError(
            "the packed model is damaged: its length or checksum is wrong", "compile it again"
        )
    try:
        text = data[header.labels_offset : header.labels_offset + header.labels_bytes].decode()
    except UnicodeDecodeError as error:
        raise HostError("the packed model's labels are no text", "compile it again") from error
    check_labels(text.split("\n") if text else (), "the packed model")
    return PackedModel(
        data,
        header,
        read_records(packed.PackedMap, data, header.maps_offset, header.map_count),
        read_records(packed.PackedOperator, data, header.operators_offset, header.operator_count),
        read_records(packed.PackedStep, data, header.steps_offset, header.step_count),
        tuple(text.split("\n")) if text else (),
    )


def read_records(kind: type[R], data: bytes, offset: int, count: int) -> tuple[R, ...]:
    """`count` records of one kind that lie one after another."""
    size = kind.LAYOUT.size
    made = (kind.unpack(data[offset + i * size : offset + (i + 1) * size]) for i in range(count))
    return tuple(r for r in made if isinstance(r, kind))
