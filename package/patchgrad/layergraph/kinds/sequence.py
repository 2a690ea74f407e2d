"""Layers that read sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.layergraph import fields as f
from patchgrad.layergraph import roles
from patchgrad.layergraph.kind import LayerKind, Settings, SymbolicShape
from patchgrad.layergraph.kinds.entry import layer
from patchgrad.layergraph.rules import arrow, from_axis, heads, same_as

BATCH_FIRST = f.switch("batch_first", True, "the batch is the first axis", ctor=False)


def _recurrent(name: str, stem: str, help: str, gates: int, *fields: f.Field, **rules: Any) -> LayerKind:
    """A recurrent layer; ``fields``: what it has besides the others. Gives the sequence, then its last states."""
    return layer(
        name, "sequence", stem, help,
        f.size("input_size", 64, "size of the vectors that come in"),
        f.size("hidden_size", 64, "size of the state"),
        f.size("num_layers", 1, f"{name}s on top of each other", ctor=1),
        *fields,
        f.switch("bias", True, "learned offsets"), BATCH_FIRST,
        f.number("dropout", 0.0, "part set to zero between layers while training", maximum=1),
        f.switch("bidirectional", False, "read from both ends"),
        axes=(3,), followers=("input_size",), follow=from_axis("input_size", -1, 3),
        mirror=same_as("hidden_size", "input_size"), width="hidden_size", roles=roles.recurrent(gates),
        summary_of=arrow("input_size", "hidden_size"),
        **{"outputs": ("y", "h"), "outs": tuple, "call": "{y}, {h} = {self}({x})", **rules},
    )  # fmt: skip


def _or(value: Any, other: Any) -> Any:
    return other if value is None else value


def _size(name: str, whose: str) -> f.Field:
    help = f"size of the vectors of {whose}; empty: that of the queries"
    return f.Field(name, "int", None, None, minimum=1, maximum=2**24, optional=True, help=help)


def _alike(settings: Settings) -> dict[str, Any]:
    """Keys and values of the size of the queries are the usual ones."""
    return {name: None for name in ("kdim", "vdim") if settings[name] == settings["embed_dim"]}


def _sizes(settings: Settings, shapes: Mapping[str, SymbolicShape]) -> dict[str, Any]:
    """The size of the queries; those of keys and values where they differ. Open ports take what stands before them."""
    query = shapes.get("query", ())
    key = shapes.get("key") or query
    value = shapes.get("value") or key
    if any(len(shape) != 3 or not isinstance(shape[-1], int) for shape in (query, key, value)):
        return {}
    size = query[-1]
    others = {"kdim": key[-1], "vdim": value[-1]}
    return {"embed_dim": size, **{name: None if other == size else other for name, other in others.items()}}


KINDS = (
    layer(
        "MultiheadAttention", "sequence", "attention", "Each position gathers from the others what its heads look for.",
        f.size("embed_dim", 64, "size of the vectors"),
        f.size("num_heads", 4, "heads; must divide the size"),
        f.number("dropout", 0.0, "part of the attention set to zero while training", maximum=1),
        f.switch("bias", True, "learned offsets"),
        f.switch("add_bias_kv", False, "one more key and value, learned"),
        f.switch("add_zero_attn", False, "one more key and value of zeros"),
        _size("kdim", "keys"), _size("vdim", "values"),
        BATCH_FIRST,
        inputs=("query", "key", "value"), optional=("key", "value"),
        axes=(3,), followers=("embed_dim", "kdim", "vdim"), follow=_sizes, mirror=heads, normal=_alike,
        ins=lambda values: (values[0], _or(values[1], values[0]), _or(values[2], _or(values[1], values[0]))),
        outs=lambda result: (result[0],), roles=roles.attention,
        call="{y}, _ = {self}({query}, {key}, {value})",
        summary_of=lambda s: f"{s['embed_dim']}, {s['num_heads']} heads",
    ),
    _recurrent(
        "LSTM", "lstm", "Reads a sequence step by step with a memory.", 4,
        f.Field("proj_size", "int", 0, 0, minimum=0, maximum=2**24, help="size of what it gives; 0: that of the state"),
        outputs=("y", "h", "c"), outs=lambda result: (result[0], *result[1]), call="{y}, ({h}, {c}) = {self}({x})",
    ),
    _recurrent("GRU", "gru", "Reads a sequence step by step; its state is its memory.", 3),
    _recurrent("RNN", "rnn", "Reads a sequence step by step: the plain form, for short ones.", 1,
               f.choice("nonlinearity", "tanh", ("tanh", "relu"), "what bounds the state")),
)  # fmt: skip
