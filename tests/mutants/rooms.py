"""Which tests belong to which source: the tests of its folder, those of its own name first."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ("pictures", "include", "platform", "prebuilt")
# folder of the product -> folders of tests, where the names differ or one is not enough
TESTS = {
    "host/base": ("base", "data", "evaluate", "report", "test_arguments.py", "test_ctrl_c.py"),
    "host/bench/mlperf": ("mlperf", "bench", "report"),
    "host/bench/power": ("power", "report"),
    "host/bench/watch": ("watch", "report"),
    "host/bench": ("bench", "report"),
    "host/ports": ("link", "recording"),
    "host/samples.py": ("link", "viewer"),
    "host/preprocess.py": ("preprocess", "system"),
    "host/train/search": ("search", "train"),
    "host/train": ("train", "search"),
    "firmware/src/board": ("system", "virtual", "link"),
    "firmware/src/camera": ("camera", "system", "doctor"),
    "firmware/src/commands": ("deploy", "mlperf", "system", "power"),
    "firmware/src/engine": ("dsp", "engine"),
    "firmware/src/link": ("link", "mlperf", "system"),
    "firmware/src/preprocess": ("preprocess", "system"),
    "firmware/src/slot": ("slot", "deploy"),
    "firmware/src": ("system", "watch", "power", "deploy"),
}


def rooms() -> dict[str, list[Path]]:
    """Folder of the product -> its sources, without what is generated."""
    found: dict[str, list[Path]] = {}
    for pattern in ("host/**/*.py", "firmware/src/**/*.c"):
        for path in sorted(ROOT.glob(pattern)):
            relative = path.relative_to(ROOT)
            if not set(GENERATED) & set(relative.parts) and path.stat().st_size:
                found.setdefault(_room(relative), []).append(relative)
    return found


def tests_of(source: Path) -> list[str]:
    """Test files of a source, in the order in which they are run: the likeliest to notice first."""
    prefix = next((p for p in sorted(TESTS, key=len, reverse=True) if _below(source, p)), None)
    folders = TESTS[prefix] if prefix else (source.parts[1],)
    files: list[Path] = []
    for folder in folders:
        place = ROOT / "tests" / folder
        files += [place] if place.suffix else sorted(place.glob("test_*.py"))
    files.sort(key=lambda path: not _named_after(path, source))
    return [str(path.relative_to(ROOT)) for path in files if path.exists()]


def _room(source: Path) -> str:
    parts = source.parts[:-1]
    deep = parts[:2] in (("firmware", "src"), ("host", "bench"))
    return "/".join(parts[: 3 if deep else 2])


def _below(source: Path, prefix: str) -> bool:
    return source.as_posix() == prefix or source.as_posix().startswith(prefix + "/")


def _named_after(test: Path, source: Path) -> bool:
    return test.stem.removeprefix("test_") in (source.stem, f"{source.parent.name}_{source.stem}")
