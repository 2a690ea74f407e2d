"""Where something happened: the layer by its path, and the user's line. And what numbers were there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from patchgrad.autograd.node import Node
from patchgrad.autograd.provenance import Position
from patchgrad.autograd.state import Observer, state
from patchgrad.backend import backend_of, host
from patchgrad.tensor import Tensor
from patchgrad.tensor.worlds import as_tensor


class Places(Observer):
    """An observer that learns the paths of layers as they run."""

    def __init__(self) -> None:
        self.paths: dict[int, tuple[Any, str]] = {}

    def enter(self, module: Any, args: tuple[Any, ...]) -> None:
        self.paths.setdefault(id(module), (module, module.path))

    def layer(self, module: Any = None) -> str:
        """The path of a layer, by default of the one that runs now."""
        module = module if module is not None or not state.scope else state.scope[-1]
        if module is None:
            return ""
        return self.paths[id(module)][1] if id(module) in self.paths else type(module).__name__


def place(layer: str, position: Position) -> str:
    """A layer and a line as text."""
    line = f"{position}: {position.text}" if position.text else str(position) if position.line else ""
    return ", ".join(part for part in (layer, line) if part) or "an unknown place"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What an array held, in short: its name in the op, shape, and the range of its finite numbers."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    min: float
    max: float
    nan: int
    inf: int

    def __str__(self) -> str:
        wrong = [f"{count} {word}" for count, word in ((self.nan, "NaN"), (self.inf, "inf")) if count]
        extent = f"from {self.min:.4g} to {self.max:.4g}" if self.min <= self.max else "no finite number"
        return f"{self.name} {self.shape} {self.dtype}, {extent}{', ' if wrong else ''}{' and '.join(wrong)}"


def numbers(name: str, value: Any) -> Numbers:
    """The short description of a tensor, array or Python number."""
    if isinstance(value, int | float | complex):
        return Numbers(name, (), type(value).__name__, float(abs(value)), float(abs(value)), 0, 0)
    tensor = as_tensor(value)
    array = host.asarray(tensor.backend.to_host(tensor.data))
    array = array if array.dtype.kind in "fciub" else array.astype("float32")
    finite = host.isfinite(array)
    known = host.abs(array[finite]) if array.dtype.kind == "c" else array[finite]
    low, high = (float(known.min()), float(known.max())) if known.size else (float("inf"), float("-inf"))
    nan = int(host.isnan(array).sum())
    return Numbers(name, tensor.shape, tensor.dtype.name, low, high, nan, int((~finite).sum()) - nan)


def named_inputs(op: Any, inputs: Any) -> list[tuple[str, Any]]:
    """An op's inputs with their names in the op; tensors and numbers only."""
    names = [f"{op.inputs[0]}[{i}]" for i in range(len(inputs))] if op.variadic else op.inputs
    pairs = zip(names, inputs, strict=False)
    return [(name, entry) for name, entry in pairs if isinstance(entry, Tensor | int | float | complex)]


def state_of(value: Any) -> str:
    """ "nan", "inf" or "" (all finite) for a tensor or array."""
    data = value.data if isinstance(value, Tensor) else value
    if data is None or not hasattr(data, "dtype") or data.dtype.kind not in "fcV" or not hasattr(data, "size"):
        return ""
    backend = backend_of(data) if not isinstance(data, host.generic) else None
    if backend is None or backend.depth or backend.name == "meta":
        return ""
    array = data.astype("float32") if data.dtype.kind == "V" else data
    if bool(backend.xp.all(backend.xp.isfinite(array))):
        return ""
    return "nan" if bool(backend.xp.any(backend.xp.isnan(array))) else "inf"


def position_of(node: Node) -> Position:
    return Position.of(node.code, node.lasti)
