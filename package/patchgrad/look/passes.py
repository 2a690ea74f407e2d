"""What runs for a closer look: one forward pass, with what some layers and ops put out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from patchgrad.autograd.state import no_grad, observing
from patchgrad.backend import backend_of, host
from patchgrad.errors import ArgumentError
from patchgrad.nn.keep import evaluating
from patchgrad.nn.module import Module
from patchgrad.tensor.tensor import Tensor


def to_host(tensor: Tensor) -> Any:
    """The numbers as a NumPy array."""
    return backend_of(tensor.data).to_host(tensor.data)


def layer_of(model: Module, name: str) -> Module:
    """A module by its path.

    Errors
        ArgumentError  if there is none.
    """
    modules = dict(model.named_modules())
    if name not in modules:
        raise ArgumentError(f"there is no layer {name!r}", want=f"one of {', '.join(filter(None, modules))}")
    return modules[name]


class _Outputs:
    """An observer that keeps the output of one module, and of every softmax by module path."""

    wants_maps = True
    """Attention is to run in parts here, softmax and all."""

    def __init__(self, model: Module, wanted: Module | None) -> None:
        self.output: Any = None
        self.softmaxes: dict[str, Any] = {}
        self._wanted = wanted
        self._paths = {id(module): path for path, module in model.named_modules()}
        self._open: list[str] = []

    def enter(self, module: Any, args: Any) -> None:
        self._open.append(self._paths.get(id(module), ""))

    def leave(self, module: Any, output: Any) -> None:
        if self._open:
            self._open.pop()
        if module is self._wanted:
            self.output = output[0] if isinstance(output, tuple) else output

    def forward(self, op: Any, attrs: Any, inputs: Any, outputs: Any, node: Any) -> None:
        if op.name == "softmax":
            self.softmaxes[self._open[-1] if self._open else ""] = to_host(outputs[0])

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None: ...


def outputs(model: Module, x: Any, layer: str | None = None) -> tuple[Any, dict[str, Any]]:
    """What a layer puts out for ``x`` (None without one), and the softmaxes by module path; on the host."""
    wanted = layer_of(model, layer) if layer is not None else None
    seen = _Outputs(model, wanted)
    with evaluating(model), no_grad(), observing(seen):
        model(*(x if isinstance(x, tuple) else (x,)))
    if wanted is not None and seen.output is None:
        raise ArgumentError(f"{layer} did not run", want="a layer that this input goes through")
    return (to_host(seen.output) if seen.output is not None else None), seen.softmaxes


def predictions(model: Module, batches: Iterable[Any]) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """(inputs, output, target) of each batch ``(x, y)``, without a tape, in evaluation mode."""
    with evaluating(model), no_grad():
        for x, y in batches:
            yield x, model(x), y


def tiles(images: Any) -> Any:
    """Pictures (n, height, width) side by side in a square with gaps of NaN, (rows, columns)."""
    count, height, width = images.shape
    side = int(host.ceil(host.sqrt(count)))
    sheet = host.full((-(-count // side) * (height + 1) - 1, side * (width + 1) - 1), host.nan)
    for place in range(count):
        top, left = place // side * (height + 1), place % side * (width + 1)
        sheet[top : top + height, left : left + width] = images[place]
    return sheet
