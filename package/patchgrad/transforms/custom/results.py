"""Runs the ``backward`` and ``jvp`` of a custom function, and checks what they give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.autograd.op import find
from patchgrad.backend.dtype import from_numpy
from patchgrad.errors import GradError
from patchgrad.tensor import Tensor, apply, worlds


def backward(cls: Any, ct: Any, s: Any, wanted: list[bool]) -> tuple[Any, ...]:
    """One gradient per argument, in the kind of value that the cotangents have."""
    given = list(ct) if isinstance(ct, tuple) else [ct]
    bare = not any(isinstance(entry, Tensor) for entry in given)
    cts = [
        _zeros(s.specs[port], given) if entry is None and s.ctx.materialize_grads else _fitted(entry, s.specs[port])
        for port, entry in enumerate(given)
    ]
    found = cls.backward(s.ctx, *cts)
    gradients = list(found) if isinstance(found, tuple | list) else [found]
    while len(gradients) > len(wanted) and gradients[-1] is None:
        gradients.pop()
    if len(gradients) != len(wanted):
        raise GradError(
            f"{cls.__name__}.backward gives the wrong number of gradients",
            got=f"{len(gradients)}",
            want=f"{len(wanted)}, one for each argument of forward (None for those without)",
        )
    checked = [_checked(cls, i, entry, s) for i, entry in enumerate(gradients)]
    return tuple(entry.data if bare and entry is not None else entry for entry in checked)


def _fitted(entry: Any, spec: Any) -> Any:
    """The cotangent as a tensor of the output's dtype: rules of ops see low precision in float32, people do not."""
    found = _tensor(entry)
    if found is None or found.data.dtype == spec[1]:
        return found
    return apply(find("cast"), found, dtype=from_numpy(spec[1]))


def jvp(cls: Any, ts: Sequence[Any], s: Any) -> list[Any]:
    """One tangent per output."""
    bare = not any(isinstance(entry, Tensor) for entry in ts)
    found = cls.jvp(s.ctx, *[_tensor(entry) for entry in ts])
    tangents = list(found) if isinstance(found, tuple | list) else [found]
    if len(tangents) != len(s.specs):
        raise GradError(
            f"{cls.__name__}.jvp gives the wrong number of tangents",
            got=f"{len(tangents)}",
            want=f"{len(s.specs)}, one for each result of forward",
        )
    for i, (tangent, spec) in enumerate(zip(tangents, s.specs, strict=True)):
        if tangent is not None and spec is not None and tangent.shape != spec[0]:
            raise GradError(
                f"{cls.__name__}.jvp gives a tangent of another shape than result {i}",
                got=f"{tangent.shape}",
                want=f"{spec[0]}",
            )
    return [entry.data if bare and entry is not None else entry for entry in tangents]


def _tensor(entry: Any) -> Any:
    return None if entry is None else worlds.as_tensor(entry)


def _zeros(spec: Any, like: Sequence[Any]) -> Any:
    if spec is None:
        return None
    first = worlds.as_tensor(next(entry for entry in like if entry is not None))
    return Tensor(first.backend.xp.zeros(spec[0], dtype=spec[1]))


def _checked(cls: Any, i: int, gradient: Any, s: Any) -> Any:
    if gradient is None:
        return None
    kind = s.dtype_of(i)
    if kind is None:
        raise GradError(
            f"{cls.__name__}.backward gives a gradient for argument {i}, which was no tensor",
            got=type(gradient).__name__,
            want="None",
        )
    if not isinstance(gradient, Tensor):
        raise GradError(
            f"{cls.__name__}.backward gives something that is no tensor for argument {i}",
            got=type(gradient).__name__,
            want=f"a tensor of shape {s.shape_of(i)}, or None",
        )
    if not _reducible(gradient.shape, s.shape_of(i)):
        raise GradError(
            f"{cls.__name__}.backward gives a gradient of the wrong shape for argument {i}",
            got=f"{gradient.shape}",
            want=f"{s.shape_of(i)}, the shape of the argument",
        )
    return gradient


def _reducible(shape: Sequence[int], target: Sequence[int]) -> bool:
    """Can a gradient of ``shape`` be summed over broadcast axes to ``target``?"""
    if len(shape) < len(target):
        return all(size == 1 for size in target[: len(target) - len(shape)]) and _reducible(
            (*target[: len(target) - len(shape)], *shape), target
        )
    tail = shape[len(shape) - len(target) :]
    return all(want in (1, size) for size, want in zip(tail, target, strict=True))
