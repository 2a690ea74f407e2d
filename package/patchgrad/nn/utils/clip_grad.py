"""Clipping of gradients: by their common norm, or element by element."""

from __future__ import annotations

import math
from collections.abc import Iterable

from patchgrad.errors import ArgumentError
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import bump


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Scale all gradients together so that the norm of all their elements is at most ``max_norm``.

    Returns
        the norm before clipping, ()
    Errors
        ArgumentError  if the norm is not finite and ``error_if_nonfinite``; the gradients are left as they were.
    Source
        Pascanu et al. 2013, On the difficulty of training recurrent neural networks.
    """
    gradients = _gradients(parameters)
    if not gradients:
        raise ArgumentError("no parameter has a gradient to clip", hint="call loss.backward() first")
    total = _norm([_norm_of(gradient, norm_type) for gradient in gradients], norm_type)
    if error_if_nonfinite and not math.isfinite(total):
        raise ArgumentError("the norm of the gradients is not finite", got=str(total), hint="look for NaN in the data")
    scale = min(max_norm / (total + 1e-6), 1.0) if not math.isnan(total) else total
    for gradient in gradients:
        _scale(gradient, scale)
    first = gradients[0]
    return Tensor(first.backend.asarray(total, dtype=first.data.dtype))


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Move every element of every gradient into ±clip_value."""
    for gradient in _gradients(parameters):
        xp = gradient.backend.xp
        xp.clip(gradient.data, -clip_value, clip_value, out=gradient.data)
        bump(gradient)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    entries = [parameters] if isinstance(parameters, Tensor) else parameters
    return [entry.grad for entry in entries if entry.grad is not None]


def _norm_of(gradient: Tensor, kind: float) -> float:
    xp, values = gradient.backend.xp, gradient.data.reshape(-1)
    if kind == 2:
        return math.sqrt(float(xp.vdot(values, values)))
    sizes = xp.abs(values)
    return float(xp.max(sizes)) if math.isinf(kind) else float(xp.sum(sizes**kind)) ** (1 / kind)


def _norm(norms: list[float], kind: float) -> float:
    if any(math.isnan(norm) for norm in norms):
        return math.nan
    if math.isinf(kind):
        return max(norms)
    return sum(norm**kind for norm in norms) ** (1 / kind)


def _scale(gradient: Tensor, scale: float) -> None:
    if scale != 1.0:
        gradient.backend.xp.multiply(gradient.data, scale, out=gradient.data)
        bump(gradient)
