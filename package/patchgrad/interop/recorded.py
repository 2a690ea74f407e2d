"""What a model really computes, as a list of ops and layers on numbered values, with the sizes that follow the batch.

The model runs three times, in evaluation mode: on the example, and on other values with one and with two samples more.
Numbers that grow with the batch follow it (`Dim`); a model that does something else each time decides by values and is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from patchgrad.autograd.provenance import Position, caller
from patchgrad.autograd.state import no_grad, observing, state
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, GraphError
from patchgrad.layergraph.watching import unchanged
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import root_of


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor of the run, by number."""

    number: int


@dataclass(frozen=True, slots=True)
class Dim:
    """A size that follows the batch: ``factor * batch + rest``."""

    factor: int
    rest: int

    def of(self, batch: int) -> int:
        return self.factor * batch + self.rest


@dataclass(slots=True)
class Facts:
    """What is known of a value: its size by axis (numbers and `Dim`), its dtype, and what it is from the start.

    ``name`` is the path of a parameter or buffer; ``constant`` an array that the model made by itself. Where ``step``
    is given, ``constant`` is its first row, and each row of the batch is the one before it plus ``step``.
    """

    shape: tuple[Any, ...]
    dtype: str
    name: str = ""
    constant: Any = None
    given: bool = False
    step: Any = None


@dataclass(slots=True)
class Event:
    """An op (by name) or a layer (``module``) with its inputs and outputs: values, plain numbers, None."""

    what: str
    attrs: dict[str, Any]
    inputs: tuple[Any, ...]
    outputs: tuple[Value, ...]
    module: Any = None
    path: str = ""
    where: str = ""


@dataclass(slots=True)
class Run:
    """One run: the events in order, facts by number, the numbers of what came in and went out."""

    events: list[Event] = field(default_factory=list[Event])
    values: list[Facts] = field(default_factory=list[Facts])
    inputs: list[Value] = field(default_factory=list[Value])
    outputs: list[Value] = field(default_factory=list[Value])


class _Watch:
    """The observer. Layers in ``whole`` are one event each, whatever runs inside."""

    wants_maps = True
    """Formats of files know the parts of attention."""

    def __init__(self, model: Any, inputs: Sequence[Tensor], whole: Callable[[Any], bool]) -> None:
        self.run = Run()
        self._whole = whole
        self._known: dict[int, int] = {}
        self._arrays: dict[int, int] = {}
        self._alive: list[Any] = []
        self._inside: list[Any] = []
        self._paths = {id(module): path for path, module in model.named_modules()}
        self._names = {id(tensor): name for name, tensor in [*model.named_parameters(), *model.named_buffers()]}
        self._names |= {
            id(root_of(tensor)): name for name, tensor in model.named_buffers() if root_of(tensor) is tensor
        }
        for tensor in inputs:
            value = self._note(tensor)
            self.run.values[value.number].given = True
            self.run.inputs.append(value)

    # The observer's side (``autograd/state.py``)

    def forward(self, op: Any, attrs: dict[str, Any], inputs: Any, outputs: Any, node: Any) -> None:
        if not self._inside:
            code, lasti = caller()
            read = tuple(self.value(entry) if isinstance(entry, Tensor) else entry for entry in inputs)
            attrs = {name: self._attribute(entry) for name, entry in attrs.items()}
            place = str(Position.of(code, lasti))
            scope = self._paths.get(id(state.scope[-1]), "") if state.scope else ""
            made = tuple(self._note(output) for output in outputs)
            self.run.events.append(Event(op.name, attrs, read, made, None, scope, place))

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        """Nothing: there is no backward pass."""

    def enter(self, module: Any, args: tuple[Any, ...]) -> None:
        if self._inside or self._whole(module):
            self._inside.append((module, args))

    def leave(self, module: Any, output: Any) -> None:
        if not self._inside:
            return
        entered, args = self._inside.pop()
        if not self._inside:
            read = tuple(self.value(entry) if isinstance(entry, Tensor) else None for entry in flat(args))
            made = tuple(self._note(entry) for entry in flat(output) if isinstance(entry, Tensor))
            name = type(entered).__name__
            self.run.events.append(Event(name, {}, read, made, entered, self._paths.get(id(entered), "")))

    def wrote(self, target: Tensor, result: Tensor) -> None:
        """``target`` holds what ``result`` does from now on."""
        if self._inside:
            return
        root = root_of(target)
        sharing = [root, *(root.lineage.living() if root.lineage is not None else ())]
        if any(id(tensor) in self._known for tensor in sharing if tensor is not target):
            raise GraphError(
                "a write in place into memory that several tensors share cannot be recorded",
                got=f"a tensor of shape {target.shape}",
                hint="compute a new tensor instead: where, cat or pad",
            )
        number = self.value(result)
        if target.dtype is not result.dtype:
            number = self._note(target)
            self.run.events.append(Event("cast", {"dtype": target.dtype}, (self.value(result),), (number,)))
        self._known[id(target)] = number.number
        self._alive.append(target)

    # Which value a tensor is

    def value(self, tensor: Tensor) -> Value:
        """The value of a tensor; a new one from the start if nothing that was seen made it."""
        if id(tensor) in self._known:
            return Value(self._known[id(tensor)])
        lineage = tensor.lineage
        if lineage is not None and lineage.source is not None and lineage.op is None:
            return self.value(lineage.source)
        value = self._note(tensor)
        facts = self.run.values[value.number]
        facts.name = self._names.get(id(tensor), "")
        facts.constant = host.array(tensor.numpy(force=True))
        return value

    def _note(self, tensor: Tensor) -> Value:
        number = len(self.run.values)
        self.run.values.append(Facts(tuple(tensor.shape), tensor.dtype.name))
        self._known[id(tensor)] = number
        self._arrays[id(tensor.data)] = number
        self._alive.append((tensor, tensor.data))
        return Value(number)

    def _attribute(self, entry: Any) -> Any:
        """An attribute; an array in it that is the data of a value becomes that value."""
        if isinstance(entry, (tuple, list)):
            return tuple(self._attribute(part) for part in entry)
        if isinstance(entry, host.ndarray):
            return Value(self._arrays[id(entry)]) if id(entry) in self._arrays else host.array(entry)
        return entry


