"""The observer of a sampled step: takes strided samples of what layers put out, and times itself."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.recorder.events import Trace
from patchgrad.recorder.layers import Layers
from patchgrad.recorder.strided import strided, to_host
from patchgrad.tensor.tensor import Tensor

ROWS = 64
"""Of a batch whose peaks are taken."""


class Waiting:
    """The observer of a step of which only the gradients are measured: it waits for the update."""

    def __init__(self, on_update: Callable[[], None]) -> None:
        self._on_update = on_update

    def enter(self, module: Any, args: tuple[Any, ...]) -> None:
        pass

    def leave(self, module: Any, output: Any) -> None:
        pass

    def forward(self, *what: Any) -> None:
        pass

    def backward(self, *what: Any) -> None:
        pass

    def updated(self, optimizer: Any) -> None:
        self._on_update()


class Looking:
    """Watches one step; ``trace`` may be None.

    Fields
        seconds  what it cost
        loss     the number that backward began from; None if there was none
    """

    def __init__(self, layers: Layers, trace: Trace | None, on_update: Callable[[], None] | None = None) -> None:
        self.seconds = 0.0
        self.loss: float | None = None
        self.trace = trace
        self._on_update = on_update
        self._scalar: tuple[int, Any] | None = None
        self._layers = layers
        self._samples: dict[str, Any] = {}
        self._peaks: dict[str, Any] = {}
        self._order: list[str] = []

    def enter(self, module: Any, args: tuple[Any, ...]) -> None:
        begin = perf_counter()
        uid = self._layers.uids.get(id(module))
        if uid is not None:
            self._order.append(uid)
        if self.trace is not None:
            self.trace.enter(module, args)
        self.seconds += perf_counter() - begin

    def leave(self, module: Any, output: Any) -> None:
        begin = perf_counter()
        uid = self._layers.uids.get(id(module))
        tensor = output[0] if isinstance(output, tuple) and output else output
        if uid is not None and isinstance(tensor, Tensor) and not isinstance(tensor.data, MetaArray):
            self._sample(uid, type(module).__name__, tensor.data)
        if self.trace is not None:
            self.trace.leave(module, output)
        self.seconds += perf_counter() - begin

    def forward(
        self, op: Any, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...], node: Any
    ) -> None:
        begin = perf_counter()
        if self.trace is not None:
            self.trace.forward(op, attrs, inputs, outputs, node)
        if node is not None and outputs[0].data.shape == ():
            self._scalar = (node.number, outputs[0].data)
        self.seconds += perf_counter() - begin

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        if self.loss is None and self._scalar is not None and self._scalar[0] == node.number:
            self.loss = float(self._scalar[1])
        if self.trace is not None:
            self.trace.backward(node, cotangents, gradients)

    def updated(self, optimizer: Any) -> None:
        """An optimizer has moved its parameters."""
        if self._on_update is not None:
            self._on_update()

    def wrote(self, target: Any, result: Any) -> None:
        if self.trace is not None:
            self.trace.wrote(target, result)

    def copied(self, root: Any) -> None:
        if self.trace is not None:
            self.trace.copied(root)

    def _sample(self, uid: str, kind: str, array: Any) -> None:
        if array.dtype.kind != "f" or array.size == 0:
            return
        self._samples[uid] = strided(array)
        if kind == "ReLU" and array.ndim > 1:
            rows = array[:: max(1, array.shape[0] // ROWS)]
            units = unit_axis(array.ndim)
            self._peaks[uid] = rows.max(axis=tuple(axis for axis in range(rows.ndim) if axis != units))

    def finish(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Samples of the outputs and peaks of the units on the host, by layer uid."""
        self._layers.ran(self._order)
        arrays = to_host([*self._samples.values(), *self._peaks.values()])
        cut = len(self._samples)
        return (
            dict(zip(self._samples, arrays[:cut], strict=True)),
            dict(zip(self._peaks, arrays[cut:], strict=True)),
        )


def unit_axis(ndim: int) -> int:
    """The axis of the units: channels of images and features of vectors are axis 1, of sequences the last."""
    return 2 if ndim == 3 else 1
