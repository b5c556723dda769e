"""TensorFlow without its chatter: its C++ parts write before any setting can stop them."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host.base.errors import HostError

CPUINFO = Path("/proc/cpuinfo")
OUTPUTS = (1, 2)  # stdout and stderr


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing that the process writes to stdout or stderr meanwhile is seen; exceptions pass as ever."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(descriptor) for descriptor in OUTPUTS]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for descriptor in OUTPUTS:
            os.dup2(nowhere, descriptor)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, copy in zip(OUTPUTS, saved, strict=True):
            os.dup2(copy, descriptor)
            os.close(copy)
        os.close(nowhere)


def refuse_old_processor(described: Path = CPUINFO) -> None:
    """Raises HostError where TensorFlow's packages for x86-64 would die without a word: they are built with AVX.

    described: Linux's list of processors; where there is none, nothing is known, and nothing refused.
    """
    text = described.read_text(errors="replace") if described.exists() else ""
    flags = next((line.split() for line in text.splitlines() if line.startswith("flags")), None)
    if flags is not None and "avx" not in flags:
        raise HostError(
            "TensorFlow needs AVX, which this computer's processor does not have",
            "train on another one; every other tool runs here",
        )


def load_tensorflow() -> None:
    """Imports TensorFlow and Keras for the first time, and has Python's warnings of theirs kept quiet."""
    refuse_old_processor()
    with quiet():
        import keras  # noqa: F401  # the import is the point
        import tensorflow  # noqa: F401  # the import is the point
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    logging.getLogger("absl").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="keras")
    warnings.filterwarnings("ignore", module="tensorflow")