def flat(data: Any) -> Iterator[Any]:
    """What stands in nested tuples and lists."""
    if isinstance(data, (tuple, list)):
        for entry in data:
            yield from flat(entry)
    else:
        yield data


def record(model: Any, example: Sequence[Tensor], whole: Callable[[Any], bool], *, dynamic: bool = True) -> Run:
    """What the model computes.

    Parameters
        whole    layers that are one event
        dynamic  sizes that follow the batch are found by more runs; else all are numbers
    Errors
        ArgumentError  if the example is not made of tensors with a batch axis.
        GraphError     if the model decides by values or by the batch, or returns something other than tensors.
    """
    _require(model, example)
    first = _ran(model, example, whole)
    if not dynamic:
        return first
    batch = example[0].shape[0]
    runs = [first]
    for extra in (1, 2):
        try:
            runs.append(_ran(model, [_other(tensor, batch, extra) for tensor in example], whole))
        except GraphError:
            raise
        except Exception as error:
            raise GraphError(
                f"{type(model).__name__} does not run on another batch",
                got=f"{type(error).__name__}: {error}",
                hint="dynamic_batch=False keeps the batch of the example",
            ) from error
    return _Merge(runs, batch).run()


def _require(model: Any, example: Sequence[Any]) -> None:
    if not isinstance(model, Module):
        raise ArgumentError("only a module can be recorded", got=type(model).__name__, want="an nn.Module")
    if not example or not all(isinstance(entry, Tensor) and entry.ndim for entry in example):
        raise ArgumentError(
            "a model is recorded on an example",
            got=", ".join(type(entry).__name__ for entry in example) or "nothing",
            want="a tensor for each argument of forward, whose first axis is the batch",
        )


def _ran(model: Any, example: Sequence[Tensor], whole: Callable[[Any], bool]) -> Run:
    watch = _Watch(model, example, whole)
    with no_grad(), unchanged(model), _alone(), observing(watch):
        for module in model.modules():
            module.__dict__["training"] = False
        output = model(*example)
    results = list(flat(output))
    if not all(isinstance(entry, Tensor) for entry in results):
        raise GraphError(
            f"{type(model).__name__} returns something other than tensors",
            got=", ".join(type(entry).__name__ for entry in results),
        )
    watch.run.outputs = [watch.value(entry) for entry in results]
    return watch.run


@contextmanager
def _alone() -> Iterator[None]:
    """No other observer, and no module around."""
    observers, scope = state.observers, state.scope
    state.observers, state.scope = (), []
    try:
        yield
    finally:
        state.observers, state.scope = observers, scope


def _other(tensor: Tensor, batch: int, extra: int) -> Tensor:
    """Other values, and so many samples more where there is a batch axis."""
    array = tensor.numpy(force=True)
    if extra == 1:
        changed = -array[::-1] if array.dtype.kind == "f" else array[::-1]
    else:
        changed = array / 2 if array.dtype.kind == "f" else host.broadcast_to(array[:1], array.shape)
    more = host.concatenate([changed, *[changed[:1]] * extra]) if array.shape[0] == batch else changed
    return Tensor(tensor.backend.asarray(host.ascontiguousarray(more, dtype=array.dtype)))


