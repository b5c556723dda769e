"""What an epoch of training brought, for people and for the checkpoint."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Epoch:
    """What one epoch brought. val_loss: cross-entropy in nats with every class weighing the same."""

    number: int  # 1 is the first
    loss: float
    val_loss: float
    val_accuracy: float
    seconds: float
