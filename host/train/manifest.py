"""The manifest of a model: what it takes and gives, what it learnt from, how well, and how to make it again."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import Any

from host.base.errors import HostError
from host.base.json_in import parse_json
from host.base.regular_files import read_file
from host.data.learnt import packed
from host.train.epoch import EPOCH, ROUND, Epoch
from host.train.measure import Figures
from host.train.options import Options
from host.train.pictures import Pictures
from host.train.shape import Shape

PACKAGES = ("tensorflow", "keras", "numpy", "ai-edge-litert")
MOST_CREDITS_BYTES = MOST_MANIFEST_BYTES = 1 << 20


@dataclass(frozen=True)
class Made:
    """network: its name. figures: all, wild, float_all, float_wild -> what was measured on the validation split."""

    network: str
    tflite: bytes
    figures: dict[str, Figures]
    history: tuple[Epoch, ...]
    input_scale: tuple[float, int]
    output_scale: tuple[float, int]


def manifest(
    made: Made, options: Options, shape: Shape, data: str, parts: tuple[Pictures, ...], command: str
) -> dict[str, Any]:
    """As JSON, laid out as every manifest in models/. data: data_hash of all pictures; command: that made it."""
    classes = parts[0].classes
    colour = "grey" if shape.channels == 1 else "RGB"
    return {
        "name": options.name,
        "file": f"{options.name}.tflite",
        "sha256": hashlib.sha256(made.tflite).hexdigest(),
        "licence": "Apache-2.0",
        "task": f"tells {', '.join(classes)}",
        "architecture": f"{made.network}, {shape.size}x{shape.size} {colour}, "
        f"int8 weights per channel, softmax over {shape.classes} classes",
        "labels": list(classes),
        "input": _tensor([1, shape.size, shape.size, shape.channels], made.input_scale),
        "output": _tensor([1, shape.classes], made.output_scale),
        "preprocessing": preprocessing(shape),
        "accuracy": _accuracy(made, options),
        "training": _training(made, options, command),
        "data": data_sources(parts),
        "data_sha256": data,
        "attribution": attribution(options),
        **({"learnt_from": learnt} if (learnt := packed(f.sha256 for f in parts[0].facts)) else {}),
    }


def preprocessing(shape: Shape) -> dict[str, str]:
    """What the firmware does to a frame before the model sees it."""
    steps = {
        "view": "the camera's full 4:3 view, squashed to a square: no crop, no border",
        "resize": f"area average to {shape.size}x{shape.size}",
    }
    if shape.channels == 1:
        return steps | {
            "grey": "BT.601 luma: 0.299 R + 0.587 G + 0.114 B, 0..255",
            "quantise": "q = grey - 128",
        }
    return steps | {"colour": "R, G, B, 0..255 each", "quantise": "q = value - 128"}


def _tensor(shape: list[int], scale: tuple[float, int]) -> dict[str, Any]:
    return {"shape": shape, "type": "int8", "scale": scale[0], "zero_point": scale[1]}


def _accuracy(made: Made, options: Options) -> dict[str, Any]:
    left_out = (
        f"; wild leaves out the easy sources {', '.join(options.easy)}" if options.easy else ""
    )
    found: dict[str, Any] = {
        "conditions": "the validation split, preprocessed as above; of two classes the second is told "
        f"from a score of 0.5; LiteRT's reference kernels (BUILTIN_REF) for int8, Keras for float{left_out}"
    }
    return found | {name: asdict(figures) for name, figures in made.figures.items()}


def _training(made: Made, options: Options, command: str) -> dict[str, Any]:
    last = made.history[-1]
    if (options.patience or options.freeze) and not options.aware:
        last = min(made.history, key=lambda epoch: epoch.val_loss)
    rounds = sum(epoch.unit == ROUND and epoch.number > 0 for epoch in made.history)
    epochs = sum(epoch.unit == EPOCH for epoch in made.history)
    return {
        **_before([options.start, *(other.path for other in options.averaged)]),
        "command": command,
        "seed": options.seed,
        "epochs": epochs + (options.epochs if options.freeze else 0),
        **({"rounds": rounds} if rounds else {}),
        **({"aware_epochs": options.aware} if options.aware else {}),
        last.unit: last.number,
        **({"loss": round(last.loss, 4)} if isfinite(last.loss) else {}),
        "val_loss": round(last.val_loss, 4),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def _before(models: Sequence[Path | None]) -> dict[str, Any]:
    """The commands that made the models that this one is made of, oldest first, where their manifests tell them."""
    commands: list[str] = []
    for model in models:
        commands += _commands(model.with_suffix(".json")) if model else []
    return {"before": list(dict.fromkeys(commands))} if commands else {}


def _commands(path: Path) -> list[str]:
    if not path.is_file():
        return []
    try:
        training = parse_json(path.read_bytes()[:MOST_MANIFEST_BYTES])["training"]
        return [*map(str, training.get("before", [])), str(training["command"])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []  # somebody else's JSON: it says nothing about this


def data_sources(parts: tuple[Pictures, ...]) -> list[dict[str, Any]]:
    """Every source with its licence, and how many pictures of it were learnt from or validated on."""
    counts = Counter((f.source, f.licence) for part in parts for f in part.facts)
    return [
        {"source": source or "own pictures", "licence": licence or "own", "pictures": count}
        for (source, licence), count in sorted(counts.items())
    ]


def attribution(options: Options) -> list[dict[str, Any]]:
    """The start's and the teachers' files, by hash, and what --credits says of them."""
    files = [(options.start, "starting weights")] if options.start else []
    files += [(other.path, f"{other.weight:g} of the weights") for other in options.averaged]
    files += [
        (teacher.path, "teacher for distillation; none of its weights are inside")
        for teacher in options.teachers
    ]
    credited = read_credits(options.credits) if options.credits else {}
    found = []
    for path, part in files:
        assert path is not None
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        known = credited.get(
            path.name, {"work": path.name, "by": "not stated", "licence": "not stated"}
        )
        found.append({**known, "part": part, "file": path.name, "sha256": digest})
    return found


def read_credits(path: Path) -> dict[str, dict[str, str]]:
    """File name -> work, by, licence. Raises HostError when the file is no such thing."""
    expected = f'{path}: expected {{"FILE": {{"work": ..., "by": ..., "licence": ...}}}}'
    try:
        found = parse_json(read_file(path, MOST_CREDITS_BYTES))
    except (HostError, ValueError) as error:
        raise HostError(f"{expected} ({error})") from error
    if not isinstance(found, dict):
        raise HostError(expected)
    for entry in found.values():
        if not isinstance(entry, dict) or not {"work", "by", "licence"} <= entry.keys():
            raise HostError(expected)
    return found
