"""Attention: a composition of matrix products and a softmax, so that its map can be looked at; one op where there is a
kernel for it all."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.autograd.state import state
from patchgrad.backend import MetaArray, host
from patchgrad.backend.low import NAMES
from patchgrad.backend.random import Stream
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import activation, elementwise
from patchgrad.ops.dropout import dropout
from patchgrad.ops.fused_attention import FUSED_ATTENTION
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import rounded_once, under_autocast

LARGE = 1024
"""Elements of a map from which on the processor takes its kernel for it all."""


@under_autocast
def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
    *,
    stream: Stream | None = None,
) -> Tensor:
    """Means of the values, weighted by how well each query fits each key.

    Shapes
        query (*, heads, n, features), key (*, heads, m, features), value (*, heads, m, width)
        ->  (*, heads, n, width)
    Parameters
        attn_mask   broadcast to (*, heads, n, m): True where a query may look, or numbers added to the scores
        dropout_p   chance that a weight is dropped (as in training: pass 0 otherwise)
        is_causal   a query looks at keys up to its own place only
        scale       1 / sqrt(features) if left out
        enable_gqa  queries may have a multiple of the heads of keys and values
    Source
        Vaswani et al. 2017, Attention is all you need.
    """
    if attn_mask is not None and is_causal:
        raise placed(ArgumentError("attention takes a mask or is_causal, not both", got="attn_mask and is_causal=True"))
    _check(query, key, value, enable_gqa)
    if enable_gqa:
        key, value = _repeated(key, query.shape[-3]), _repeated(value, query.shape[-3])
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    if attn_mask is None and not dropout_p and _in_one(query, key, value):
        return apply(FUSED_ATTENTION, query, key, value, scale=factor, causal=is_causal)[0]
    return _by_parts(query, key, value, attn_mask, dropout_p, is_causal, factor, stream)


def _in_one(query: Tensor, key: Tensor, value: Tensor) -> bool:
    """Is there one kernel for it all? None is used where someone watches who wants to see the map."""
    kinds = {x.dtype.name for x in (query, key, value)}
    alike = query.ndim == 4 and query.shape[:2] == key.shape[:2] == value.shape[:2]
    if not alike or len(kinds) != 1 or any(getattr(watcher, "wants_maps", False) for watcher in state.observers):
        return False
    backend = query.backend
    if getattr(backend.xp, "cudnn", None) is not None:
        return not kinds.isdisjoint(NAMES)
    if query.shape[-2] * key.shape[-2] < LARGE or backend.name != "cpu" or kinds.isdisjoint(("float32", "float64")):
        return False
    return backend.forward_of(FUSED_ATTENTION) is not FUSED_ATTENTION.forward


@rounded_once
def _by_parts(
    query: Any, key: Any, value: Any, mask: Any, dropout_p: float, is_causal: bool, factor: float, stream: Stream | None
) -> Tensor:
    scores = (query * factor) @ key.mT
    mask = _causal(scores) if is_causal else mask
    if mask is not None:
        scores = elementwise.where(mask, scores, -math.inf) if mask.dtype.name == "bool" else scores + mask
    weights = activation.softmax(scores, -1)
    return dropout(weights, dropout_p, stream=stream) @ value


def _check(query: Tensor, key: Tensor, value: Tensor, enable_gqa: bool) -> None:
    got = f"query {query.shape}, key {key.shape}, value {value.shape}"
    want = "query (*, n, features), key (*, m, features), value (*, m, width)"
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise placed(ShapeError("attention wants two axes or more", got=got, want=want))
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise placed(ShapeError("query, key and value do not fit together", got=got, want=want))
    if enable_gqa and query.shape[-3] % key.shape[-3]:
        raise placed(ShapeError("the heads of the query must be a multiple of the key's", got=got))


def _repeated(x: Any, heads: int) -> Any:
    """Each head of ``x`` as often as needed for ``heads``."""
    times = heads // x.shape[-3]
    wide = x.unsqueeze(-3).expand(*x.shape[:-2], times, *x.shape[-2:])
    return wide.reshape(*x.shape[:-3], heads, *x.shape[-2:])


def _causal(scores: Tensor) -> Tensor:
    if isinstance(scores.data, MetaArray):
        return Tensor(MetaArray(scores.shape[-2:], "bool"))
    return Tensor(scores.backend.asarray(host.tri(*scores.shape[-2:], dtype=bool)))
