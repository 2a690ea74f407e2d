"""Bags of embeddings: rows of a table, reduced per bag. A composition of other ops."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from patchgrad.backend import MetaArray, host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import movement
from patchgrad.ops.embedding import embedding
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed


def embedding_bag(
    input: Any,
    weight: Any,
    offsets: Any = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The sum, mean or maximum of the rows of each bag; an empty bag gives zeros.

    Shapes
        input (bags, n) row numbers; or (total,) with offsets (bags,), where each bag begins  ->  (bags, features)
    Parameters
        max_norm             rows that are looked up and longer are first shortened to this norm, in ``weight`` itself
        scale_grad_by_freq   divide the gradient of a row by how often it is looked up (not with "max")
        sparse               accepted; gradients are dense
        per_sample_weights   factor of each row, of the shape of input; for the sum only
        include_last_offset  offsets end with the end of the last bag
        padding_idx          a row number that does not count
    """
    if mode not in ("sum", "mean", "max") or (per_sample_weights is not None and mode != "sum"):
        raise placed(
            ArgumentError(
                "embedding_bag cannot use its mode",
                got=f"mode={mode!r}, per_sample_weights {'given' if per_sample_weights is not None else 'not given'}",
                want="'sum', 'mean' or 'max'; weights with the sum only",
            )
        )
    if scale_grad_by_freq and mode == "max":
        raise placed(ArgumentError("a maximum has no frequency to scale by", got="mode='max', scale_grad_by_freq=True"))
    if isinstance(input.data, MetaArray) or isinstance(weight.data, MetaArray):
        count = input.shape[0] if offsets is None else offsets.shape[0] - include_last_offset
        return Tensor(MetaArray((count, weight.shape[1]), weight.data.dtype))
    ends, flat = _bags(input, offsets, include_last_offset)
    rows: Any = embedding(flat, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq)
    if per_sample_weights is not None:
        rows = rows * per_sample_weights.reshape(-1, 1)
    counted = host.ones(flat.shape, bool) if padding_idx is None else flat.numpy(force=True) != padding_idx
    if mode == "max":
        return _largest(rows, ends, counted)
    bag_of = host.searchsorted(ends[1:], host.arange(len(counted)), side="right")
    member = ((bag_of == host.arange(len(ends) - 1)[:, None]) & counted).astype(rows.data.dtype)
    if mode == "mean":
        member = member / host.maximum(member.sum(1, keepdims=True), 1)
    return Tensor(rows.backend.asarray(member)) @ rows  # type: ignore[operator]


def _bags(input: Any, offsets: Any, include_last: bool) -> tuple[Any, Any]:
    """Where each bag begins, and the end of the last one; and all row numbers in one list."""
    if input.ndim == 2 and offsets is None:
        return host.arange(input.shape[0] + 1) * input.shape[1], input.reshape(-1)
    if input.ndim != 1 or offsets is None or offsets.ndim != 1:
        raise placed(
            ShapeError(
                "embedding_bag cannot tell the bags",
                got=f"input {tuple(input.shape)}, offsets {None if offsets is None else tuple(offsets.shape)}",
                want="input (bags, n) without offsets, or (total,) with offsets (bags,)",
            )
        )
    begins = offsets.numpy(force=True)
    return (begins if include_last else host.append(begins, input.shape[0])), input


def _largest(rows: Any, ends: Any, counted: Any) -> Tensor:
    bags: list[Any] = []
    for begin, end in pairwise(ends):
        places = host.arange(begin, end)[counted[begin:end]]
        bags.append(rows[places].amax(0) if len(places) else rows[:0].sum(0))
    return movement.stack(bags, 0)
