"""A transformer: an encoder and a decoder. Their layers: ``transformer_layers.py``."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import get_backend, host
from patchgrad.backend.dtype import as_dtype, get_default_dtype
from patchgrad.nn import functional, init
from patchgrad.nn.module import Module
from patchgrad.nn.norm import LayerNorm
from patchgrad.nn.transformer_layers import (
    Activation,
    TransformerDecoder,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
)
from patchgrad.tensor import Tensor


class Transformer(Module):
    """An encoder and a decoder that looks at its output.

    Shapes
        src (source length, batch, d_model), tgt (length, batch, d_model), or batch first with ``batch_first``
        ->  like tgt
    Source
        Vaswani et al. 2017, Attention is all you need.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = functional.relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        place = {"device": device, "dtype": dtype}
        settings = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)

        def end() -> LayerNorm:
            return LayerNorm(d_model, eps=layer_norm_eps, bias=bias, **place)

        self.encoder = custom_encoder or TransformerEncoder(
            TransformerEncoderLayer(*settings, **place), num_encoder_layers, end()
        )
        self.decoder = custom_decoder or TransformerDecoder(
            TransformerDecoderLayer(*settings, **place), num_decoder_layers, end()
        )
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        masks = (tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)
        return self.decoder(tgt, memory, *masks, tgt_is_causal, memory_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """A mask to add to scores: minus infinity where a key comes after the query, 0 elsewhere: (sz, sz)."""
        kind = get_default_dtype() if dtype is None else as_dtype(dtype)
        return Tensor(get_backend(device).asarray(host.triu(host.full((sz, sz), -host.inf, kind.numpy), 1)))
