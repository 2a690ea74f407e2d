"""Dropout with the random numbers of a given stream."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import MetaArray
from patchgrad.backend.random import Stream, default_stream
from patchgrad.errors import ArgumentError, DtypeError
from patchgrad.ops import shapes
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
    x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, stream: Stream | None = None
) -> Tensor:
    """Each element 0 with probability ``p``, the others divided by ``1 - p``; ``x`` itself if not ``training``.

    Parameters
        stream  where the random numbers come from; by default the global stream
    Source
        Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting.
    """
    if not 0.0 <= p <= 1.0:
        raise placed(ArgumentError("dropout needs a probability", got=f"p={p}", want="0 to 1"))
    if not training or p == 0:
        return x
    out = apply(DROPOUT, x, _kept(x, x.shape, p, stream), p=p)
    return x.copy_(out) if inplace else out


def dropout2d(
    x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, stream: Stream | None = None
) -> Tensor:
    """`dropout` of whole channels: (batch, channels, *) -> same."""
    if not training or p == 0:
        return x
    kept = _kept(x, (*x.shape[:2], *(1,) * (x.ndim - 2)), p, stream)
    return apply(DROPOUT, x, kept, p=p)


def _kept(x: Tensor, shape: Any, p: float, stream: Stream | None) -> Tensor:
    if not x.dtype.is_floating_point:
        raise placed(DtypeError("dropout needs real numbers", got=f"x {x.dtype.name}", hint="x.float()"))
    chances = (stream or default_stream()).uniform(shape, None, x.backend)
    return Tensor(MetaArray(shape, "bool") if isinstance(chances, MetaArray) else chances >= p)
