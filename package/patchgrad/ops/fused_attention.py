"""Attention as one op: nothing of the size of its map is kept, and the gradients compute the map anew.

Taken where there is one kernel for it (`attention.py` decides); elsewhere the parts are as fast, and can be looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ShapeError
from patchgrad.ops import shapes
from patchgrad.typing import Shape


def _scores(xp: Any, query: Any, key: Any, scale: float, causal: bool) -> Any:
    scores = xp.matmul(query * scale, xp.matrix_transpose(key))
    return xp.where(xp.tril(xp.ones_like(scores)) > 0, scores, -math.inf) if causal else scores


def _forward(xp: Any, query: Any, key: Any, value: Any, scale: float, causal: bool) -> Any:
    scores = _scores(xp, query, key, scale, causal)
    largest = xp.max(scores, axis=-1, keepdims=True)
    weights = xp.exp(scores - largest)
    total = xp.sum(weights, axis=-1, keepdims=True)
    return xp.matmul(weights / total, value), largest + xp.log(total)


def _rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any, ...]:
    """Source: Dao et al. 2022, FlashAttention, appendix B."""
    ct, ct_level = cts
    weights = xp.exp(_scores(xp, s.query, s.key, s.scale, s.causal) - s.level)
    inner: Any = 0.0
    dvalue = None
    if ct is not None:
        inner = xp.matmul(ct, xp.matrix_transpose(s.value)) - xp.sum(ct * s.y, axis=-1, keepdims=True)
        dvalue = xp.matmul(xp.matrix_transpose(weights), ct)
    if ct_level is not None:
        inner = inner + ct_level
    inner = weights * inner * s.scale
    return xp.matmul(inner, s.key), xp.matmul(xp.matrix_transpose(inner), s.query), dvalue


def _shape(query: Shape, key: Shape, value: Shape, **_: Any) -> tuple[Shape, ...]:
    same = query[:-2] == key[:-2] == value[:-2] and query[-1:] == key[-1:] and key[-2:-1] == value[-2:-1]
    if min(len(query), len(key), len(value)) < 2 or not same or not key[-2]:
        raise ShapeError(
            "query, key and value do not fit together",
            got=f"query {tuple(query)}, key {tuple(key)}, value {tuple(value)}",
            want="query (*, n, features), key (*, m, features), value (*, m, width)",
        )
    return (*query[:-1], value[-1]), (*query[:-1], 1)


def _cost(query: Shape, key: Shape, value: Shape, **_: Any) -> int:
    return 2 * shapes.count(query) * key[-2] + 2 * shapes.count(query[:-1]) * shapes.count(value[-2:])


def _samples(draw: Callable[..., Any]) -> list[Sample]:
    return [
        Sample((draw(2, 3, 4), draw(2, 5, 4), draw(2, 5, 2)), {"scale": 0.5, "causal": False}),
        Sample((draw(1, 2, 4, 3), draw(1, 2, 4, 3), draw(1, 2, 4, 3)), {"scale": 0.3, "causal": True}, "causal"),
    ]


FUSED_ATTENTION = define(
    "fused_attention",
    inputs=("query", "key", "value"),
    outputs=("y", "level"),
    forward=_forward,
    shape=_shape,
    dtype="normalized",
    saves=("query", "key", "value", "y", "level"),
    joint=_rule,
    cost=_cost,
    formula=r"\operatorname{softmax}(s\, Q K^\top) V",
    samples=_samples,
)
