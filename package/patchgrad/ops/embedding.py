"""Rows of a table by index: embeddings."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.autograd.state import no_grad
from patchgrad.backend import MetaArray, host
from patchgrad.errors import ArgumentError, DtypeError, ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.distance import p_norm
from patchgrad.ops.elementwise import where
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

TINY = 1e-7
"""Added to a length before it divides, as in PyTorch."""


def _rows(xp: Any, index: Any, weight: Any, padding_idx: int | None, by_frequency: bool) -> Any:
    rows = weight.shape[0]
    if index.size:
        xp.refuse(
            (xp.min(index) < 0) | (xp.max(index) >= rows),
            lambda: ArgumentError(
                "an index lies outside the table",
                got=f"indices from {int(xp.min(index))} to {int(xp.max(index))}",
                want=f"0 to {rows - 1}",
                hint="make num_embeddings larger than the largest index",
            ),
        )
    return xp.reshape(xp.take(weight, xp.reshape(index, (-1,)), axis=0), (*index.shape, *weight.shape[1:]))


def _sum_rows(xp: Any, ct: Any, index: Any, rows: int, padding_idx: int | None, by_frequency: bool) -> Any:
    """Cotangents added up per row of the table, by a product with one-hot rows; by frequency: their mean."""
    flat = xp.reshape(index, (-1,))
    hit = flat == xp.arange(rows)[:, None]
    if padding_idx is not None:
        hit = xp.logical_and(hit, xp.arange(rows)[:, None] != padding_idx)
    share = xp.astype(hit, ct.dtype)
    if by_frequency:
        share = share / xp.clip(xp.sum(share, axis=1, keepdims=True), 1, None)
    return xp.matmul(share, xp.reshape(ct, (-1, ct.shape[-1])))


def _unpadded(xp: Any, ct: Any, s: Any) -> Any:
    found = xp.ops.embedding(s.index, ct, padding_idx=s.padding_idx, by_frequency=False)
    if s.by_frequency:
        same = xp.astype(s.index[..., None] == xp.reshape(s.index, (-1,)), ct.dtype)
        found = found / xp.sum(same, axis=-1)[..., None]
    if s.padding_idx is None:
        return found
    return found * xp.astype(s.index != s.padding_idx, found.dtype)[..., None]


def _shape(index: Shape, weight: Shape, **_: Any) -> Shape:
    if len(weight) != 2:
        raise ShapeError("the table has two axes", got=f"{tuple(weight)}", want="(rows, features)")
    return (*index, weight[1])


EMBEDDING = define(
    "embedding",
    inputs=("index", "weight"),
    forward=_rows,
    shape=_shape,
    dtype=lambda kinds, attrs: kinds[1],
    saves=("index",),
    vjps={
        "weight": lambda xp, ct, s: xp.ops.embedding_weight(
            ct, s.index, rows=s.shape_of("weight")[0], padding_idx=s.padding_idx, by_frequency=s.by_frequency
        )
    },
    cost=lambda index, weight, **_: 0,
    formula=r"y_i = w_{index_i}",
    samples=lambda draw: [
        Sample((host.asarray([[0, 2], [2, 4]]), draw(5, 3)), {"padding_idx": None, "by_frequency": False}),
        Sample((host.asarray([0, 3, 3]), draw(4, 2)), {"padding_idx": 2, "by_frequency": False}, "padding"),
    ],
    errors=lambda draw: [
        Sample((host.asarray([5]), draw(5, 3)), {"padding_idx": None, "by_frequency": False}),
        Sample((host.asarray([-1]), draw(5, 3)), {"padding_idx": None, "by_frequency": False}, "negative"),
    ],
)
EMBEDDING_WEIGHT = define(
    "embedding_weight",
    inputs=("ct", "index"),
    forward=_sum_rows,
    shape=lambda ct, index, rows, **_: (rows, ct[-1]),
    dtype="same",
    saves=("index",),
    vjps={"ct": _unpadded},
    formula=r"y_{index_i} \mathrel{+}= ct_i",
    samples=lambda draw: [
        Sample(
            (draw(2, 2, 3), host.asarray([[0, 2], [2, 4]])), {"rows": 5, "padding_idx": None, "by_frequency": False}
        ),
        Sample((draw(3, 2), host.asarray([0, 2, 2])), {"rows": 4, "padding_idx": 2, "by_frequency": False}, "padding"),
        Sample(
            (draw(4, 2), host.asarray([0, 2, 2, 2])),
            {"rows": 4, "padding_idx": None, "by_frequency": True},
            "frequency",
        ),
        Sample(
            (draw(0, 2), host.asarray([], dtype="int64")),
            {"rows": 4, "padding_idx": None, "by_frequency": False},
            "empty",
        ),
    ],
)


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Rows of ``weight`` by index.

    Shapes
        input (*) integers, weight (rows, features)  ->  (*, features)
    Parameters
        padding_idx         a row that gets no gradient
        max_norm            rows that are looked up and longer are first shortened to this norm, in ``weight`` itself
        norm_type           the p of that norm
        scale_grad_by_freq  divide the gradient of a row by how often it is looked up
        sparse              accepted; gradients are dense
    """
    if input.data.dtype.kind not in "iu":
        raise placed(DtypeError("embedding needs whole numbers", got=f"input {input.dtype.name}", hint="input.long()"))
    if weight.ndim != 2:
        got = f"weight {tuple(weight.shape)}"
        raise placed(ShapeError("embedding looks rows up in a table", got=got, want="weight (rows, features)"))
    rows = weight.shape[0]
    if padding_idx is not None:
        if not -rows <= padding_idx < rows:
            raise placed(
                ArgumentError("padding_idx lies outside the table", got=f"{padding_idx}", want=f"below {rows}")
            )
        padding_idx %= rows
    if max_norm is not None:
        shorten(weight, input, max_norm, norm_type)
    return apply(EMBEDDING, input, weight, padding_idx=padding_idx, by_frequency=bool(scale_grad_by_freq))


