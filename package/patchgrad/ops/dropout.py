"""Dropout with the random numbers of a given stream."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import MetaArray
from patchgrad.backend.random import Stream, default_stream
from patchgrad.errors import ArgumentError, DtypeError, ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.activation import SELU_ALPHA, SELU_SCALE
from patchgrad.ops.elementwise import where
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

DROPOUT = define(
    "dropout",
    inputs=("x", "kept"),
    elementwise=True,
    forward=lambda xp, x, kept, p: x * (xp.astype(kept, x.dtype) * (1 / (1 - p) if p < 1 else 0.0)),
    shape=shapes.same,
    dtype="same",
    saves=("kept",),
    vjps={"x": lambda xp, ct, s: xp.ops.dropout(ct, s.kept, p=s.p)},
    cost=lambda x, *_, **__: shapes.count(x),
    formula=r"kept \cdot \frac{x}{1 - p}",
    samples=lambda draw: [
        Sample((draw(3, 4), draw(3, 4) > 0), {"p": 0.5}),
        Sample((draw(3, 4), draw(3, 4) > 9), {"p": 1.0}, "all"),
    ],
)


def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, stream: Stream | None = None
) -> Tensor:
    """Each element 0 with probability ``p``, the others divided by ``1 - p``; ``input`` itself if not ``training``.

    Parameters
        stream  where the random numbers come from; by default the global stream
    Source
        Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting.
    """
    _check("dropout", p)
    if not training or p == 0:
        return input
    out = apply(DROPOUT, input, _kept(input, input.shape, p, stream), p=p)
    return input.copy_(out) if inplace else out


def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, stream: Stream | None = None
) -> Tensor:
    """`dropout` of whole channels: (batch, channels, length) or (channels, length) -> same."""
    shape = _channels("dropout1d", input, 2, (2, 3))
    return _whole("dropout1d", input, shape, p, training, inplace, stream)


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, stream: Stream | None = None
) -> Tensor:
    """`dropout` of whole channels: (batch, channels, height, width) -> same.

    Three axes are taken as (batch, channels, length), as PyTorch takes them.
    """
    return _whole("dropout2d", input, _channels("dropout2d", input, 0, (3, 4)), p, training, inplace, stream)


def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, stream: Stream | None = None
) -> Tensor:
    """`dropout` of whole channels: (batch, channels, depth, height, width) or without batch -> same."""
    shape = _channels("dropout3d", input, 4, (4, 5))
    return _whole("dropout3d", input, shape, p, training, inplace, stream)


def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False, *, stream: Stream | None = None
) -> Tensor:
    """SELU's lowest value with probability ``p``, then scaled and shifted so that mean 0 and variance 1 stay.

    Source
        Klambauer et al. 2017, Self-normalizing neural networks.
    """
    return _alpha("alpha_dropout", input, input.shape, p, training, inplace, stream)


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False, *, stream: Stream | None = None
) -> Tensor:
    """`alpha_dropout` of whole channels: (batch, channels, *) -> same."""
    shape = _channels("feature_alpha_dropout", input, 0, range(2, 65))
    return _alpha("feature_alpha_dropout", input, shape, p, training, inplace, stream)


def _check(name: str, p: float) -> None:
    if not 0.0 <= p <= 1.0:
        raise placed(ArgumentError(f"{name} needs a probability", got=f"p={p}", want="0 to 1"))


def _channels(name: str, x: Tensor, unbatched: int, axes: Any) -> tuple[int, ...]:
    """The shape of one number per channel; with ``unbatched`` axes the channels come first."""
    if x.ndim not in axes:
        want = "(batch, channels, *)" if isinstance(axes, range) else f"{' or '.join(map(str, axes))} axes"
        raise placed(ShapeError(f"{name} drops channels", got=f"input {x.shape}", want=want))
    kept = 1 if x.ndim == unbatched else 2
    return (*x.shape[:kept], *(1,) * (x.ndim - kept))


def _whole(name: str, x: Tensor, shape: Any, p: float, training: bool, inplace: bool, stream: Stream | None) -> Tensor:
    _check(name, p)
    if not training or p == 0:
        return x
    out = apply(DROPOUT, x, _kept(x, shape, p, stream), p=p)
    return x.copy_(out) if inplace else out


def _alpha(name: str, x: Any, shape: Any, p: float, training: bool, inplace: bool, stream: Stream | None) -> Tensor:
    _check(name, p)
    if not training or p == 0:
        return x
    if p == 1:
        return x * 0
    low = -SELU_ALPHA * SELU_SCALE
    scale = ((1 - p) * (1 + p * low**2)) ** -0.5
    out: Any = where(_kept(x, shape, p, stream), x, low) * scale - scale * low * p
    return x.copy_(out) if inplace else out


def _kept(x: Tensor, shape: Any, p: float, stream: Stream | None) -> Tensor:
    if not x.dtype.is_floating_point:
        raise placed(DtypeError("dropout needs real numbers", got=f"x {x.dtype.name}", hint="x.float()"))
    chances = (stream or default_stream()).uniform(shape, None, x.backend)
    return Tensor(MetaArray(shape, "bool") if isinstance(chances, MetaArray) else chances >= p)
