"""Which modules of a model count as layers, in what order they run, and whose parameter is whose.

In a module built from a layer graph every node's module carries ``node_uid``; elsewhere the layers
are the modules without children, under their path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: ``uid`` is the node's (or the path), ``name`` what a person calls it, ``kind`` its class."""

    uid: str
    name: str
    kind: str
    parameters: tuple[tuple[str, Parameter], ...]


class Layers:
    """The layers of a model as it is now. Holds parameters and ids of modules, not the model."""

    def __init__(self, model: Module) -> None:
        self.paths = {id(module): path for path, module in model.named_modules()}
        self.names = {id(kept): name for name, kept in (*model.named_parameters(), *model.named_buffers())}
        found = list(_layers(model))
        self.uids = {id(module): uid for uid, _, module in found}
        self._layers = {uid: _layer(uid, path, module) for uid, path, module in found}
        self._order = list(self._layers)

    def __iter__(self) -> Iterator[Layer]:
        """Layers by depth: in the order in which they ran last."""
        return (self._layers[uid] for uid in self._order)

    def __getitem__(self, uid: str) -> Layer:
        return self._layers[uid]

    def __contains__(self, uid: str) -> bool:
        return uid in self._layers

    def ran(self, order: list[str]) -> None:
        """Note in which order layers ran; those that did not run come last."""
        first = list(dict.fromkeys(order))
        if first != self._order[: len(first)]:
            ran = set(first)
            self._order = first + [uid for uid in self._order if uid not in ran]

    def path_of(self, module: Any) -> str:
        return self.paths.get(id(module), type(module).__name__)

    def name_of(self, tensor: Any) -> str:
        return self.names.get(id(tensor), "")


def _layers(model: Module) -> Iterator[tuple[str, str, Module]]:
    """(uid, path, module) of every layer."""
    named = [(path, module) for path, module in model.named_modules() if path]
    nodes = [(module.node_uid, path, module) for path, module in named if getattr(module, "node_uid", "")]
    if nodes:
        return iter(nodes)
    leaves = [(path, path, module) for path, module in named if not any(module.children())]
    return iter(leaves or [(type(model).__name__, "", model)])


def _layer(uid: str, path: str, module: Module) -> Layer:
    prefix = f"{path}." if path else ""
    parameters = tuple((prefix + name, parameter) for name, parameter in module.named_parameters())
    return Layer(uid, path.rsplit(".", 1)[-1] if uid != path else uid, type(module).__name__, parameters)
