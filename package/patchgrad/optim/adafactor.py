"""Adafactor: Adam's scaling with rows and columns in the place of a full second moment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.backend import backend_of
from patchgrad.backend.limits import finfo
from patchgrad.errors import ArgumentError
from patchgrad.optim.arguments import at_least_zero, execution_only
from patchgrad.optim.direction import mean_towards
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.typing import Shape


class Adafactor(Optimizer):
    """``p = p - alpha * u / max(1, rms(u) / d)`` with ``u = g / sqrt(v)`` and a step relative to the parameter.

    ``alpha = max(eps2, rms(p)) * min(lr, 1 / sqrt(t))``. For matrices ``v = r c / mean(r)``, with running means ``r``
    and ``c`` of the squared gradient along rows and columns; they forget with ``1 - t^beta2_decay``.

    Parameters
        lr            the largest relative step
        beta2_decay   power of the step count, below 0
        eps           (floor under v, floor under the size of the parameter); None: the precision of its dtype
        d             clips updates whose root mean square is larger
        weight_decay  shrinks the parameter by ``lr * weight_decay``
        maximize      climbs instead of descending
    Slots
        step; row_var (*, n, 1) and col_var (*, 1, m) for a parameter (*, n, m), else variance of the parameter's shape
    Source
        Shazeer and Stern 2018, Adafactor: adaptive learning rates with sublinear memory cost.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        execution_only("Adafactor", execution)
        at_least_zero("Adafactor", lr=lr, weight_decay=weight_decay, eps=eps[1])
        if beta2_decay > 0 or d < 1 or (eps[0] is not None and eps[0] < 0):
            raise ArgumentError(
                "Adafactor cannot use its settings",
                got=f"beta2_decay={beta2_decay}, d={d}, eps={eps}",
                want="beta2_decay of 0 or below, d of 1 or more, eps of 0 or more",
            )
        super().__init__(
            params,
            {
                "lr": lr,
                "beta2_decay": beta2_decay,
                "eps": eps,
                "d": d,
                "weight_decay": weight_decay,
                "maximize": maximize,
            },
        )

    def _slot_shape(self, name: str, shape: Shape) -> Shape:
        sizes = {"row_var": (*shape[:-1], 1), "col_var": (*shape[:-2], 1, *shape[-1:])}
        return sizes.get(name, shape)

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        gradient = -gradient if group["maximize"] else gradient
        if not slots:
            names = ("row_var", "col_var") if value.ndim > 1 else ("variance",)
            slots["step"] = 0
            slots.update((name, xp.zeros(self._slot_shape(name, value.shape), dtype=value.dtype)) for name in names)
        slots["step"] += 1
        floor = finfo(value.dtype).eps if group["eps"][0] is None else group["eps"][0]
        share = slots["step"] ** group["beta2_decay"]
        alpha = xp.maximum(group["eps"][1], _rms(xp, value)) * min(group["lr"], slots["step"] ** -0.5)
        if group["weight_decay"]:
            value *= 1 - group["lr"] * group["weight_decay"]
        second = _second_moment(xp, gradient, slots, share, floor)
        update = gradient / xp.sqrt(xp.clip(second, floor * floor, None))
        value -= alpha / xp.maximum(1.0, _rms(xp, update) / group["d"]) * update


def _second_moment(xp: Any, gradient: Any, slots: Slots, share: float, floor: float) -> Any:
    squares = gradient * gradient
    if gradient.ndim < 2:
        mean_towards(slots["variance"], squares, share)
        return slots["variance"]
    rows, columns = slots["row_var"], slots["col_var"]
    mean_towards(rows, xp.mean(squares, axis=-1, keepdims=True), share)
    mean_towards(columns, xp.mean(squares, axis=-2, keepdims=True), share)
    return rows * columns / xp.clip(xp.mean(rows, axis=-2, keepdims=True), floor, None)


def _rms(xp: Any, array: Any) -> Any:
    """Root mean square: an array without axes, so that a GPU need not wait."""
    flat = array.reshape(-1)
    return xp.sqrt(xp.vdot(flat, flat)) / max(flat.size, 1) ** 0.5
