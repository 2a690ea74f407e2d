"""Layers of transformers, of attention and two linear maps, and stacks of them. The whole: ``transformer.py``."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from patchgrad.backend import host
from patchgrad.nn import functional
from patchgrad.nn.arguments import choice
from patchgrad.nn.attention import MultiheadAttention
from patchgrad.nn.containers import ModuleList
from patchgrad.nn.dropout import Dropout
from patchgrad.nn.linear import Linear
from patchgrad.nn.module import Module
from patchgrad.nn.norm import LayerNorm
from patchgrad.tensor import Tensor

Activation = str | Callable[[Tensor], Tensor]


class _Layer(Module):
    """What layers of encoder and decoder share: the two linear maps, and norms before or after each part."""

    norm_first: bool
    activation: Callable[[Tensor], Tensor]
    linear1: Linear
    linear2: Linear
    dropout: Dropout

    def _add_maps(self, d_model: int, width: int, dropout: float, bias: bool, place: dict[str, Any]) -> None:
        self.linear1 = Linear(d_model, width, bias=bias, **place)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(width, d_model, bias=bias, **place)

    def _add_norms(
        self, count: int, d_model: int, dropout: float, eps: float, bias: bool, place: dict[str, Any]
    ) -> None:
        for number in range(1, count + 1):
            setattr(self, f"norm{number}", LayerNorm(d_model, eps=eps, bias=bias, **place))
        for number in range(1, count + 1):
            setattr(self, f"dropout{number}", Dropout(dropout))

    def _joined(self, x: Tensor, number: int, part: Callable[[Tensor], Tensor]) -> Tensor:
        """``x`` plus what a part makes of it, normalised before or after."""
        norm, drop = getattr(self, f"norm{number}"), getattr(self, f"dropout{number}")
        return x + drop(part(norm(x))) if self.norm_first else norm(x + drop(part(x)))

    def _maps(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_Layer):
    """Self-attention, then two linear maps with an activation between; each added to its input and normalised.

    Shapes
        src (length, batch, d_model), or batch first with ``batch_first``; without batch 2 axes  ->  the same
    Settings
        nhead            heads of the attention
        dim_feedforward  width between the linear maps
        activation       "relu", "gelu" or a function
        norm_first       normalise before each part instead of after
    Source
        Vaswani et al. 2017, Attention is all you need; Xiong et al. 2020 for norms first.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = functional.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        place = {"device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **place)
        self._add_maps(d_model, dim_feedforward, dropout, bias, place)
        self._add_norms(2, d_model, dropout, layer_norm_eps, bias, place)
        self.norm_first = norm_first
        self.activation = _function("TransformerEncoderLayer", activation)

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """Encode. ``src_mask``, ``src_key_padding_mask`` as in `MultiheadAttention`; ``is_causal`` makes a mask."""
        mask = _mask(self.self_attn, src, src_mask, is_causal)
        x = self._joined(src, 1, lambda x: _attend(self.self_attn, x, x, mask, src_key_padding_mask))
        return self._joined(x, 2, self._maps)


class TransformerDecoderLayer(_Layer):
    """Self-attention, attention to an encoder's output, then two linear maps; each added to its input and normalised.

    Shapes
        tgt (length, batch, d_model), memory (source length, batch, d_model), or batch first with ``batch_first``;
        without batch 2 axes  ->  like tgt
    Settings
        as for `TransformerEncoderLayer`
    Source
        Vaswani et al. 2017, Attention is all you need.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = functional.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        place = {"device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **place)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **place)
        self._add_maps(d_model, dim_feedforward, dropout, bias, place)
        self._add_norms(3, d_model, dropout, layer_norm_eps, bias, place)
        self.norm_first = norm_first
        self.activation = _function("TransformerDecoderLayer", activation)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Decode ``tgt`` with a look at ``memory``; masks as in `MultiheadAttention`."""
        own = _mask(self.self_attn, tgt, tgt_mask, tgt_is_causal)
        other = _mask(self.multihead_attn, tgt, memory_mask, memory_is_causal, memory)
        x = self._joined(tgt, 1, lambda x: _attend(self.self_attn, x, x, own, tgt_key_padding_mask))
        x = self._joined(x, 2, lambda x: _attend(self.multihead_attn, x, memory, other, memory_key_padding_mask))
        return self._joined(x, 3, self._maps)


class _Stack(Module):
    """Copies of a layer, one after the other, and a norm at the end."""

    def __init__(self, layer: Module, num_layers: int, norm: Module | None) -> None:
        super().__init__()
        self.layers = ModuleList(deepcopy(layer) for _ in range(num_layers))
        self.num_layers = num_layers
        self.norm = norm

    def _through(self, x: Tensor, *context: Any) -> Tensor:
        for layer in self.layers:
            x = layer(x, *context)
        return x if self.norm is None else self.norm(x)


class TransformerEncoder(_Stack):
    """``num_layers`` copies of a `TransformerEncoderLayer`, and a norm at the end if one is given."""

    def __init__(
        self,
        encoder_layer: TransformerEncoderLayer,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__(encoder_layer, num_layers, norm)
        self.enable_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        return self._through(src, mask, src_key_padding_mask, bool(is_causal))


class TransformerDecoder(_Stack):
    """``num_layers`` copies of a `TransformerDecoderLayer`, and a norm at the end if one is given."""

    def __init__(self, decoder_layer: TransformerDecoderLayer, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        padding = (tgt_key_padding_mask, memory_key_padding_mask)
        return self._through(tgt, memory, tgt_mask, memory_mask, *padding, bool(tgt_is_causal), memory_is_causal)


def _function(layer: str, activation: Activation) -> Callable[[Tensor], Tensor]:
    if isinstance(activation, str):
        choice(layer, ("relu", "gelu"), activation=activation)
        return functional.relu if activation == "relu" else functional.gelu
    return activation


def _attend(
    attention: MultiheadAttention, x: Tensor, source: Tensor, mask: Tensor | None, padding: Tensor | None
) -> Tensor:
    found, _ = attention(x, source, source, key_padding_mask=padding, attn_mask=mask, need_weights=False)
    return found


def _mask(
    attention: MultiheadAttention, x: Tensor, mask: Tensor | None, is_causal: bool, source: Tensor | None = None
) -> Tensor | None:
    """The given mask; or, if only ``is_causal`` is said, True above the diagonal."""
    if mask is not None or not is_causal:
        return mask
    axis = 1 if attention.batch_first and x.ndim == 3 else 0
    rows, columns = x.shape[axis], (x if source is None else source).shape[axis]
    return Tensor(x.backend.asarray(host.triu(host.ones((rows, columns), dtype=bool), 1)))
