"""What a forward pass changes besides its result, kept so that it can be taken back: buffers and random streams.

Parameters are changed by ``optimizer.step()`` alone, but for layers that write into their own weights as they compute:
an Embedding with ``max_norm``, or a class of the user's. A pass that is no step of the training keeps those too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.backend.random import default_stream, stream_for
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import put

Place = tuple[int, int] | None
"""Key and offset of a random stream; None where the layer has not drawn yet."""


def random_layers(module: Module) -> list[Any]:
    """The layers at and below ``module`` that own a random stream."""
    return [layer for layer in module.modules() if "stream" in layer.__dict__]


def place_of(layer: Any) -> Place:
    """Where the random stream of a layer stands."""
    return None if layer.stream is None else (layer.stream.key, layer.stream.offset)


def put_place(layer: Any, place: Place) -> None:
    """Let the random stream of a layer stand there again."""
    if place is None:
        layer.stream = None
        return
    if layer.stream is None:
        layer.stream = stream_for(layer.stream_key or layer.path)
    layer.stream.key, layer.stream.offset = place


class Keep:
    """Copies of a module's buffers and random streams. Buffers are small: statistics of batch norms.

    ``weights``: of the parameters too that a forward pass may write to; for a table of embeddings that is much.
    """

    def __init__(self, module: Module, *, weights: bool = False) -> None:
        self._tensors = [*module.buffers(), *(writable(module) if weights else ())]
        self._layers = random_layers(module)
        self.take()

    def take(self) -> None:
        """Note how things stand."""
        self._values = [None if isinstance(held.data, MetaArray) else held.data.copy() for held in self._tensors]
        self._places = [place_of(layer) for layer in self._layers]
        self._default = (default_stream().key, default_stream().offset)

    def restore(self) -> None:
        """Bring back what ``take`` noted."""
        for held, value in zip(self._tensors, self._values, strict=True):
            if value is not None:
                put(held, value)
        for layer, place in zip(self._layers, self._places, strict=True):
            put_place(layer, place)
        default_stream().key, default_stream().offset = self._default


def writable(module: Module) -> list[Tensor]:
    """The parameters that a forward pass may write to: of layers with ``max_norm``, of classes not ours."""
    found: dict[int, Tensor] = {}
    for layer in module.modules():
        if not type(layer).__module__.startswith("patchgrad."):
            found |= {id(parameter): parameter for parameter in layer.parameters()}
        elif getattr(layer, "max_norm", None) is not None:
            found |= {id(parameter): parameter for parameter in layer.parameters(recurse=False)}
    return list(found.values())


@contextmanager
def evaluating(module: Module) -> Iterator[None]:
    """Every layer in evaluation mode inside the block. Afterwards modes, buffers, weights and streams are as before."""
    modes, keep = [(child, child.training) for child in module.modules()], Keep(module, weights=True)
    for child, _ in modes:
        child.__dict__["training"] = False
    try:
        yield
    finally:
        for child, training in modes:
            child.__dict__["training"] = training
        keep.restore()
