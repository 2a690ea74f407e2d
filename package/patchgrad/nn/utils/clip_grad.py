"""Clipping of gradients: by their common norm, or element by element."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from patchgrad.backend import get_backend
from patchgrad.backend.low import widened
from patchgrad.errors import ArgumentError
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import bump


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale all gradients together so that the norm of all their elements is at most ``max_norm``.

    Parameters
        foreach  accepted, and without effect
    Returns
        the norm before clipping, (); 0 where there is no gradient
    Errors
        ArgumentError  if the norm is not finite and ``error_if_nonfinite``; the gradients are left as they were.
    Source
        Pascanu et al. 2013, On the difficulty of training recurrent neural networks.
    """
    gradients = _gradients(parameters)
    if not gradients:
        return get_total_norm(())
    total = _checked_norm(gradients, norm_type, error_if_nonfinite)
    _scale(gradients, max_norm, total)
    return Tensor(gradients[0].backend.asarray(total, dtype=gradients[0].data.dtype))


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale all gradients so that a norm of ``total_norm``, (), becomes one of at most ``max_norm``."""
    _scale(_gradients(parameters), max_norm, total_norm.data)


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all elements of all tensors (gradients, mostly), (); 0 for none.

    Errors
        ArgumentError  if it is not finite and ``error_if_nonfinite``.
    """
    entries = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not entries:
        return Tensor(get_backend("cpu").asarray(0.0, dtype="float32"))
    total = _checked_norm(entries, norm_type, error_if_nonfinite)
    return Tensor(entries[0].backend.asarray(total, dtype=entries[0].data.dtype))


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None) -> None:
    """Move every element of every gradient into ±clip_value."""
    for gradient in _gradients(parameters):
        xp = gradient.backend.xp
        xp.clip(gradient.data, -clip_value, clip_value, out=gradient.data)
        bump(gradient)


def _checked_norm(tensors: list[Tensor], kind: float, error_if_nonfinite: bool) -> Any:
    backend = tensors[0].backend
    with backend.quiet():
        total = _norm(tensors, kind)
    if error_if_nonfinite and not bool(backend.xp.isfinite(total)):
        raise ArgumentError("the norm of the gradients is not finite", got=str(total), hint="look for NaN in the data")
    return total


def _scale(gradients: list[Tensor], max_norm: float, total: Any) -> None:
    for gradient in gradients:
        backend = gradient.backend
        xp = backend.xp
        with backend.quiet():
            scale = xp.minimum(max_norm / (total + 1e-6), 1.0)
            xp.multiply(gradient.data, xp.astype(scale, gradient.data.dtype), out=gradient.data)
        bump(gradient)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    entries = [parameters] if isinstance(parameters, Tensor) else parameters
    return [entry.grad for entry in entries if entry.grad is not None]


def _norm(gradients: list[Tensor], kind: float) -> Any:
    """The norm of all elements, an array without axes: on a GPU nobody waits for it."""
    xp = gradients[0].backend.xp
    norms = xp.stack([_norm_of(xp, widened(gradient.data).reshape(-1), kind) for gradient in gradients])
    return _norm_of(xp, norms, kind)


def _norm_of(xp: Any, values: Any, kind: float) -> Any:
    if kind == 2:
        return xp.sqrt(xp.real(xp.vdot(values, values)))
    sizes = xp.abs(values)
    return xp.max(sizes) if math.isinf(kind) else xp.sum(sizes**kind) ** (1 / kind)
