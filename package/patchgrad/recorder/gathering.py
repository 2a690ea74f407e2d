"""The eyes of a look: each notes one kind of fact while a step runs. Nothing is worked out that is not small.

`Looking` calls them; arrays stay on their device until the step is over.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.recorder.strided import strided
from patchgrad.tensor.tensor import Tensor

ROWS = 64
"""Of a batch whose units are looked at."""
PROBABILITIES = 1 << 16
"""Of a softmax that are looked at, at most about so many."""
LABELS = 1024
ACTIVATIONS = frozenset(
    {"ReLU", "ReLU6", "LeakyReLU", "PReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Softplus", "Tanh"}
    | {"Sigmoid", "Hardtanh", "Hardswish", "Hardsigmoid", "Softsign"}
)
"""Layers whose outputs count as units that may be dormant."""


def unit_axis(ndim: int) -> int:
    """The axis of the units: channels of images and features of vectors are axis 1, of sequences the last."""
    return 2 if ndim == 3 else 1


def rows_of(array: Any) -> Any:
    """Some rows of a batch, evenly strided."""
    return array[:: max(1, array.shape[0] // ROWS)]


def over_units(array: Any, reduce: str) -> Any:
    """``max`` or ``mean`` over all axes but that of the units."""
    units = unit_axis(array.ndim)
    return getattr(array, reduce)(axis=tuple(axis for axis in range(array.ndim) if axis != units))


def certainty(probabilities: Any, axis: int) -> Any:
    """The largest probability of some rows of a softmax; None where there is nothing to choose from."""
    if probabilities.shape[axis] < 2 or probabilities.size == 0:
        return None
    last = probabilities if axis in (-1, probabilities.ndim - 1) else probabilities.swapaxes(axis, -1)
    classes = last.shape[-1]
    rows = last.reshape(-1, classes)
    return rows[:: max(1, rows.shape[0] * classes // PROBABILITIES)].max(axis=1)


class Inputs:
    """What the model was given."""

    def __init__(self) -> None:
        self._entered = False
        self.sample: Any = None
        self.features: Any = None

    def enter(self, args: tuple[Any, ...]) -> None:
        """The first call of a step: that of the model, or of its first layer where the model's was not seen."""
        first = args[0] if args and not self._entered else None
        self._entered = True
        if not isinstance(first, Tensor):
            return
        array = first.data
        if not isinstance(array, MetaArray) and array.dtype.kind == "f" and array.size:
            self.sample = strided(array)
            self.features = rows_of(array).std(axis=0) if array.ndim == 2 and array.shape[0] > 1 else None


class Labels:
    """What a loss of classes was given."""

    def __init__(self) -> None:
        self.targets: Any = None
        self.classes = 0

    def forward(self, op: Any, inputs: tuple[Any, ...]) -> None:
        if op.name in ("cross_entropy", "nll_loss"):
            self._note(inputs, whole=True)
        elif op.name.startswith("binary_cross_entropy"):
            self._note(inputs, whole=False)

    def _note(self, inputs: tuple[Any, ...], *, whole: bool) -> None:
        output, target = inputs[0], inputs[1]
        if not isinstance(output, Tensor) or not isinstance(target, Tensor) or not target.data.size:
            return
        if whole and target.data.dtype.kind not in "iu":
            return
        self.targets = strided(target.data, LABELS)
        self.classes = output.data.shape[min(1, output.data.ndim - 1)] if whole else 2


class Terms:
    """The numbers of shape () that a step made, and the terms of the one that backward began from."""

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}

    def forward(self, node: Any, array: Any) -> None:
        if node is not None and array.shape == ():
            self._known[node.number] = array

    def value(self, node: Any) -> float | None:
        """The number that a node made, if it was one."""
        array = self._known.get(node.number)
        return None if array is None else float(array)

    def of(self, node: Any) -> dict[str, float]:
        """The terms of a sum, named after the ops that made them; empty where there is one only."""
        found: dict[str, float] = {}
        for name, value in self._terms(node, 1.0):
            count = 2
            while (label := name if name not in found else f"{name} {count}") in found:
                count += 1
            found[label] = value
        return found if len(found) > 1 else {}

    def _terms(self, node: Any, sign: float) -> list[tuple[str, float]]:
        parents = [parent for parent in node.parents if getattr(parent, "number", -1) in self._known]
        if node.op.name in ("add", "sub") and parents:
            signs = [sign if node.op.name == "add" or at == 0 else -sign for at in range(len(node.parents))]
            pairs = zip(node.parents, signs, strict=True)
            return [term for parent, s in pairs if parent in parents for term in self._terms(parent, s)]
        name = node
        while name.op.name in ("mul", "div", "neg") and len(inner := _nodes(name, self._known)) == 1:
            name = inner[0]
        return [(name.op.name, sign * float(self._known[node.number]))]


def _nodes(node: Any, known: dict[int, Any]) -> list[Any]:
    return [parent for parent in node.parents if getattr(parent, "number", -1) in known]
