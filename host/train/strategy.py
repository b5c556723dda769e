"""Where training runs: one device, all GPUs of this machine, or several machines (TF_CONFIG says which)."""

from __future__ import annotations

import json
import os
from typing import Any

import keras
import tensorflow as tf

from host.base.errors import HostError


def choose(name: str) -> tuple[Any, int]:
    """The strategy and this worker's index. Must come before anything else of TensorFlow is used."""
    if name == "multiworker":
        return _several_machines()
    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices]), 0
    return tf.distribute.get_strategy(), 0


def seed_everything(seed: int) -> None:
    """The same seed, machine and versions give the same model."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def _several_machines() -> tuple[Any, int]:
    try:
        task = json.loads(os.environ["TF_CONFIG"])["task"]
        index = int(task["index"])
    except (KeyError, ValueError, TypeError) as error:
        raise HostError(
            "--strategy multiworker needs TF_CONFIG on every machine, for instance "
            '{"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type": "worker", "index": 0}}'
        ) from error
    return tf.distribute.MultiWorkerMirroredStrategy(), index
