"""From class indices to what each log-probability counts in a loss. The class axis stands last."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.typing import Shape


def wants_weight(shape: Shape, classes: int) -> None:
    if tuple(shape) != (classes,):
        raise ShapeError("weight holds one factor per class", got=f"{tuple(shape)}", want=f"{(classes,)}")


def _rows(xp: Any, classes: int, target: Any, weight: Any, ignore_index: int, kind: Any) -> tuple[Any, Any]:
    """Targets with ignored ones made 0, and the weight of each (0 where ignored)."""
    live = target != ignore_index
    safe = xp.where(live, target, 0)
    if safe.size:
        xp.refuse(
            (xp.min(safe) < 0) | (xp.max(safe) >= classes),
            lambda: ArgumentError(
                "a target is not one of the classes",
                got=f"targets from {int(xp.min(safe))} to {int(xp.max(safe))}",
                want=f"0 to {classes - 1}, or ignore_index={ignore_index}",
                hint="does the last layer have as many outputs as there are classes?",
            ),
        )
    rows = xp.astype(live, kind)
    if weight is not None:
        wants_weight(weight.shape, classes)
        rows = rows * xp.reshape(xp.take(xp.astype(weight, kind), xp.reshape(safe, (-1,)), axis=0), safe.shape)
    return safe, rows


def losses(
    xp: Any, log_p: Any, target: Any, weight: Any, ignore_index: int, label_smoothing: float, reduction: str
) -> Any:
    """From log-probabilities with the class axis last."""
    classes = log_p.shape[-1]
    safe, rows = _rows(xp, classes, target, weight, ignore_index, log_p.dtype)
    found = -rows * xp.take_along_axis(log_p, safe[..., None], axis=-1)[..., 0]
    if label_smoothing:
        spread = xp.sum(log_p if weight is None else log_p * xp.astype(weight, log_p.dtype), axis=-1)
        smooth = spread * xp.astype(target != ignore_index, log_p.dtype) / -classes
        found = (1 - label_smoothing) * found + label_smoothing * smooth
    if reduction == "mean":
        return xp.sum(found) / xp.sum(rows)
    return found if reduction == "none" else xp.sum(found)


def _distribution(
    xp: Any,
    target: Any,
    weight: Any,
    classes: int,
    ignore_index: int,
    label_smoothing: float,
    reduction: str,
    kind: Any,
) -> Any:
    """The derivative of the loss by each log-probability, negated: (*, classes)."""
    safe, rows = _rows(xp, classes, target, weight, ignore_index, kind)
    q = xp.astype(xp.arange(classes) == safe[..., None], kind) * (rows[..., None] * (1 - label_smoothing))
    if label_smoothing:
        smooth = xp.astype(target != ignore_index, kind)[..., None] * (label_smoothing / classes)
        q = q + (smooth if weight is None else smooth * xp.astype(weight, kind))
    return q / xp.sum(rows) if reduction == "mean" else q


CLASS_DISTRIBUTION = define(
    "class_distribution",
    inputs=("target", "weight"),
    forward=_distribution,
    shape=lambda target, weight, classes, **_: (*target, classes),
    dtype=lambda kinds, attrs: attrs["kind"],
    formula=r"q_{ic} = (1 - \epsilon) w_c [c = t_i] + \epsilon w_c / C",
    samples=lambda draw: [
        Sample(
            (host.asarray([0, 2, 1]), draw(3, low=0.5)),
            {
                "classes": 3,
                "ignore_index": 1,
                "label_smoothing": 0.1,
                "reduction": "mean",
                "kind": host.dtype("float64"),
            },
        )
    ],
)
