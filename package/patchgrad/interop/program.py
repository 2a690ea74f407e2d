"""What a model's ``forward`` does, as data: calls of functions and methods in PyTorch's words, one after the other.

A program knows neither library. Whoever runs it says what a word means: patchgrad's functions in ``traced.py``,
PyTorch's in ``to_torch.py``. Read next: ``words.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from patchgrad.errors import ArgumentError, GraphError


@dataclass(frozen=True, slots=True)
class Ref:
    """A value of the program by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class ByMode:
    """A setting that is one in training and another in evaluation."""

    training: Any
    evaluation: Any


@dataclass(frozen=True, slots=True)
class Word:
    """A thing that each library has under the same name: a dtype, a device, a function given as an argument."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """One call. ``kind`` is "function", "method", "module" (a child by its path) or "attribute" (a parameter)."""

    kind: str
    target: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    name: str
    where: str = ""
    """Line and text of the code that it comes from."""

    def reads(self) -> Iterator[str]:
        """Names of the values that the step needs."""
        yield from names_in((self.args, self.kwargs))


REQUIRED = Word("argument", "required")


@dataclass(slots=True)
class Program:
    """Inputs with their defaults (`REQUIRED` where there is none), the steps, and what is returned."""

    inputs: tuple[tuple[str, Any], ...]
    steps: list[Step]
    output: Any
    _last: dict[str, int] = field(default_factory=dict[str, int])

    def run(
        self, owner: Any, call: Callable[[Step, Sequence[Any], Mapping[str, Any]], Any], args: Any, kwargs: Any
    ) -> Any:
        """Bind the arguments and make all calls. A value is forgotten after its last use."""
        values = self.bind(type(owner).__name__, args, kwargs)
        last = self._last or self._uses()
        filled = Filling(values, owner.training)
        for at, step in enumerate(self.steps):
            values[step.name] = call(step, filled(step.args), filled(step.kwargs))
            for name in step.reads():
                if last[name] == at:
                    values.pop(name, None)
        return filled(self.output)

    def bind(self, what: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by name."""
        names = [name for name, _ in self.inputs]
        unknown = [name for name in kwargs if name not in names]
        values = {**dict(self.inputs), **dict(zip(names, args, strict=False)), **kwargs}
        missing = [name for name in names if values[name] is REQUIRED]
        if missing or unknown or len(args) > len(names):
            raise ArgumentError(
                f"{what} cannot be called like this",
                got=f"{len(args)} arguments" + (f" and {', '.join(kwargs)}" if kwargs else ""),
                want=", ".join(names) or "no argument",
            )
        return values

    def _uses(self) -> dict[str, int]:
        """The last step that reads each value."""
        for at, step in enumerate(self.steps):
            self._last.update(dict.fromkeys(step.reads(), at))
        self._last.update(dict.fromkeys(names_in(self.output), len(self.steps)))
        return self._last


class Filling:
    """Puts values in the place of references."""

    def __init__(self, values: Mapping[str, Any], training: bool) -> None:
        self._values = values
        self._training = training

    def __call__(self, data: Any) -> Any:
        if isinstance(data, Ref):
            return self._values[data.name]
        if isinstance(data, ByMode):
            return data.training if self._training else data.evaluation
        return rebuilt(data, self)


def rebuilt(data: Any, change: Callable[[Any], Any]) -> Any:
    """Tuples, lists, dictionaries and slices with ``change`` made to what they hold; all else as it is."""
    if isinstance(data, slice):
        return slice(change(data.start), change(data.stop), change(data.step))
    if isinstance(data, Mapping):
        return {name: change(value) for name, value in data.items()}
    if isinstance(data, (tuple, list)):
        entries = [change(entry) for entry in data]
        return entries if isinstance(data, list) else tuple(entries)
    return data


def names_in(data: Any) -> Iterator[str]:
    """Names of the values that nested data refers to."""
    if isinstance(data, Ref):
        yield data.name
    elif isinstance(data, slice):
        yield from names_in((data.start, data.stop, data.step))
    elif isinstance(data, (tuple, list)):
        for entry in data:
            yield from names_in(entry)
    elif isinstance(data, Mapping):
        yield from names_in(list(data.values()))


def merged(training: Program, evaluation: Program) -> Program | None:
    """One program for both modes, if they differ in plain settings alone; None if they do other things."""
    steps: list[Step] = []
    if training.inputs != evaluation.inputs or len(training.steps) != len(evaluation.steps):
        return None
    for a, b in zip(training.steps, evaluation.steps, strict=True):
        if (a.kind, a.target, a.name, len(a.args), list(a.kwargs)) != (
            b.kind,
            b.target,
            b.name,
            len(b.args),
            list(b.kwargs),
        ):
            return None
        try:
            args, kwargs = _both(a.args, b.args), _both(dict(a.kwargs), dict(b.kwargs))
        except GraphError:
            return None
        steps.append(Step(a.kind, a.target, args, kwargs, a.name, a.where))
    return Program(training.inputs, steps, training.output) if training.output == evaluation.output else None


def _both(a: Any, b: Any) -> Any:
    """What is equal as it is, numbers and switches that differ as `ByMode`."""
    if type(a) is type(b):
        if isinstance(a, (tuple, list)) and len(a) == len(b):
            return type(a)(_both(x, y) for x, y in zip(a, b, strict=True))
        if isinstance(a, dict):
            return {name: _both(a[name], b[name]) for name in a}
        if a == b or (a != a and b != b):
            return a
        if isinstance(a, (bool, int, float)):
            return ByMode(a, b)
    raise GraphError("training and evaluation differ in more than settings")
