"""Attention with several heads as one function, projections included. A composition of other ops."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.backend.random import Stream
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import filled
from patchgrad.ops.activation import softmax
from patchgrad.ops.arrange import pad
from patchgrad.ops.attention import scaled_dot_product_attention
from patchgrad.ops.dropout import dropout
from patchgrad.ops.linalg import linear
from patchgrad.ops.movement import cat
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed


def multi_head_attention_forward(
    query: Any,
    key: Any,
    value: Any,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Any,
    in_proj_bias: Any,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Any,
    out_proj_bias: Any,
    training: bool = True,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Any = None,
    k_proj_weight: Any = None,
    v_proj_weight: Any = None,
    static_k: Any = None,
    static_v: Any = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
    *,
    stream: Stream | None = None,
) -> tuple[Tensor, Tensor | None]:
    """Each query looks at all keys and takes the mean of their values, in ``num_heads`` ways at once.

    Shapes
        query (length, batch, embed), key (source, batch, key size), value (source, batch, value size); without batch:
        2 axes. in_proj_weight (3 embed, embed), or q_proj_weight (embed, embed), k_proj_weight (embed, key size),
        v_proj_weight (embed, value size); in_proj_bias (3 embed,); bias_k, bias_v (1, 1, embed)
        ->  (length, batch, embed), and the weights (batch, length, source), or (batch, heads, length, source) without
        ``average_attn_weights``; None without ``need_weights``
    Parameters
        key_padding_mask  (batch, source): True where a key may not be looked at, or numbers added to the scores
        attn_mask         (length, source) or (batch * heads, length, source), the same
        bias_k, bias_v    one more key and value, learned
        add_zero_attn     one more key and value of zeros
        static_k          (batch * heads, source, head size) keys instead of those projected; static_v: values
        is_causal         says that attn_mask is the causal one, which is then needed
    Source
        Vaswani et al. 2017, Attention is all you need.
    """
    batched = _check(query, key, value, embed_dim_to_check, num_heads)
    if is_causal and attn_mask is None:
        raise placed(ArgumentError("is_causal only describes a mask", got="attn_mask=None", hint="give attn_mask too"))
    if not batched:
        query, key, value = (x.unsqueeze(1) for x in (query, key, value))
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    weights = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else in_proj_weight.chunk(3, 0)
    biases = (None,) * 3 if in_proj_bias is None else in_proj_bias.chunk(3, 0)
    q, k, v = (linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True))
    more = 0
    if bias_k is not None and bias_v is not None:
        k, v = (cat([x, one.expand(1, *x.shape[1:])], 0) for x, one in ((k, bias_k), (v, bias_v)))
        more += 1
    q = _split(q, num_heads)
    k = _split(k, num_heads) if static_k is None else static_k.unflatten(0, (-1, num_heads))
    v = _split(v, num_heads) if static_v is None else static_v.unflatten(0, (-1, num_heads))
    if add_zero_attn:
        k, v = (cat([x, _zeros(x)], 2) for x in (k, v))
        more += 1
    mask = _mask(key_padding_mask, attn_mask, q, k, more)
    chance = dropout_p if training else 0.0
    mixed, looks = _attend(q, k, v, mask, chance, need_weights, stream)
    output: Any = linear(mixed.permute(2, 0, 1, 3).flatten(2), out_proj_weight, out_proj_bias)
    if looks is not None and average_attn_weights:
        looks = looks.mean(1)
    return (output, looks) if batched else (output.squeeze(1), None if looks is None else looks.squeeze(0))


def _check(query: Any, key: Any, value: Any, embed: int, heads: int) -> bool:
    """Are the inputs a batch? Raises ShapeError where they do not fit together."""
    fits = query.ndim == key.ndim == value.ndim and query.ndim in (2, 3) and key.shape[:-1] == value.shape[:-1]
    if not fits or query.shape[-1] != embed or (query.ndim == 3 and query.shape[1] != key.shape[1]):
        raise placed(
            ShapeError(
                "attention cannot use its inputs",
                got=f"query {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}",
                want=f"3 axes (or 2 without batch), the query's ending in {embed}, key and value alike",
            )
        )
    if embed % heads:
        raise placed(ShapeError("the heads cannot share the features", got=f"embed_dim {embed}, num_heads {heads}"))
    return query.ndim == 3


def _split(x: Any, heads: int) -> Any:
    """(length, batch, embed) -> (batch, heads, length, head size)."""
    return x.unflatten(2, (heads, -1)).permute(1, 2, 0, 3)


def _zeros(x: Any) -> Any:
    shape = (*x.shape[:2], 1, x.shape[3])
    return (
        Tensor(MetaArray(shape, x.data.dtype))
        if isinstance(x.data, MetaArray)
        else filled.zeros(*shape, dtype=x.dtype, device=str(x.device))
    )


def _mask(padding: Any, attention: Any, q: Any, k: Any, more: int) -> Any:
    """Both masks as numbers to add to the scores, (batch, heads, length, source); None where there is none."""
    found = None
    if padding is not None:
        found = _wider(additive_mask(padding, q), more).unsqueeze(1).unsqueeze(1)
    if attention is not None:
        added = _wider(additive_mask(attention, q), more)
        if added.ndim == 3:
            added = added.unflatten(0, tuple(q.shape[:2]))
        wanted = (q.shape[2], k.shape[2])
        if tuple(added.shape[-2:]) != wanted:
            raise placed(
                ShapeError(
                    "attn_mask does not fit",
                    got=f"{tuple(attention.shape)}",
                    want=f"(length, source) or (batch * heads, length, source), here length {wanted[0]}",
                )
            )
        found = added if found is None else found + added
    return found


def _wider(mask: Any, more: int) -> Any:
    return pad(mask, (0, more)) if more else mask


def additive_mask(mask: Any, like: Any) -> Any:
    """A mask to add to scores: minus infinity where a boolean mask is True; any other mask as it is."""
    if mask.dtype.name != "bool":
        return mask
    if isinstance(mask.data, MetaArray):
        return Tensor(MetaArray(mask.shape, like.data.dtype))
    xp = mask.backend.xp
    return Tensor(xp.where(mask.data, -xp.inf, 0.0).astype(like.data.dtype))


def _attend(
    q: Any, k: Any, v: Any, mask: Any, chance: float, need_weights: bool, stream: Stream | None
) -> tuple[Any, Any]:
    """Mixed values (batch, heads, length, head size) and weights (batch, heads, length, source)."""
    if not need_weights:
        return scaled_dot_product_attention(q, k, v, mask, chance, stream=stream), None
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
    looks = dropout(softmax(scores if mask is None else scores + mask, -1), chance, stream=stream)
    return looks @ v, looks  # type: ignore[operator]
