"""A running average of the weights beside the network that is trained, carried along through every edit.

Its network has the same layer graph with layers of its own. An edit carries its weights exactly as those of the trained
one: overlaps stay, new units and layers begin as they are drawn there, what is put away comes back with undo.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

from patchgrad.errors import ArgumentError
from patchgrad.layergraph.build import build
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.stash import Stash
from patchgrad.layergraph.transplant import transplant
from patchgrad.nn import Module
from patchgrad.nn.parameter import overwrite
from patchgrad.optim.swa_utils import AveragedModel


class Carried(NamedTuple):
    """The averaged network after an edit, and what of it was put away."""

    module: Any
    stash: Stash


class Average:
    """The averages of a session.

    Fields
        model  an `AveragedModel`, whose ``module`` computes the layer graph with the averaged weights
    """

    def __init__(self, graph: LayerGraph, module: Any, model: AveragedModel, given: Module | None) -> None:
        self.model = model
        memo: dict[int, Any] = {}
        layers = {uid: deepcopy(layer, memo) for uid, layer in module.layers.items()}
        own = build(graph, layers)
        own.__dict__["training"] = module.training
        _take_values(own, module, model, given)
        model.module = own

    @property
    def module(self) -> Any:
        """The network with the averaged weights."""
        return self.model.module

    def update(self, module: Any) -> None:
        """Take the present weights in."""
        self.model.update_parameters(module)

    def carried(self, old: LayerGraph, new: LayerGraph, live: Any, stash: Stash, chosen: Any) -> Carried:
        """What an edit makes of the averages; nothing is changed yet."""
        made, _, gone = transplant(old, self.module, new, stash=stash, chosen=chosen)
        theirs = live.layers
        shared = [uid for uid, layer in made.layers.items() if layer is theirs.get(uid)]
        if shared:
            made = build(new, {**made.layers, **{uid: deepcopy(made.layers[uid]) for uid in shared}})
            made.__dict__["training"] = live.training
        return Carried(made, gone)

    def take(self, carried: Carried) -> None:
        """The edit was made."""
        self.model.module = carried.module

    def stand(self) -> tuple[Any, Any]:
        """The network, and how many steps it has seen; its numbers lie with the mark."""
        return self.module, self.model.n_averaged.data.copy()

    def return_to(self, stand: tuple[Any, Any]) -> None:
        """Stand as at the mark."""
        self.model.module, count = stand
        overwrite(self.model.n_averaged, count)


def made(average: Any, graph: LayerGraph, module: Any, model: Any) -> Average | None:
    """The averages of a new session, from an `AveragedModel` of its model or a function that makes one."""
    if average is None:
        return None
    given = model if isinstance(model, Module) else None
    found = average if isinstance(average, AveragedModel) or not callable(average) else average(module)
    if not isinstance(found, AveragedModel):
        raise ArgumentError(
            "a session cannot keep this as its average",
            got=type(found).__name__,
            want="an AveragedModel of the model, or a function of the model that makes one",
            hint="average=lambda m: swa_utils.AveragedModel(m, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.999))",
        )
    return Average(graph, module, found, None if found is not average else given)


def _take_values(own: Any, module: Any, model: AveragedModel, given: Module | None) -> None:
    """The averages that a model of the user's own has seen so far, parameter by parameter."""
    if given is None:
        return
    pairs = dict(zip(map(id, given.parameters()), model.module.parameters(), strict=True))
    for mine, live in zip(own.parameters(), module.parameters(), strict=True):
        if id(live) in pairs:
            overwrite(mine, pairs[id(live)].data)
