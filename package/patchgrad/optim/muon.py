"""Muon: momentum whose matrices are made orthogonal before each step."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from patchgrad.backend import backend_of
from patchgrad.errors import ArgumentError
from patchgrad.nn.parameter import Parameter
from patchgrad.optim.arguments import at_least_zero
from patchgrad.optim.direction import mean_towards
from patchgrad.optim.optimizer import Optimizer, Slots

RATES = (None, "original", "match_rms_adamw")


class Muon(Optimizer):
    """``b = b + (1 - momentum) (g - b)``, ``p = p - rate * orthogonal(b)``, for matrices.

    ``orthogonal`` pulls all singular values near 1 by five steps of a polynomial (``X = a X + (b G + c G²) X`` with
    ``G = X X.T``), in the dtype of the parameter. PyTorch does this part in bfloat16, so its steps differ by about 1%.

    Parameters
        lr               length of a step
        weight_decay     shrinks the parameter by ``lr * weight_decay``
        momentum         share of the last direction that is kept
        nesterov         steps along ``g + momentum (b - g)``
        ns_coefficients  (a, b, c) of the polynomial
        eps              keeps the division by the norm finite
        ns_steps         how often the polynomial is applied
        adjust_lr_fn     rate for a matrix (n, m): None or "original" is ``lr sqrt(max(1, n / m))``;
                         "match_rms_adamw" is ``0.2 lr sqrt(max(n, m))``
    Slots
        momentum_buffer (b)
    Source
        Jordan et al. 2024, Muon: an optimizer for hidden layers; Liu et al. 2025 for the second rate.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        at_least_zero("Muon", lr=lr, weight_decay=weight_decay, momentum=momentum)
        if adjust_lr_fn not in RATES:
            raise ArgumentError(f"Muon cannot use adjust_lr_fn={adjust_lr_fn!r}", want=" or ".join(map(repr, RATES)))
        super().__init__(
            params,
            {
                "lr": lr,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "nesterov": nesterov,
                "ns_coefficients": ns_coefficients,
                "eps": eps,
                "ns_steps": ns_steps,
                "adjust_lr_fn": adjust_lr_fn,
            },
        )

    def _accept(self, parameter: Parameter) -> None:
        if parameter.ndim != 2:
            raise ArgumentError(
                "Muon trains matrices only",
                got=f"a parameter of shape {tuple(parameter.shape)}",
                want="2 axes",
                hint="train biases, norms, kernels and embeddings with AdamW",
            )

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        if not slots:
            slots["momentum_buffer"] = xp.zeros_like(value)
        mean_towards(slots["momentum_buffer"], gradient, 1 - group["momentum"])
        direction = slots["momentum_buffer"]
        if group["nesterov"]:
            direction = gradient + group["momentum"] * (direction - gradient)
        value *= 1 - group["lr"] * group["weight_decay"]
        value -= _rate(group, value.shape) * _orthogonal(xp, direction, group)


def _orthogonal(xp: Any, matrix: Any, group: dict[str, Any]) -> Any:
    """A matrix with the singular vectors of ``matrix`` and singular values near 1."""
    a, b, c = group["ns_coefficients"]
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / xp.maximum(xp.sqrt(xp.sum(x * x)), group["eps"])
    for _ in range(group["ns_steps"]):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.T if tall else x


def _rate(group: dict[str, Any], shape: tuple[int, ...]) -> float:
    rows, columns = shape
    if group["adjust_lr_fn"] == "match_rms_adamw":
        return group["lr"] * 0.2 * math.sqrt(max(rows, columns))
    return group["lr"] * math.sqrt(max(1, rows / columns))
