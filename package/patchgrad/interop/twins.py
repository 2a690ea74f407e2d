"""Layers that both libraries have under one name: how to read the constructor's arguments off a built one.

Most arguments are attributes of the same name. The rest stands in ``READ``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from patchgrad.errors import GraphError

Rebuild = Callable[[Any], Any]
"""Turns something that a layer was made with (a tensor, a layer, a function) into the other library's."""
PLACE = ("self", "device", "dtype")
OLD = ("size_average", "reduce", "args", "kwargs", "_weight", "_freeze", "inplace", "bias")
"""Arguments that need no counterpart: PyTorch's own replacements exist, or they change no number."""


def _activation(layer: Any, rebuild: Rebuild) -> Any:
    return rebuild(layer.activation)


READ: dict[str, dict[str, Callable[[Any, Rebuild], Any]]] = {
    "PReLU": {"init": lambda layer, rebuild: 0.25},
    "PairwiseDistance": {"p": lambda layer, rebuild: getattr(layer, "norm", getattr(layer, "p", 2.0))},
    "MultiheadAttention": {"bias": lambda layer, rebuild: layer.in_proj_bias is not None},
    "TransformerEncoder": {
        "encoder_layer": lambda layer, rebuild: rebuild(layer.layers[0]),
        "norm": lambda layer, rebuild: None if layer.norm is None else rebuild(layer.norm),
        "mask_check": lambda layer, rebuild: True,
    },
    "TransformerDecoder": {
        "decoder_layer": lambda layer, rebuild: rebuild(layer.layers[0]),
        "norm": lambda layer, rebuild: None if layer.norm is None else rebuild(layer.norm),
    },
    "Transformer": {
        "custom_encoder": lambda layer, rebuild: rebuild(layer.encoder),
        "custom_decoder": lambda layer, rebuild: rebuild(layer.decoder),
    },
}
"""Class to argument to how it is read; all others are attributes."""
_BLOCK: dict[str, Callable[[Any, Rebuild], Any]] = {
    "d_model": lambda layer, rebuild: layer.self_attn.embed_dim,
    "nhead": lambda layer, rebuild: layer.self_attn.num_heads,
    "dim_feedforward": lambda layer, rebuild: layer.linear1.out_features,
    "dropout": lambda layer, rebuild: layer.dropout.p,
    "activation": _activation,
    "layer_norm_eps": lambda layer, rebuild: layer.norm1.eps,
    "batch_first": lambda layer, rebuild: layer.self_attn.batch_first,
    "bias": lambda layer, rebuild: layer.linear1.bias is not None,
}
READ["TransformerEncoderLayer"] = READ["TransformerDecoderLayer"] = _BLOCK


def rebuilt_layer(layer: Any, twin: type, rebuild: Rebuild) -> Any:
    """A layer of class ``twin`` made with the arguments that ``layer`` was made with; weights are its own.

    Errors
        GraphError  if ``layer`` was made with an argument that the twin does not have.
    """
    name = twin.__name__
    given = _arguments(type(layer))
    wanted = _arguments(twin) or given  # the recurrent layers of PyTorch name no arguments
    for argument, default in given.items():
        if argument not in wanted and argument not in OLD and argument not in READ.get(name, {}):
            value = getattr(layer, argument, default)
            if value != default:
                raise GraphError(f"{name} cannot be made with {argument}={value!r} on the other side")
    return twin(
        **{argument: _read(layer, name, argument, rebuild) for argument in wanted if _has(layer, name, argument)}
    )


def _arguments(kind: type) -> dict[str, Any]:
    """Arguments of the constructor with their defaults."""
    found = inspect.signature(kind.__init__).parameters.values()  # type: ignore[misc]
    named = (entry for entry in found if entry.kind not in (entry.VAR_POSITIONAL, entry.VAR_KEYWORD))
    return {entry.name: entry.default for entry in named if entry.name not in PLACE}


def _has(layer: Any, name: str, argument: str) -> bool:
    return argument in READ.get(name, {}) or hasattr(layer, argument)


def _read(layer: Any, name: str, argument: str, rebuild: Rebuild) -> Any:
    special = READ.get(name, {}).get(argument)
    if special is not None:
        return special(layer, rebuild)
    value = getattr(layer, argument)
    if argument == "bias" and not isinstance(value, bool):
        return value is not None
    return rebuild(value) if hasattr(value, "requires_grad") or callable(value) else value
