"""What the compiler proves of a model, it proves once, and what it carries over a pass still holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from host.compiler import build, forms
from host.compiler.intervals import analyse
from host.compiler.passes.constant_channels import simplify_constant_channels
from host.compiler.passes.lower import lower
from host.compiler.pixels import BYTES, read_pixels
from host.compiler.read_graph import read_graph
from tests.compiler.random_networks import compile_as_bytes
from tests.compiler.test_dead_channels import network_with_dead_channels


def test_simplified_channels_leave_the_bounds_of_features_as_they_are() -> None:
    graph = read_graph(network_with_dead_channels())
    lowered = lower(graph, read_pixels(graph.tensors[graph.inputs[0]], BYTES))
    before = analyse(lowered)
    simplified = simplify_constant_channels(lowered, before)
    assert any(
        not np.array_equal(old.weights, new.weights)  # type: ignore[arg-type]  # both have some
        for old, new in zip(lowered.layers, simplified.layers, strict=True)
        if old.weights is not None
    )
    for old, new in zip(before.features, analyse(simplified).features, strict=True):
        np.testing.assert_array_equal(old.low, new.low)
        np.testing.assert_array_equal(old.high, new.high)


def test_nothing_is_proven_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: dict[str, int] = {}

    def count(module: Any, name: str) -> None:
        real = getattr(module, name)

        def counted(*args: Any) -> Any:
            calls[name] = calls.get(name, 0) + 1
            return real(*args)

        monkeypatch.setattr(module, name, counted)

    for module, name in ((build, "analyse"), (forms, "analyse"), (forms, "short_form")):
        count(module, name)
    compiled = compile_as_bytes(network_with_dead_channels(), "dead")
    records = sum(layer.weights is not None for layer in compiled.network.layers)
    assert calls == {"analyse": 2, "short_form": records}  # as lowered, and as packed
