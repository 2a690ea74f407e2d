"""Operators that files of others hold and that nothing here is written as."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.backend.dtype import as_dtype
from patchgrad.errors import GraphError
from patchgrad.interop.words import meaning
from patchgrad.tensor import Tensor


def _called(word: str, *args: Any, **kwargs: Any) -> Any:
    found: Any = meaning(word)
    return found(*args, **kwargs)


def _tensor(value: Any, like: Any) -> Any:
    return Tensor(like.backend.asarray(value)) if isinstance(value, host.ndarray) else value


def _places(index: Any, like: Any) -> tuple[Any, ...]:
    """Numbers along the last axis as one index for each axis that they are of."""
    index = _tensor(index, like)
    return tuple(index[..., at] for at in range(index.shape[-1]))


def _gather_nd(x: Any, index: Any, batch_dims: int = 0) -> Any:
    if batch_dims:
        raise GraphError("GatherND of this kind is not supported", got=f"batch_dims={batch_dims}")
    x = _tensor(x, index)
    return x[_places(index, x)]


def _scatter_nd(x: Any, index: Any, updates: Any, reduction: str = "none") -> Any:
    if reduction not in ("none", "add"):
        raise GraphError("ScatterND of this kind is not supported", got=f"reduction={reduction}")
    x = _tensor(x, updates if isinstance(updates, Tensor) else index)
    return x.index_put(_places(index, x), _tensor(updates, x), reduction == "add")


def _mean(*values: Any) -> Any:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total / len(values)


def _space_to_depth(x: Any, blocksize: int) -> Any:
    batch, channels, height, width = x.shape
    parts = x.reshape(batch, channels, height // blocksize, blocksize, width // blocksize, blocksize)
    return parts.permute(0, 3, 5, 1, 2, 4).reshape(batch, -1, height // blocksize, width // blocksize)


def _log_sum(x: Any, given: Any = None, axes: Any = None, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Any:
    places = axes if given is None else given.tolist()
    if not places and noop_with_empty_axes:
        return x.log()
    return x.sum(tuple(places or range(x.ndim)), keepdim=bool(keepdims)).log()


def _hardmax(x: Any, axis: int = -1) -> Any:
    places = x.argmax(axis, keepdim=True)
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]
    numbers = Tensor(x.backend.asarray(host.arange(x.shape[axis]).reshape(shape)))
    return (numbers == places).to(x.dtype)


def _response_norm(x: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0) -> Any:
    if not size % 2:
        raise GraphError("LRN over an even number of channels is not supported", got=f"size={size}")
    return _called("functional.local_response_norm", x, size, alpha, beta, bias)


def _standardised(x: Any, axes: Any = (0, 2, 3)) -> Any:
    axes = tuple(axes)
    centred = x - x.mean(axes, keepdim=True)
    return centred / ((centred * centred).mean(axes, keepdim=True).sqrt() + 1e-9)


def _eye(x: Any, dtype: int | None = None, k: int = 0) -> Any:
    if dtype is not None:
        raise GraphError("EyeLike of another dtype is not supported", got=f"dtype={dtype}")
    return host.eye(*x.shape, k=k, dtype=as_dtype(x.dtype).numpy)


def _shifted(x: Any, y: Any, direction: str) -> Any:
    x = _tensor(x, y) if isinstance(y, Tensor) else x
    y = _tensor(y, x) if isinstance(x, Tensor) else y
    return x << y if direction == "LEFT" else x >> y


def _rms_norm(x: Any, scale: Any, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1) -> Any:
    shape = tuple(x.shape[axis % x.ndim :])
    return _called("functional.rms_norm", x, shape, eps=epsilon) * _tensor(scale, x)


READ: dict[str, Any] = {
    "GatherND": _gather_nd,
    "ScatterND": _scatter_nd,
    "Mean": _mean,
    "SpaceToDepth": _space_to_depth,
    "ReduceLogSum": _log_sum,
    "Hardmax": _hardmax,
    "LRN": _response_norm,
    "MeanVarianceNormalization": _standardised,
    "EyeLike": _eye,
    "BitShift": _shifted,
    "RMSNormalization": _rms_norm,
    "CastLike": lambda x, like, saturate=1: x.to(as_dtype(like.dtype)),
    "NonZero": lambda x: _called("torch.nonzero", x).T,
}
