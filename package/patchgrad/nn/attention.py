"""Attention with several heads."""

from __future__ import annotations

from typing import Any

from patchgrad.backend.random import Stream, stream_for
from patchgrad.errors import ShapeError
from patchgrad.nn import functional, init
from patchgrad.nn.arguments import counts, divides, probability
from patchgrad.nn.linear import Linear
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor


class MultiheadAttention(Module):
    """Each query looks at all keys and takes the mean of their values, in ``num_heads`` ways at once.

    Shapes
        query (length, batch, embed_dim), key and value (source length, batch, embed_dim), batch first with
        ``batch_first``; without batch: 2 axes
        ->  output like query, and the attention weights (batch, length, source length), averaged over the heads, or
        (batch, num_heads, length, source length) without ``average_attn_weights``; None without ``need_weights``
    Parameters
        in_proj_weight (3 * embed_dim, embed_dim): rows for queries, keys, values; xavier uniform
        in_proj_bias (3 * embed_dim,), zeros; out_proj.weight (embed_dim, embed_dim), out_proj.bias (embed_dim,)
    Source
        Vaswani et al. 2017, Attention is all you need.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        *,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        counts("MultiheadAttention", embed_dim=embed_dim, num_heads=num_heads)
        divides("MultiheadAttention", embed_dim=embed_dim, num_heads=num_heads)
        probability("MultiheadAttention", dropout=dropout)
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.stream_key: str | None = None
        self.stream: Stream | None = None
        place = {"device": device, "dtype": dtype}
        self.in_proj_weight = Parameter.empty((3 * embed_dim, embed_dim), **place)
        self.in_proj_bias = Parameter.empty((3 * embed_dim,), **place) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, **place)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        init.xavier_uniform_(self.in_proj_weight)
        self.out_proj.reset_parameters()
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        """Attend. Boolean masks are True where a key may *not* be looked at; others are added to the scores.

        Parameters
            key_padding_mask  (batch, source length)
            attn_mask         (length, source length) or (batch * num_heads, length, source length)
        """
        self._check(query, key, value)
        batched = query.ndim == 3
        q, k, v = (self._heads(x, part) for part, x in enumerate(map(self._batch_first, (query, key, value))))
        mask = self._mask(key_padding_mask, attn_mask, batch=q.shape[0])
        mixed, weights = self._attend(q, k, v, mask, need_weights)
        output = self.out_proj(mixed.transpose(1, 2).flatten(2))
        if not (self.batch_first or not batched):
            output = output.transpose(0, 1)
        if weights is not None and average_attn_weights:
            weights = weights.mean(1)
        return (output, weights) if batched else (output.squeeze(0), None if weights is None else weights.squeeze(0))

    def _attend(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, need_weights: bool
    ) -> tuple[Tensor, Tensor | None]:
        """Mixed values (batch, heads, length, head size) and weights (batch, heads, length, source length)."""
        if not need_weights and not (self.dropout and self.training):
            return functional.scaled_dot_product_attention(q, k, v, mask), None
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
        weights = functional.softmax(scores if mask is None else scores + mask, -1)
        if self.dropout and self.training:
            weights = functional.dropout(weights, self.dropout, stream=self._own_stream())
        return weights @ v, weights if need_weights else None

    def _batch_first(self, x: Tensor) -> Tensor:
        if x.ndim == 2:
            return x.unsqueeze(0)
        return x if self.batch_first else x.transpose(0, 1)

    def _heads(self, x: Tensor, part: int) -> Tensor:
        """Project (batch, length, embed_dim) and split it: (batch, heads, length, head size)."""
        rows = slice(part * self.embed_dim, (part + 1) * self.embed_dim)
        bias = None if self.in_proj_bias is None else self.in_proj_bias[rows]
        projected = functional.linear(x, self.in_proj_weight[rows], bias)
        return projected.unflatten(2, (self.num_heads, -1)).transpose(1, 2)

    def _mask(self, padding: Tensor | None, attention: Tensor | None, batch: int) -> Tensor | None:
        """Both masks as numbers to add to scores (batch, heads, length, source length)."""
        found: Tensor | None = None
        if padding is not None:
            rows = padding if padding.ndim == 2 else padding.unsqueeze(0)
            found = functional.additive_mask(rows, self.in_proj_weight).unsqueeze(1).unsqueeze(1)
        if attention is not None:
            added = functional.additive_mask(attention, self.in_proj_weight)
            added = added.unflatten(0, (batch, self.num_heads)) if added.ndim == 3 else added
            found = added if found is None else found + added
        return found

    def _check(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        fits = query.ndim == key.ndim == value.ndim and query.ndim in (2, 3) and key.shape == value.shape
        if not fits or any(x.shape[-1] != self.embed_dim for x in (query, key, value)):
            raise ShapeError(
                "MultiheadAttention cannot use its inputs",
                where=self.path,
                got=f"query: {query.shape}, key: {key.shape}, value: {value.shape}",
                want=f"3 axes (or 2 without batch) that end in embed_dim={self.embed_dim}, key and value alike",
            )

    def _own_stream(self) -> Stream:
        if self.stream is None:
            self.stream = stream_for(self.stream_key or self.path)
        return self.stream

    def extra_repr(self) -> str:
        return f"embed_dim={self.embed_dim}, num_heads={self.num_heads}"
