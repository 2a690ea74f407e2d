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
        query (length, batch, embed_dim), key (source length, batch, kdim), value (source length, batch, vdim), batch
        first with ``batch_first``; without batch: 2 axes
        ->  output like query, and the attention weights (batch, length, source length), averaged over the heads, or
        (batch, num_heads, length, source length) without ``average_attn_weights``; None without ``need_weights``
    Parameters
        in_proj_weight (3 * embed_dim, embed_dim): rows for queries, keys, values; xavier uniform
        or q_proj_weight, k_proj_weight, v_proj_weight (embed_dim, ...) where kdim or vdim differ
        in_proj_bias (3 * embed_dim,), zeros; out_proj.weight (embed_dim, embed_dim), out_proj.bias (embed_dim,)
        bias_k, bias_v (1, 1, embed_dim) with ``add_bias_kv``: one more key and value
    Source
        Vaswani et al. 2017, Attention is all you need.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
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
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.add_zero_attn = add_zero_attn
        self.stream_key: str | None = None
        self.stream: Stream | None = None
        place = {"device": device, "dtype": dtype}
        self._add_projections(place)
        self.in_proj_bias = Parameter.empty((3 * embed_dim,), **place) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, **place)
        self.bias_k = Parameter.empty((1, 1, embed_dim), **place) if add_bias_kv else None
        self.bias_v = Parameter.empty((1, 1, embed_dim), **place) if add_bias_kv else None
        self.reset_parameters()

    def _add_projections(self, place: dict[str, Any]) -> None:
        """One weight for queries, keys and values where all have embed_dim features, else one for each."""
        embed, alike = self.embed_dim, self.kdim == self.vdim == self.embed_dim
        shapes = {
            "q_proj_weight": (embed, embed),
            "k_proj_weight": (embed, self.kdim),
            "v_proj_weight": (embed, self.vdim),
        }
        if alike:
            self.in_proj_weight = Parameter.empty((3 * embed, embed), **place)
        for name, shape in shapes.items():
            self.register_parameter(name, None if alike else Parameter.empty(shape, **place))
        if not alike:
            self.register_parameter("in_proj_weight", None)

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        self.out_proj.reset_parameters()
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Attend. Boolean masks are True where a key may *not* be looked at; others are added to the scores.

        Parameters
            key_padding_mask  (batch, source length)
            attn_mask         (length, source length) or (batch * num_heads, length, source length)
            is_causal         says that attn_mask is the causal one, which is then needed
        """
        self._check(query, key, value)
        swap = self.batch_first and query.ndim == 3
        if swap:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        dropping = bool(self.dropout and self.training)
        output, weights = functional.multi_head_attention_forward(
            query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias,
            self.bias_k, self.bias_v, self.add_zero_attn, self.dropout, self.out_proj.weight, self.out_proj.bias,
            self.training, key_padding_mask, need_weights, attn_mask, self.q_proj_weight is not None,
            self.q_proj_weight, self.k_proj_weight, self.v_proj_weight,
            average_attn_weights=average_attn_weights, is_causal=is_causal,
            stream=self._own_stream() if dropping else None,
        )  # fmt: skip
        return (output.transpose(0, 1) if swap else output), weights

    def _check(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        fits = query.ndim == key.ndim == value.ndim and query.ndim in (2, 3) and key.shape[:-1] == value.shape[:-1]
        sizes = (query.shape[-1], key.shape[-1], value.shape[-1])
        if not fits or sizes != (self.embed_dim, self.kdim, self.vdim):
            raise ShapeError(
                "MultiheadAttention cannot use its inputs",
                where=self.path,
                got=f"query: {query.shape}, key: {key.shape}, value: {value.shape}",
                want=f"3 axes (or 2 without batch) that end in embed_dim={self.embed_dim}, kdim={self.kdim}, "
                f"vdim={self.vdim}; key and value of one length",
            )

    def _own_stream(self) -> Stream:
        if self.stream is None:
            self.stream = stream_for(self.stream_key or self.path)
        return self.stream

    def extra_repr(self) -> str:
        return f"embed_dim={self.embed_dim}, num_heads={self.num_heads}"
