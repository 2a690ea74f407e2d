"""What a step is lowered to: calculations element by element, calls of kernels, views, and lines of Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from patchgrad.replaying.notes import Held, Source, Value

Shape = tuple[int, ...]


@dataclass(slots=True)
class Pointwise:
    """One number of the result from the numbers at the same place: ``calculate(xp, values)`` with symbols by name."""

    output: Value
    shape: Shape
    dtype: Any
    values: dict[str, Source]
    calculate: Callable[[Any, dict[str, Any]], Any]

    @property
    def reads(self) -> list[Source]:
        return list(self.values.values())

    @property
    def writes(self) -> list[Value]:
        return [self.output]


@dataclass(slots=True)
class Call:
    """A kernel with its arguments: sources and numbers, in order."""

    kernel: Any
    arguments: list[Any]
    work: int
    writes: list[Value]

    @property
    def reads(self) -> list[Source]:
        written = {value.number for value in self.writes}
        given = [entry for entry in self.arguments if is_array(entry)]
        return [entry for entry in given if not (isinstance(entry, Value) and entry.number in written)]


@dataclass(slots=True)
class View:
    """A part of planned memory, seen in another form; nothing runs."""

    output: Value
    source: Value
    look: Callable[[Any], Any]

    @property
    def reads(self) -> list[Source]:
        return [self.source]

    @property
    def writes(self) -> list[Value]:
        return [self.output]


@dataclass(slots=True)
class Line:
    """A step that Python runs. What it gives may share memory with what it is given."""

    step: Any
    reads: list[Source]
    writes: list[Value] = field(default_factory=list[Value])
    late: bool = False
    """It can wait until somebody reads what it gives."""


@dataclass(slots=True)
class Text:
    """A line of Python that stands for itself: ``function`` is called with sources and constants."""

    function: Callable[..., Any]
    arguments: list[Any]
    output: Value


def is_array(entry: Any) -> bool:
    return isinstance(entry, (Value, Held)) or hasattr(entry, "shape")


def values_of(sources: Any) -> Iterator[Value]:
    """The values among sources, lists of sources included."""
    for entry in sources:
        if isinstance(entry, Value):
            yield entry
        elif isinstance(entry, list):
            yield from values_of(entry)