def shorten(weight: Tensor, index: Tensor, max_norm: float, norm_type: float) -> None:
    """Shorten the rows of ``weight`` at ``index`` that are longer than ``max_norm`` to it, without the tape."""
    if isinstance(weight.data, MetaArray) or not index.data.size:
        return
    xp = weight.backend.xp
    rows = xp.unique_values(index.data)
    values: Any = weight.detach()[Tensor(rows)]
    lengths = p_norm(values, norm_type, -1, keepdim=True)
    factors = where(lengths > max_norm, max_norm / (lengths + TINY), 1.0)
    with no_grad():
        weight[Tensor(rows)] = values * factors


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Class indices as rows with a single 1: (*) int64 -> (*, num_classes) int64."""
    if tensor.data.dtype.kind not in "iu":
        raise placed(DtypeError("one_hot needs whole numbers", got=tensor.dtype.name, hint="tensor.long()"))
    if num_classes == -1:
        num_classes = int(tensor.data.max()) + 1 if tensor.data.size else 0
    return apply(ONE_HOT, tensor, classes=num_classes)


def _one_hot(xp: Any, x: Any, classes: int) -> Any:
    if x.size:
        xp.refuse(
            (xp.min(x) < 0) | (xp.max(x) >= classes),
            lambda: ArgumentError(
                "an index is not one of the classes",
                got=f"indices from {int(xp.min(x))} to {int(xp.max(x))}",
                want=f"0 to {classes - 1}",
            ),
        )
    return xp.astype(x[..., None] == xp.arange(classes), xp.int64)


ONE_HOT = define(
    "one_hot",
    inputs=("x",),
    forward=_one_hot,
    shape=lambda x, classes: (*x, classes),
    dtype="int64",
    cost=lambda x, classes: shapes.count(x) * classes,
    formula=r"y_{ic} = [c = x_i]",
    samples=lambda draw: [Sample((host.asarray([[0, 2], [1, 2]]),), {"classes": 4})],
    errors=lambda draw: [Sample((host.asarray([0, 4]),), {"classes": 4})],
)
