"""What a forward pass changes besides the loss: buffers and random streams, kept so that it can be taken back.

Parameters need no keeping: only ``optimizer.step()`` changes them.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend.random import default_stream, stream_for
from patchgrad.nn import Module
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
    """Copies of a module's buffers and random streams. Buffers are small: statistics of batch norms."""

    def __init__(self, module: Module) -> None:
        self._buffers = list(module.buffers())
        self._layers = random_layers(module)
        self.take()

    def take(self) -> None:
        """Note how things stand."""
        self._values = [buffer.data.copy() for buffer in self._buffers]
        self._places = [place_of(layer) for layer in self._layers]
        self._default = (default_stream().key, default_stream().offset)

    def restore(self) -> None:
        """Bring back what ``take`` noted."""
        for buffer, value in zip(self._buffers, self._values, strict=True):
            put(buffer, value)
        for layer, place in zip(self._layers, self._places, strict=True):
            put_place(layer, place)
        default_stream().key, default_stream().offset = self._default
