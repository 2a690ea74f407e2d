"""What weight norm and spectral norm compute, whether by hooks or as parametrizations."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ArgumentError
from patchgrad.nn import init
from patchgrad.nn.conv_transpose import TransposedConvolution
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import overwrite
from patchgrad.ops.distance import normalize
from patchgrad.tensor import Tensor


def norm_except(v: Tensor, dim: int | None) -> Any:
    """The norm over all axes but ``dim``, which keeps its size; None or -1: over all, ()."""
    squares: Any = v * v  # type: ignore[operator]
    if dim in (None, -1):
        return squares.sum().sqrt()
    return squares.sum([axis for axis in range(v.ndim) if axis != dim % v.ndim], keepdim=True).sqrt()


def as_matrix(weight: Tensor, dim: int) -> Any:
    """The axis ``dim`` first, all others as one."""
    return weight.movedim(dim, 0).reshape(weight.shape[dim], -1)


def first_vector(size: int, like: Tensor, eps: float) -> Tensor:
    """A random direction."""
    return normalize(init.normal_(like.new_zeros(size)), dim=0, eps=eps)


def turn(matrix: Any, u: Tensor, v: Tensor, count: int, eps: float, *, u_first: bool) -> None:
    """Move u and v, in their own memory, towards the first singular vectors: ``count`` steps of the power method."""
    with no_grad():
        for _ in range(count):
            for own, other, m in [(u, v, matrix), (v, u, matrix.mT)][:: 1 if u_first else -1]:
                overwrite(own, normalize(m @ other, dim=0, eps=eps).data)


def through(weight: Any, matrix: Any, u: Tensor, v: Tensor) -> Any:
    """``weight`` over its largest singular value, as u and v tell it; they are taken as constants, as they are now."""
    left, right = u.detach().clone(), v.detach().clone()
    return weight / (left * (matrix @ right)).sum()


def output_axis(module: Module, dim: int | None) -> int:
    """The axis of the outputs of a layer's weight, where none is said."""
    return dim if dim is not None else 1 if isinstance(module, TransposedConvolution) else 0


def checked_iterations(count: int) -> int:
    if count < 1:
        raise ArgumentError(f"spectral_norm cannot use n_power_iterations={count}", want="1 or more")
    return count


def named_tensor(module: Module, name: str) -> Tensor:
    """A parameter of the module; raises ArgumentError if there is none."""
    found = getattr(module, name, None)
    if not isinstance(found, Tensor):
        raise ArgumentError(f"{type(module).__name__} has no parameter {name!r}", want=", ".join(module._parameters))
    return found
