"""Builds an ONNX graph node by node: names, constants, sizes that follow the batch. Read next: ``onnx_ops/``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.dtype import as_dtype
from patchgrad.errors import GraphError
from patchgrad.interop.recorded import Dim, Event, Run, Value


class Builder:
    """The graph under construction.

    Fields
        run     the recorded run
        names   ONNX names of the values of the run
        batch   the sizes are known relative to the first axis of the first input
    """

    def __init__(self, run: Run, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        self.onnx: Any = import_module("onnx")
        self.run = run
        self.nodes: list[Any] = []
        self.initializers: dict[str, Any] = {}
        self.names: dict[int, str] = {}
        self.event: Event | None = None
        self._taken = {*inputs, *outputs}
        self._constants: dict[tuple[Any, ...], str] = {}
        self._batch = ""
        self._input = inputs[0]
        self.names.update({value.number: name for value, name in zip(run.inputs, inputs, strict=True)})

    # Names

    def free(self, stem: str) -> str:
        """A name that nothing has yet."""
        name, count = stem, 0
        while name in self._taken:
            count += 1
            name = f"{stem}_{count}"
        self._taken.add(name)
        return name

    def name(self, entry: Any, dtype: Any = None) -> str:
        """The name of a value, number or array, cast to ``dtype`` (a name) if it has another."""
        if isinstance(entry, Value):
            return self._cast(self._value(entry), self.run.values[entry.number].dtype, dtype)
        if isinstance(entry, Dim):
            size = self.size(entry)
            return self._cast(size, "int64", dtype)
        if isinstance(entry, host.ndarray):
            return self._cast(self.constant(entry), entry.dtype.name, dtype)
        return self.constant(host.asarray(entry, dtype=as_dtype(dtype or type(entry)).numpy))

    def _value(self, value: Value) -> str:
        if value.number not in self.names:
            facts = self.run.values[value.number]
            if facts.name:
                self.names[value.number] = self.initializer(facts.name, facts.constant)
            elif facts.step is not None:
                self.names[value.number] = self._counted(facts)
            elif facts.constant.shape != tuple(facts.shape):
                spread = self.node("Expand", self.constant(facts.constant), self.shape(facts.shape))
                self.names[value.number] = spread
            else:
                self.names[value.number] = self.constant(facts.constant)
        return self.names[value.number]

    def _counted(self, facts: Any) -> str:
        """Rows that grow by a step from sample to sample."""
        rows = self.node("Range", self.constant(0, "int64"), self.size(Dim(1, 0)), self.constant(1, "int64"))
        rank = facts.constant.ndim
        rows = self.node("Reshape", rows, self.ints([-1, *[1] * rank])) if rank else rows
        steps = self.node("Mul", rows, self.constant(facts.step, "int64"))
        return self._cast(self.node("Add", steps, self.constant(facts.constant, "int64")), "int64", facts.dtype)

    def _cast(self, name: str, kind: str, wanted: Any) -> str:
        if wanted is None or kind == wanted:
            return name
        return self.node("Cast", name, to=self.kind(wanted))

    def kind(self, dtype: str) -> int:
        """ONNX's number of a dtype."""
        known = getattr(self.onnx.TensorProto, dtype.upper() if dtype not in _KINDS else _KINDS[dtype], None)
        if known is None:
            raise self.cannot(f"ONNX has no {dtype}")
        return known

    # Making

    def node(self, op: str, *inputs: str | None, outputs: Sequence[str] | int = 1, **attrs: Any) -> Any:
        """Add a node; the name of its output, or a tuple of names."""
        names = [self.free(self._stem(op)) for _ in range(outputs)] if isinstance(outputs, int) else list(outputs)
        kept = {name: value for name, value in attrs.items() if value is not None}
        read = ["" if name is None else name for name in inputs]
        while read and not read[-1]:
            read.pop()
        place = self.event.path if self.event and self.event.path else ""
        title = self.free(f"/{place.replace('.', '/')}/{op}" if place else f"/{op}")
        self.nodes.append(self.onnx.helper.make_node(op, read, names, name=title, **kept))
        return names[0] if len(names) == 1 else tuple(names)

    def _stem(self, op: str) -> str:
        return f"{self.event.path}.{op}".lower() if self.event and self.event.path else op.lower()

    def set(self, number: int, name: str) -> None:
        """The ``number``-th output of the event has this name."""
        assert self.event is not None
        self.names[self.event.outputs[number].number] = name

    def initializer(self, name: str, array: Any) -> str:
        """A parameter or buffer under its own name."""
        if name not in self.initializers:
            self._taken.add(name)
            self.initializers[name] = self.onnx.numpy_helper.from_array(
                host.ascontiguousarray(array).reshape(array.shape), name
            )
        return name

    def constant(self, array: Any, kind: str | None = None) -> str:
        """A constant; equal ones are kept once."""
        array = host.asarray(array, dtype=None if kind is None else as_dtype(kind).numpy)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            event, self.event = self.event, None
            tensor = self.onnx.numpy_helper.from_array(host.ascontiguousarray(array).reshape(array.shape))
            self._constants[key] = self.node("Constant", value=tensor)
            self.event = event
        return self._constants[key]

    def ints(self, numbers: Sequence[int]) -> str:
        """Whole numbers as a constant."""
        return self.constant(list(numbers), "int64")

    # Sizes

    def size(self, dim: Dim) -> str:
        """A size that follows the batch, as a scalar computed in the graph."""
        batch = self._batch
        if not batch:
            event, self.event = self.event, None
            shape = self.node("Shape", self._input, start=0, end=1)
            batch = self._batch = self.node("Squeeze", shape, self.ints([0]))
            self.event = event
        if dim.factor != 1:
            batch = self.node("Mul", batch, self.constant(dim.factor, "int64"))
        return self.node("Add", batch, self.constant(dim.rest, "int64")) if dim.rest else batch

    def shape(self, sizes: Sequence[Any]) -> str:
        """Sizes as one tensor; a constant where none follows the batch."""
        if not any(isinstance(size, Dim) for size in sizes):
            return self.ints(sizes)
        parts = [
            self.node("Unsqueeze", self.size(size), self.ints([0])) if isinstance(size, Dim) else self.ints([size])
            for size in sizes
        ]
        return self.node("Concat", *parts, axis=0) if len(parts) > 1 else parts[0]

    def shape_of(self, entry: Any) -> tuple[Any, ...]:
        return self.run.values[entry.number].shape if isinstance(entry, Value) else ()

    def dtype_of(self, entry: Any) -> str:
        return self.run.values[entry.number].dtype

    def rank(self, entry: Any) -> int:
        return len(self.shape_of(entry))

    def static(self, data: Any) -> Any:
        """Settings that ONNX wants as plain numbers."""
        if isinstance(data, (Dim, Value)):
            raise self.cannot("a setting follows the batch or another value, and ONNX wants a number")
        if isinstance(data, (tuple, list)):
            return [self.static(entry) for entry in data]
        return data

    def cannot(self, why: str) -> GraphError:
        """The error for something of the present event that a file cannot say."""
        event = self.event
        what = event.what if event else "the model"
        return GraphError(
            f"{what} cannot be written as ONNX: {why}",
            got=event.where if event else "",
            where=event.path if event else "",
        )


_KINDS = {"float32": "FLOAT", "float64": "DOUBLE"}