class _Merge:
    """One run out of three, with ``batch`` samples and one and two more."""

    def __init__(self, runs: Sequence[Run], batch: int) -> None:
        self.runs, self.batch = runs, batch

    def run(self) -> Run:
        first = self.runs[0]
        for other in self.runs[1:]:
            if [e.what for e in first.events] != [e.what for e in other.events] or len(first.values) != len(
                other.values
            ):
                pairs = zip(first.events, other.events, strict=False)
                raise self._decides(next((x for x, y in pairs if x.what != y.what), None))
        values = [self.facts(found) for found in zip(*(run.values for run in self.runs), strict=True)]
        events = [self.event(found) for found in zip(*(run.events for run in self.runs), strict=True)]
        return Run(events, values, first.inputs, first.outputs)

    def facts(self, found: tuple[Facts, ...]) -> Facts:
        first, constants = found[0], [facts.constant for facts in found]
        constant, step = constants[0], None
        if constant is not None and not first.name and not all(_equal(constant, other) for other in constants):
            constant = _uniform(constants)
            if constant is None and (rows := _counted(constants, self.batch)) is not None:
                constant, step = rows
            if constant is None:
                raise GraphError(
                    "the model makes a tensor by itself that follows the batch or the values of its inputs",
                    got=f"shape {first.shape}, dtype {first.dtype}",
                    hint="compute it from the inputs; or dynamic_batch=False, if it follows the batch alone",
                )
        try:
            shape = tuple(self.number(sizes) for sizes in zip(*(facts.shape for facts in found), strict=True))
        except ValueError:
            raise self._decides(None) from None
        return Facts(shape, first.dtype, first.name, constant, first.given, step)

    def event(self, found: tuple[Event, ...]) -> Event:
        first = found[0]
        try:
            inputs = tuple(self.number(entries) for entries in zip(*(event.inputs for event in found), strict=True))
            attrs = {name: self.number([event.attrs[name] for event in found]) for name in first.attrs}
        except (ValueError, KeyError):
            raise self._decides(first) from None
        return Event(first.what, attrs, inputs, first.outputs, first.module, first.path, first.where)

    def number(self, found: Sequence[Any]) -> Any:
        """What is equal as it is; whole numbers that grow with the batch as `Dim`. Raises ValueError for the rest."""
        first, kinds = found[0], {type(entry) for entry in found}
        if kinds == {tuple}:
            return tuple(self.number(entries) for entries in zip(*found, strict=True))
        if kinds == {slice}:
            return slice(*(self.number([getattr(entry, end) for entry in found]) for end in ("start", "stop", "step")))
        if any(isinstance(entry, host.ndarray) for entry in found):
            if all(_equal(first, entry) for entry in found):
                return first
        elif len(kinds) == 1 and all(entry == first or entry != entry != first for entry in found):
            return first
        elif kinds <= {int, float} and all(entry == int(entry) for entry in found):
            step = int(found[1] - first)
            if [int(entry - first) for entry in found] == [step * more for more in range(len(found))]:
                return Dim(step, int(first) - step * self.batch)
        raise ValueError(f"{found!r}")

    def _decides(self, event: Event | None) -> GraphError:
        return GraphError(
            "the model does something else for other values or another batch",
            got=f"{event.what} at {event.where}" if event else "other operations",
            where=event.path if event else "",
            hint="a file holds one way through the model: decide with where() and masks",
        )


def _equal(a: Any, b: Any) -> bool:
    return (
        isinstance(a, host.ndarray)
        and isinstance(b, host.ndarray)
        and a.dtype == b.dtype
        and a.shape == b.shape
        and a.tobytes() == b.tobytes()
    )


def _uniform(arrays: Sequence[Any]) -> Any:
    """The number that all arrays hold everywhere, as an array without axes; None if there is none."""
    if any(not array.size for array in arrays):
        return None
    number = arrays[0].flat[0]
    return host.asarray(number) if all((array == number).all() for array in arrays) else None


def _counted(arrays: Sequence[Any], batch: int) -> tuple[Any, Any] | None:
    """First row and step of whole numbers that grow from sample to sample: ``arange(len(x))``; None for others."""
    longest = arrays[-1]
    counts = [array.shape[:1] == (batch + more,) for more, array in enumerate(arrays)]
    if not all(counts) or longest.dtype.kind not in "iuf" or len(longest) < 2:
        return None
    first, step = longest[0], longest[1] - longest[0]
    if not all(host.array_equal(entry, host.round(entry)) for entry in (first, step)):
        return None
    rows = host.arange(len(longest)).reshape(-1, *[1] * first.ndim)
    same = host.array_equal(longest, first + rows * step)
    return (first, step) if same and all(_equal(array, longest[: len(array)]) for array in arrays) else None
