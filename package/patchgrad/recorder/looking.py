"""The observer of a sampled step: takes strided samples of what layers put out, and times itself and them."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.recorder.calm import Calm
from patchgrad.recorder.events import Trace
from patchgrad.recorder.gathering import ACTIVATIONS, Inputs, Labels, Terms, certainty, over_units, rows_of
from patchgrad.recorder.layers import Layers
from patchgrad.recorder.seen import Seen
from patchgrad.recorder.strided import strided, to_host
from patchgrad.tensor.tensor import Tensor

Taken = dict[str, Any]
MANY = 2000
"""Ops from which on a step is long: see `calm.py`."""


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
        seen     what was noted, complete after ``finish``
    """

    def __init__(self, layers: Layers, trace: Trace | None, on_update: Callable[[], None] | None = None) -> None:
        self.seconds = 0.0
        self.loss: float | None = None
        self.trace = trace
        self.seen = Seen()
        self._on_update = on_update
        self._layers = layers
        self._inputs, self._labels, self._terms = Inputs(), Labels(), Terms()
        self._began = False
        self._samples: Taken = {}
        self._peaks: Taken = {}
        self._scales: Taken = {}
        self._certainty: Taken = {}
        self._order: list[str] = []
        self._open: list[tuple[str, float, float]] = []
        self.calm = Calm()
        self._mark = perf_counter()

    def enter(self, module: Any, args: tuple[Any, ...]) -> None:
        begin = perf_counter()
        uid = self._layers.uids.get(id(module))
        self._inputs.enter(args)
        if uid is not None:
            self._order.append(uid)
            if not module.training and type(module).__name__.startswith(("Dropout", "BatchNorm")):
                self.seen.evaluating += (uid,)
        if self.trace is not None:
            self.trace.enter(module, args)
        self._done(begin)
        self._open.append((uid or self._layers.paths.get(id(module), ""), self._mark, self.seconds))

    def leave(self, module: Any, output: Any) -> None:
        begin = perf_counter()
        uid = self._layers.uids.get(id(module))
        if self._open:
            self._timed(*self._open.pop(), begin)
        tensor = output[0] if isinstance(output, tuple) and output else output
        if uid is not None and isinstance(tensor, Tensor) and not isinstance(tensor.data, MetaArray):
            self._sample(uid, type(module).__name__, tensor.data)
        if self.trace is not None:
            self.trace.leave(module, output)
        self._done(begin)

    def forward(
        self, op: Any, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...], node: Any
    ) -> None:
        begin = perf_counter()
        self._op(op.name, begin, outputs)
        if self.trace is not None:
            self.trace.forward(op, attrs, inputs, outputs, node)
            if len(self.trace.events) == MANY:
                self.calm.begin()
        if not isinstance(outputs[0].data, MetaArray):
            self._terms.forward(node, outputs[0].data)
            self._labels.forward(op, inputs)
            if op.name == "softmax":
                self._softmax(outputs[0].data, attrs)
        self._done(begin)

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        begin = perf_counter()
        if self._began:
            self._op(f"{node.op.name} backward", begin, ())
        else:
            self._begin(node)
        if self.trace is not None:
            self.trace.backward(node, cotangents, gradients)
        self._done(begin)

    def _begin(self, node: Any) -> None:
        """Backward begins, from the loss if that is one number."""
        self._began = True
        self.loss = self._terms.value(node)
        if self.loss is not None:
            self.seen.parts = self._terms.of(node)

    def updated(self, optimizer: Any) -> None:
        """An optimizer has moved its parameters."""
        held = frozenset(id(parameter) for group in optimizer.param_groups for parameter in group["params"])
        self.seen.held = held | (self.seen.held or frozenset())
        if self.trace is not None:
            self.trace.updated(optimizer)
        if self._on_update is not None:
            self._on_update()

    def wrote(self, target: Any, result: Any) -> None:
        if self.trace is not None:
            self.trace.wrote(target, result)

    def copied(self, root: Any) -> None:
        if self.trace is not None:
            self.trace.copied(root)

    def _done(self, begin: float) -> None:
        self._mark = perf_counter()
        self.seconds += self._mark - begin
        if self.trace is not None:
            self.trace.clock = self._mark

    def _op(self, name: str, begin: float, outputs: tuple[Any, ...]) -> None:
        """An op has ended: since our last word nothing else ran but it, and the code around it."""
        seen = self.seen
        seen.op_seconds[name] = seen.op_seconds.get(name, 0.0) + begin - self._mark
        if outputs:
            seen.op_bytes[name] = seen.op_bytes.get(name, 0.0) + sum(output.data.nbytes for output in outputs)

    def _timed(self, uid: str, begun: float, spent: float, now: float) -> None:
        if uid in self._layers:
            taken = now - begun - (self.seconds - spent)
            self.seen.seconds[uid] = self.seen.seconds.get(uid, 0.0) + taken

    def _softmax(self, array: Any, attrs: dict[str, Any]) -> None:
        found = certainty(array, attrs.get("axis", -1))
        if found is not None:
            self._certainty[self._open[-1][0] if self._open else ""] = found

    def _sample(self, uid: str, kind: str, array: Any) -> None:
        if array.dtype.kind != "f" or array.size == 0:
            return
        self._samples[uid] = strided(array)
        if kind in ACTIVATIONS and array.ndim > 1:
            rows = rows_of(array)
            self._scales[uid] = over_units(abs(rows), "mean")
            if kind == "ReLU":
                self._peaks[uid] = over_units(rows, "max")

    def finish(self) -> tuple[Taken, Taken]:
        """Samples of the outputs and peaks of the units on the host, by layer uid; ``seen`` is complete."""
        self._layers.ran(self._order)
        inputs, labels = self._inputs, self._labels
        single = {"inputs": inputs.sample, "features": inputs.features}
        tables = [self._samples, self._peaks, self._scales, self._certainty]
        tables.append({name: array for name, array in single.items() if array is not None})
        fetched = iter(to_host([array for table in tables for array in table.values()]))
        samples, peaks, scales, sure, given = [{name: next(fetched) for name in table} for table in tables]
        seen = self.seen
        seen.scales, seen.certainty = scales, sure
        seen.inputs, seen.features = given.get("inputs"), given.get("features")
        if labels.targets is not None:
            seen.targets, seen.classes = to_host([labels.targets])[0], labels.classes
        return samples, peaks
