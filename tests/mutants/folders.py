"""Which tests belong to which source: the nearest (by name, by import), then the rest of its folder's."""

from __future__ import annotations

import functools
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORT = re.compile(  # far quicker than a parser, and right for what ruff has formatted
    r"^ *(?:from ([\w.]+) import (\([^)]*\)|[^\n]*)|import ([\w., ]+))", re.MULTILINE
)
OPTIONS = ROOT / "tests" / "test_options.py"  # of every command
FEW = 12  # test files
COMMANDS = ("__main__", "command")  # what a user starts: its tests are named after that
GENERATED = ("pictures", "include", "platform", "prebuilt")
BESIDE = ("api", "base", "tools")
# folder of the product -> folders of tests, where the names differ or one is not enough
TESTS = {
    "host/base": ("base", "data", "evaluate", "report", "test_arguments.py", "test_ctrl_c.py"),
    "host/bench/mlperf": ("mlperf", "bench", "report"),
    "host/bench/power": ("power", "report"),
    "host/bench/watch": ("watch", "report"),
    "host/bench/host": ("recording",),
    "host/bench": ("bench", "report"),
    "host/ports": ("link", "recording"),
    "host/samples.py": ("link", "viewer"),
    "host/preprocess.py": ("preprocess", "system"),
    "host/train/search": ("search", "train"),
    "host/virtual": ("virtual", "sensor"),
    "host/train": ("train", "search"),
    "firmware/src/board": ("camera", "system", "virtual", "link"),
    "firmware/src/camera": ("camera", "system", "doctor"),
    "firmware/src/commands": ("device", "deploy", "mlperf", "system", "power"),
    "firmware/src/engine": ("dsp", "engine"),
    "firmware/src/link": ("link", "mlperf", "system"),
    "firmware/src/preprocess": ("preprocess", "system"),
    "firmware/src/slot": ("slot", "deploy"),
    "firmware/src": ("system", "watch", "power", "deploy"),
}


def sources_by_folder() -> dict[str, list[Path]]:
    """Folder of the product -> its sources, without what is generated."""
    found: dict[str, list[Path]] = {}
    for pattern in ("host/**/*.py", "firmware/src/**/*.c"):
        for path in sorted(ROOT.glob(pattern)):
            relative = path.relative_to(ROOT)
            if not set(GENERATED) & set(relative.parts) and path.stat().st_size:
                found.setdefault(_folder(relative), []).append(relative)
    return found


@functools.cache
def nearest(source: Path) -> list[str]:
    """Test files that are named after a source or import it, from any folder; of C, those of its first two folders too.

    Behind them those of its folder that import what imports it; where there are none at all, what imports that.
    """
    own = _files_of(source)
    files = [path for path in own if _named_after(path, source)]
    if source.suffix == ".c":
        return _unique(
            files + [path for folder in _folders_of(source)[:2] for path in _files_in(folder)]
        )
    modules, seen = {_module(source)}, set()
    by_import = _tests_among(_importers(modules))
    if len(by_import) > FEW:  # what everything imports
        by_import = [path for path in by_import if path in own]
    further: list[Path] = []
    while not further and modules:
        seen |= modules
        modules = {_module(path) for path in _importers(modules)} - seen
        further = [path for path in _tests_among(_importers(modules)) if path in own]
        if files or by_import:
            break
    return _unique(files + by_import + further) or _unique(own)


def others(source: Path) -> list[str]:
    """The test files of a source's folder that are not among the nearest."""
    near = nearest(source)
    return [path for path in _unique(_files_of(source)) if path not in near]


def _module(path: Path) -> str:
    relative = path.relative_to(ROOT) if path.is_absolute() else path
    return ".".join(relative.with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def _importers_of_each() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for folder in ("host", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for module in imports(path):
                found.setdefault(module, []).append(path)
    return found


def _importers(modules: set[str]) -> list[Path]:
    paths = [path for module in modules for path in _importers_of_each().get(module, [])]
    return sorted(set(paths))


def _tests_among(paths: list[Path]) -> list[Path]:
    return [path for path in paths if path.name.startswith("test_")]


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at any depth of it; `from a import b` counts as a and as a.b."""
    found: set[str] = set()
    for module, names, modules in IMPORT.findall(path.read_text(encoding="utf-8")):
        found |= {module, *modules.replace(",", " ").split()}
        found |= {f"{module}.{name}" for name in re.findall(r"\w+", names)}
    return found


def _folders_of(source: Path) -> tuple[str, ...]:
    prefix = next((p for p in sorted(TESTS, key=len, reverse=True) if _below(source, p)), None)
    if prefix is None and len(source.parts) == 2:  # a file beside the folders
        return BESIDE
    return TESTS[prefix] if prefix else (source.parts[1],)


def _files_of(source: Path) -> list[Path]:
    files = [path for folder in _folders_of(source) for path in _files_in(folder)]
    return [*files, OPTIONS] if source.stem in COMMANDS and source.suffix == ".py" else files


def _files_in(folder: str) -> list[Path]:
    place = ROOT / "tests" / folder
    return [place] if place.suffix else sorted(place.glob("test_*.py"))


def _unique(files: list[Path]) -> list[str]:
    return list(dict.fromkeys(str(path.relative_to(ROOT)) for path in files if path.exists()))


def _folder(source: Path) -> str:
    parts = source.parts[:-1]
    deep = parts[:2] in (("firmware", "src"), ("host", "bench"))
    return "/".join(parts[: 3 if deep else 2])


def _below(source: Path, prefix: str) -> bool:
    return source.as_posix() == prefix or source.as_posix().startswith(prefix + "/")


def _named_after(test: Path, source: Path) -> bool:
    name = test.stem.removeprefix("test_")
    names: tuple[str, ...] = (source.stem, f"{source.parent.name}_{source.stem}")
    if source.stem in COMMANDS:
        names += ("main", "command", "options", source.parent.name)
    return name in names or name.startswith(tuple(f"{each}_" for each in names))
