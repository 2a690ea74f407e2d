"""What most families do first: turn the gradient into the direction they work with."""

from __future__ import annotations

from typing import Any

from patchgrad.optim.optimizer import Slots


def descent(value: Any, gradient: Any, group: dict[str, Any]) -> Any:
    """The gradient, negated to climb (``maximize``), plus ``weight_decay * value``, or after shrinking ``value``.

    With ``decoupled_weight_decay`` in the group the array ``value`` itself becomes ``(1 - lr * weight_decay) * value``.
    """
    if group["maximize"]:
        gradient = -gradient
    if not group["weight_decay"]:
        return gradient
    if not group.get("decoupled_weight_decay", False):
        return gradient + group["weight_decay"] * value
    value *= 1 - group["lr"] * group["weight_decay"]
    return gradient


def mean_towards(mean: Any, sample: Any, share: float) -> None:
    """Move the array ``mean`` towards ``sample`` by ``share`` of their difference."""
    mean += share * (sample - mean)


def follow(gradient: Any, slots: Slots, betas: tuple[float, float]) -> None:
    """Running means of the gradient (``exp_avg``) and of its square (``exp_avg_sq``)."""
    mean_towards(slots["exp_avg"], gradient, 1 - betas[0])
    slots["exp_avg_sq"] *= betas[1]
    slots["exp_avg_sq"] += (1 - betas[1]) * gradient * gradient
