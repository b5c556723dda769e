"""A Keras file of somebody else: the code that it carries is not run, by the very version that is pinned."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.train.quiet import load_tensorflow
from tests.conftest import ROOT

load_tensorflow()
import keras  # noqa: E402  # after its chatter was silenced

from host.train.network import load  # noqa: E402


def test_the_version_whose_safe_mode_was_looked_at_is_the_one_that_is_installed() -> None:
    """To move on: run this file with the new version, then change both."""
    pinned = re.findall(r"keras==([\d.]+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = re.findall(
        r"^keras==([\d.]+)", (ROOT / "tools/requirements/train.txt").read_text("utf-8"), re.M
    )
    assert pinned == installed == [keras.__version__]


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_lambda_is_refused_in_one_line(tmp_path: Path, suffix: str) -> None:
    mark, path = tmp_path / "mark", tmp_path / f"model{suffix}"

    def write(values: object) -> object:
        mark.touch()
        return values

    keras.Sequential([keras.Input((4,)), keras.layers.Lambda(write)]).save(path)
    mark.unlink(missing_ok=True)
    with pytest.raises(HostError, match=r"^[^\n]*is no Keras model[^\n]*$"):
        load(path)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("module", "name", "config"),
    [
        ("subprocess", "Popen", {"args": ["touch", "{}"]}),
        ("os", "system", {"command": "touch {}"}),
        ("builtins", "exec", {"source": "open('{}', 'w')"}),
        (
            "keras.src.utils.file_utils",
            "get_file",
            {"fname": "{}", "origin": "file:///etc/hostname"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_class_that_is_no_layer_is_refused_in_one_line(
    tmp_path: Path, module: str, name: str, config: dict[str, object]
) -> None:
    mark, good, evil = tmp_path / "mark", tmp_path / "good.keras", tmp_path / "evil.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(good)
    marked = json.loads(json.dumps(config).replace("{}", str(mark)))
    with zipfile.ZipFile(good) as read, zipfile.ZipFile(evil, "w") as write:
        for item in read.namelist():
            content = read.read(item)
            if item == "config.json":
                model = json.loads(content)
                layer = model["config"]["layers"][-1]
                assert layer["class_name"] == "Dense"
                layer.update(module=module, class_name=name, registered_name=None, config=marked)
                content = json.dumps(model).encode()
            write.writestr(item, content)
    with pytest.raises(HostError, match=r"^[^\n]*is no Keras model[^\n]*$"):
        load(evil)
    assert not mark.exists()
