"""Every kind of layer that a layer graph may hold. To add one: a layer in ``nn``, an entry in ``kinds/``.

Ports of layers with several inputs or outputs: joins take ``a`` and ``b`` (one may stay open:
it then counts as not there), comparisons and Bilinear need ``x1`` and ``x2``; MultiheadAttention takes ``query``,
and ``key`` and ``value`` that follow it where open (self-attention), and gives ``y``; RNN and GRU give ``y`` and the
last state ``h``, LSTM ``y``, and the last states ``h`` and ``c``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from patchgrad import nn
from patchgrad.errors import GraphError
from patchgrad.layergraph.graph import LayerNode
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.kinds import (
    activation,
    calculation,
    convolution,
    delay,
    ends,
    join,
    linear,
    norm,
    pooling,
    sequence,
    shape,
)

FAMILIES = (ends, linear, convolution, activation, norm, pooling, shape, join, calculation, sequence, delay)
KINDS: dict[str, LayerKind] = {
    entry.name: entry for entry in (*(entry for family in FAMILIES for entry in family.KINDS), ends.CLOSED)
}
OWN: dict[type, LayerKind] = {}
"""Classes of the user's own, entered by ``own.py``."""
ELSEWHERE: list[Callable[[str], LayerKind | None]] = []
"""Where a kind is looked for that is not here: each gives it, or None."""
LEFT_OUT = {
    "RNNCell": "one step of a loop inside a layer; RNN goes through the whole sequence, a Delay from step to step",
    "GRUCell": "one step of a loop; GRU goes through the whole sequence",
    "LSTMCell": "one step of a loop; LSTM goes through the whole sequence",
    **{
        f"MaxUnpool{axes}d": "takes the places of the maxima, which no layer of the catalogue gives"
        for axes in (1, 2, 3)
    },
    "RNNBase": "what RNN, GRU and LSTM have in common",
    "RNNCellBase": "what their cells have in common",
    "LazyLinear": "is a Linear after its first batch",
    **{
        f"Lazy{kind}{axes}d": f"is a {kind}{axes}d after its first batch"
        for kind in ("BatchNorm", "Conv", "ConvTranspose", "InstanceNorm")
        for axes in (1, 2, 3)
    },
    "TransformerEncoderLayer": "layers with shortcuts, each of which is in the catalogue",
    "TransformerDecoderLayer": "layers with shortcuts, each of which is in the catalogue",
    "TransformerEncoder": "made of another module, not of settings",
    "TransformerDecoder": "made of another module, not of settings",
    "Transformer": "an encoder and a decoder, made of other modules",
}
"""Layers of ``nn`` that are no kind, and why. In a traced model they are opened, or closed as a whole."""


def kinds() -> Mapping[str, LayerKind]:
    """All kinds by name, in the order of the palette."""
    return KINDS


def find(name: str) -> LayerKind:
    """The kind of this name; GraphError with the nearest names if there is none."""
    try:
        return KINDS[name]
    except KeyError:
        found = next((kind for look in ELSEWHERE if (kind := look(name)) is not None), None)
        if found is not None:
            return found
        near = [known for known in KINDS if name.lower()[:3] in known.lower()] or list(KINDS)
        raise GraphError(
            f"there is no layer kind {str(name)[:40]!r}", got=repr(str(name)[:40]), hint=f"known: {', '.join(near)}"
        ) from None


def by_class() -> Mapping[type, LayerKind]:
    """All kinds that have a class, by that class."""
    found = ((getattr(nn, entry.name, None) if entry.layer else None, entry) for entry in KINDS.values())
    return {cls: entry for cls, entry in found if cls is not None} | OWN


def inputs_of(node: LayerNode) -> tuple[str, ...]:
    """The input ports of a node: those of its kind; of a closed one, as many as its module takes."""
    return _numbered("x", node.settings["inputs"]) if node.kind == "Closed" else find(node.kind).inputs


def outputs_of(node: LayerNode) -> tuple[str, ...]:
    """The output ports of a node."""
    return _numbered("y", node.settings["outputs"]) if node.kind == "Closed" else find(node.kind).outputs


def _numbered(letter: str, count: int) -> tuple[str, ...]:
    return (letter,) if count == 1 else tuple(f"{letter}{number}" for number in range(1, count + 1))
