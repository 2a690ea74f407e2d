"""Ways to run an op of single examples on a whole batch.

Each takes a `Call` and gives the results: a tensor and whether its first axis is the batch, one for each output.
A way may decline by giving None; then the op is run in a loop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.errors import PatchgradError, ShapeError
from patchgrad.ops import index, shapes
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

Results = list[tuple[Tensor, bool]]
Way = Callable[["Call"], "Results | None"]
loops: Counter[str] = Counter()
"""How often each op was run as a loop over the batch, by name."""


def vmap_loops() -> dict[str, int]:
    """How often `vmap` had to run each op as a loop over the batch since the process began, by name."""
    return dict(loops)


@dataclass(slots=True)
class Call:
    """An op on inputs of which some are batches.

    Fields
        inputs   tensors (their first axis the batch where ``batched``), Python scalars and None
        batched  per input
        size     of the batch
    """

    op: OpSpec
    inputs: list[Any]
    batched: list[bool]
    attrs: dict[str, Any]
    size: int

    def shape(self, index: int) -> tuple[int, ...]:
        """The shape of one example of an input."""
        entry = self.inputs[index]
        return entry.shape[1:] if self.batched[index] else getattr(entry, "shape", ())

    def result_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the outputs for one example."""
        given = [None if entry is None else self.shape(i) for i, entry in enumerate(self.inputs)]
        found = self.op.shape(*given, **self.attrs)
        return [tuple(shape) for shape in (found if len(self.op.outputs) > 1 else (found,))]

    def run(self, inputs: list[Any], **changed: Any) -> Results:
        """The op on these inputs; every output is batched."""
        found = apply(self.op, *inputs, **{**self.attrs, **changed})
        return [(output, True) for output in (found if isinstance(found, tuple) else (found,))]

    def whole(self) -> list[Any]:
        """Inputs that all have the batch as their first axis, by repeating (without copying) those that have not."""
        return [
            entry if flag or not isinstance(entry, Tensor) else entry.expand(self.size, *entry.shape)
            for entry, flag in zip(self.inputs, self.batched, strict=True)
        ]

    def only_first(self) -> bool:
        """Is no input but the first a batch?"""
        return self.batched[0] and not any(self.batched[1:])


def aligned(call: Call) -> Results | None:
    """Element by element: after the batch come axes of size 1, so that all examples have equally many axes."""
    ndim = max(len(call.shape(i)) for i in range(len(call.inputs)))
    return call.run([_with_axes(entry, flag, ndim) for entry, flag in zip(call.inputs, call.batched, strict=True)])


def _with_axes(entry: Any, flag: bool, ndim: int) -> Any:
    if not flag or entry.ndim == ndim + 1:
        return entry
    return entry.reshape(entry.shape[0], *(1,) * (ndim + 1 - entry.ndim), *entry.shape[1:])


def along_axes(call: Call) -> Results | None:
    """Ops with an attribute ``axis`` (or ``axes``) that leave all other axes alone: the same axes, one further on."""
    name = "axes" if "axes" in call.attrs else "axis"
    if name not in call.attrs:
        return None
    axis, ndim = call.attrs[name], len(call.shape(0))
    if any(isinstance(entry, Tensor) and len(call.shape(i)) != ndim for i, entry in enumerate(call.inputs)):
        return None
    if axis is None or ndim == 0:
        return _along_all(call, name)
    moved = axis % ndim + 1 if isinstance(axis, int) else tuple(entry % ndim + 1 for entry in axis)
    return call.run(call.whole(), **{name: moved})


def _along_all(call: Call, name: str) -> Results | None:
    """No axis given: the examples as vectors, and the results in the shapes that the op's rule foretells."""
    if len(call.inputs) > 1 or (len(call.shape(0)) == 0 and call.attrs[name] not in (None, 0, -1, (), (0,), (-1,))):
        return None
    wanted = call.result_shapes()
    flat = call.inputs[0].reshape(call.size, shapes.count(call.shape(0)))
    given = call.attrs[name]
    found = call.run([flat], **{name: (1,) if isinstance(given, tuple) else 1})
    return [(output.reshape(call.size, *shape), True) for (output, _), shape in zip(found, wanted, strict=True)]


def folded(call: Call) -> Results | None:
    """Ops whose first axis counts samples that do not know of each other: the batch joins that axis."""
    if not call.only_first() or not call.shape(0):
        return None
    x = call.inputs[0]
    found = call.run([x.flatten(0, 1), *call.inputs[1:]])
    return [(output.unflatten(0, (call.size, x.shape[1])), True) for output, _ in found]


def leading(call: Call) -> Results | None:
    """Ops that take any number of axes in front."""
    return call.run(call.inputs) if call.only_first() else None


def looped(call: Call) -> Results:
    """One example after the other."""
    loops[call.op.name] += 1
    if call.size == 0:
        return [(output, True) for output in _empty(call)]
    parts: list[Any] = []
    for i in range(call.size):
        inputs = [entry[i] if flag else entry for entry, flag in zip(call.inputs, call.batched, strict=True)]
        attrs = {key: _example(value, i) for key, value in call.attrs.items()}
        if isinstance(attrs.get("index"), tuple):
            inputs[0] = index.beside(inputs[0], attrs["index"])
        found = apply(call.op, *inputs, **attrs)
        parts.append(found if isinstance(found, tuple) else (found,))
    try:
        return [(_stacked(outputs), True) for outputs in zip(*parts, strict=True)]
    except PatchgradError:
        raise placed(
            ShapeError(
                f"{call.op.name} gives another shape for each example, which vmap cannot hold in one tensor",
                got=", ".join(str(outputs[0].shape) for outputs in parts[:4]),
                hint="use an op whose result's shape does not depend on values",
            )
        ) from None


def _example(value: Any, i: int) -> Any:
    """An attribute for example ``i``: indices may be batches too."""
    if isinstance(value, tuple):
        return tuple(_example(entry, i) for entry in value)
    if isinstance(value, Indices):
        return value.array[i]
    return value


@dataclass(slots=True)
class Indices:
    """An attribute that is a bare array with the batch as its first axis."""

    array: Any


def _stacked(outputs: Any) -> Tensor:
    from patchgrad.ops import movement

    return movement.stack(list(outputs))


def _empty(call: Call) -> list[Tensor]:
    arrays = [entry.data if isinstance(entry, Tensor) else entry for entry in call.inputs]
    dtypes = call.op.result_dtypes(arrays, call.attrs)
    xp = next(entry for entry in call.inputs if isinstance(entry, Tensor)).backend.xp
    return [
        Tensor(xp.zeros((0, *shape), dtype=dtype)) for shape, dtype in zip(call.result_shapes(), dtypes, strict=True)
    ]
