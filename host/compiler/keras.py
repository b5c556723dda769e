"""The architecture in a .keras or .h5 file, without TensorFlow: its JSON configuration -> Sketch.

A .keras file is a zip with config.json; a .h5 file holds the same JSON as text.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import Any

from host.base.errors import HostError
from host.base.json_in import parse_json
from host.compiler.network import IMAGE_FEATURE
from host.compiler.sketch import Sketch

Config = dict[str, Any]
PASSED = {"Dropout", "Flatten", "Reshape", "ReLU", "Activation", "SpatialDropout2D", "Rescaling"}
USUAL = {"data_format": "channels_last", "groups": 1}
MOST_CONFIG_BYTES = 32 << 20
DAMAGE = (ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
SAVE = "save it as .keras, or convert it to .tflite"


def read_config(data: bytes, name: str) -> Config:
    """The model's configuration."""
    try:
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if archive.getinfo("config.json").file_size > MOST_CONFIG_BYTES:
                    raise ValueError("no configuration is so long")
                found = parse_json(archive.read("config.json"))
        else:
            start = data.index(b'{"class_name"')
            found, _ = json.JSONDecoder().raw_decode(data[start:].decode("latin-1"))
    except DAMAGE as error:
        raise HostError(f"{name} is no Keras model", SAVE) from error
    model: Config = found if isinstance(found, dict) else {}
    config = model.get("config")
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise HostError(f"{name} is no Keras model", SAVE)
    return model


def sketch_of(config: Config) -> tuple[Sketch, int]:
    """The architecture and the number of its output's feature."""
    layers = config["config"]["layers"]
    inputs = sum(
        isinstance(each, dict) and each.get("class_name") == "InputLayer" for each in layers
    )
    outputs = config["config"].get("output_layers")
    for count, what in ((inputs, "inputs"), (_ends(outputs), "outputs")):
        if count > 1:
            raise HostError(f"the Keras model has {count} {what}", "save the part with one of each")
    return _Reader(layers).read()


def _ends(layers: Any) -> int:
    """How many a model has: [[name, 0, 0], ...], or [name, 0, 0] for one."""
    if not isinstance(layers, list) or not layers or isinstance(layers[0], str):
        return 1
    return len(layers)


class _Reader:
    def __init__(self, layers: list[Config]) -> None:
        self.layers = layers
        self.sketch: Sketch | None = None
        self.value: dict[str, int] = {}
        self.last = IMAGE_FEATURE

    def read(self) -> tuple[Sketch, int]:
        for layer in self.layers:
            if not isinstance(layer, dict) or not isinstance(layer.get("config"), dict):
                raise HostError(
                    "the Keras model has a layer without a configuration", "save it again"
                )
            kind, config = str(layer.get("class_name")), layer["config"]
            try:
                self.last = self._layer(kind, config, self._inputs(layer))
            except (KeyError, TypeError, IndexError, ValueError, ZeroDivisionError) as error:
                raise HostError(
                    f"layer {config.get('name')} ({kind}): unexpected {error}"
                ) from error
            self.value[config.get("name", "")] = self.last
        if self.sketch is None:
            raise HostError("the Keras model has no input shape", "build it before saving")
        return self.sketch, self.last

    def _inputs(self, layer: Config) -> list[int]:
        nodes = layer.get("inbound_nodes") or []
        if len(nodes) > 1:
            raise ValueError("use of it in two places: save it as two layers")
        names = _source_names(nodes)
        return [self.value[n] for n in names] or [self.last]

    def _layer(self, kind: str, config: Config, inputs: list[int]) -> int:
        shape = config.get("batch_input_shape") or config.get("batch_shape")
        if self.sketch is None and shape:
            if len(shape) != 4 or None in shape[1:]:
                raise HostError(f"the Keras model's input is {shape}, expected a fixed image")
            self.sketch = Sketch(*shape[1:])
        if kind == "InputLayer":
            return IMAGE_FEATURE
        if self.sketch is None:
            raise HostError("the Keras model has no input shape", "build it before saving")
        return self._append(self.sketch, kind, config, inputs)

    def _append(self, s: Sketch, kind: str, config: Config, inputs: list[int]) -> int:
        source = inputs[0]
        odd = [
            name for name, usual in USUAL.items() if config.get(name, usual) not in (usual, None)
        ]
        if odd:
            raise HostError(
                f"layer {config.get('name')} ({kind}): no cost is known for "
                f"{odd[0]}={config[odd[0]]}",
                "convert to .tflite",
            )
        if kind in PASSED:
            return s.softmax(source) if config.get("activation") == "softmax" else source
        if kind in ("Conv2D", "DepthwiseConv2D", "Dense"):
            return self._weighted(s, kind, config, source)
        if kind == "BatchNormalization":
            return s.normalised(
                source, 2 + bool(config.get("scale", True)) + bool(config.get("center", True))
            )
        if kind in ("MaxPooling2D", "AveragePooling2D"):
            size = _pair(config["pool_size"])
            stride = _pair(config.get("strides") or size)
            return s.pool(source, size, stride, config["padding"] == "same", kind[0] == "M")
        if kind == "GlobalAveragePooling2D":
            return s.mean(source)
        if kind == "ZeroPadding2D":
            rows, columns = config["padding"]
            return s.pad(source, _pair(rows), _pair(columns))
        if kind == "Add":
            return s.add(inputs[0], inputs[1])
        if kind == "Softmax":
            return s.softmax(source)
        raise HostError(
            f"layer {config.get('name')} ({kind}): no cost is known for it", "convert to .tflite"
        )

    def _weighted(self, s: Sketch, kind: str, config: Config, source: int) -> int:
        bias = bool(config.get("use_bias", True))
        if kind == "Dense":
            made = s.dense(source, config["units"], bias)
        else:
            kernel, stride = _pair(config["kernel_size"]), _pair(config["strides"])
            same = config["padding"] == "same"
            if kind == "Conv2D":
                made = s.convolution(source, config["filters"], kernel, stride, same, bias)
            else:
                made = s.depthwise(source, kernel, stride, config["depth_multiplier"], same, bias)
        return s.softmax(made) if config.get("activation") == "softmax" else made


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


def _source_names(nodes: Any) -> list[str]:
    """Names of the layers that feed the first node: Keras 3 writes keras_history, Keras 2 lists of [name, 0, 0, {}]."""
    found: list[str] = []

    def search(value: Any) -> None:
        if isinstance(value, dict):
            if "keras_history" in value:
                found.append(str(value["keras_history"][0]))
                return
            for inner in value.values():
                search(inner)
        elif isinstance(value, list):
            if len(value) >= 3 and isinstance(value[0], str) and value[1:3] == [0, 0]:
                found.append(value[0])
                return
            for inner in value:
                search(inner)

    search(nodes[:1])
    return found
