"""What an epoch of training brought, for people and for the checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

EPOCH, ROUND = (
    "epoch",
    "round",
)  # a round: once over the features of all epochs, by the last layer alone
HEAD_ROUNDS = 40  # one takes milliseconds


@dataclass(frozen=True)
class Epoch:
    """What one epoch brought, or one round. val_loss: cross-entropy in nats with every class weighing the same.

    loss: not a number in round 0, which is the last layer as it began.
    """

    number: int  # 1 is the first
    loss: float
    val_loss: float
    val_accuracy: float
    seconds: float
    unit: str = EPOCH
