"""What could stand between two ports that do not fit: cards with their cost, cheapest and most exact first.

Exact and free (Flatten), then lossy (pooling), then learned (Linear, 1×1 Conv). Never put in silently.
"""

from __future__ import annotations

from typing import Any

import msgspec

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.cost import cost_text, layer_flops
from patchgrad.layergraph.graph import LayerNode
from patchgrad.layergraph.kind import SymbolicShape
from patchgrad.layergraph.probe import Inputs, Outcome, Spec, outcome, parameter_count
from patchgrad.layergraph.sizes import shape_text


class Card(msgspec.Struct, frozen=True):
    """One adapter, or a chain of them: kinds with settings, how many numbers it learns, and what it computes."""

    layers: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]
    parameters: int
    flops: int = 0

    @property
    def summary(self) -> str:
        """``Flatten, Linear 64 → 128``."""
        return ", ".join(f"{kind} {catalogue.find(kind).summary(dict(given))}".strip() for kind, given in self.layers)

    @property
    def text(self) -> str:
        """``Flatten, Linear 64 → 128 (+8,320 parameters, +16,640 FLOPs)``."""
        return f"{self.summary} ({cost_text(self.parameters, self.flops)})"


def cards(carried: Spec, target: LayerNode, at: int, inputs: Inputs) -> tuple[Card, ...]:
    """Adapters after which ``target`` takes what is carried into its input number ``at``."""
    fitting = [
        card
        for chain in _chains(carried, _wanted(target, at, inputs))
        if (card := _card(carried, chain, target, at, inputs))
    ]
    return tuple(sorted(fitting, key=lambda card: card.parameters))


Chain = tuple[tuple[str, dict[str, Any]], ...]


def _chains(carried: Spec, wanted: SymbolicShape | None) -> list[Chain]:
    """Candidates, whether they fit or not."""
    shape = carried.shape
    chains: list[Chain] = []
    if len(shape) > 2:
        chains.append((("Flatten", {}),))
    if len(shape) == 4:
        chains.append((("AdaptiveAvgPool2d", {"output_size": 1}), ("Flatten", {})))
        if wanted is not None and len(wanted) == 4 and isinstance(wanted[1], int):
            chains += _image_chains(shape, wanted)
    if wanted is not None and isinstance(wanted[-1], int):
        linear = ("Linear", {"out_features": wanted[-1]})
        chains.append((linear,))
        if len(shape) > 2:
            chains.append((("Flatten", {}), linear))
    return chains


def _image_chains(shape: SymbolicShape, wanted: SymbolicShape) -> list[Chain]:
    conv = ("Conv2d", {"out_channels": wanted[1], "kernel_size": 1, "padding": 0})
    same_size = shape[2:] == wanted[2:]
    if same_size:
        return [(conv,)]
    pool = ("AdaptiveAvgPool2d", {"output_size": wanted[2:]})
    return [(pool,), (pool, conv)] if all(isinstance(size, int) for size in wanted[2:]) else []


def _wanted(target: LayerNode, at: int, inputs: Inputs) -> SymbolicShape | None:
    """The shape that would fit, where the target says so: its settings, or what its other inputs carry."""
    settings = target.settings
    if target.kind == "Output":
        return None if settings["shape"] is None else ("N", *settings["shape"])
    if target.kind == "Linear":
        return ("N", settings["in_features"])
    if target.kind in ("LSTM", "MultiheadAttention", "LayerNorm", "Conv2d"):
        return None
    others = [spec for place, spec in enumerate(inputs) if spec is not None and place != at]
    return others[0].shape if others else None


def _card(carried: Spec, chain: Chain, target: LayerNode, at: int, inputs: Inputs) -> Card | None:
    """The chain with all its settings, if each link and then the target takes what it gets."""
    spec, cost, flops = carried, 0, 0
    made: list[tuple[str, tuple[tuple[str, Any], ...]]] = []
    for name, given in chain:
        kind = catalogue.find(name)
        settings = kind.fitting(given, {kind.inputs[0]: spec.shape})
        key = (name, *sorted(settings.items()))
        found = outcome(key, (spec,))
        if found.failed:
            return None
        flops += layer_flops(key, spec.shape, found.outputs[0].shape) or 0
        spec, cost = found.outputs[0], cost + parameter_count(key)
        made.append((name, tuple(settings.items())))
    taken = tuple(spec if place == at else other for place, other in enumerate(inputs))
    return None if takes(target, taken).failed else Card(tuple(made), cost, flops)


def takes(target: LayerNode, inputs: Inputs) -> Outcome:
    """What a node gives for these inputs with the settings it has."""
    if target.kind == "Output":
        wanted, spec = target.settings["shape"], inputs[0]
        if wanted is None or spec is None or spec.shape[1:] == wanted:
            return Outcome()
        return Outcome(title="another shape", want=shape_text(("N", *wanted)))
    return outcome(target.key, inputs)
