"""Layers that put axes in another order, take parts, repeat a sample."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from types import EllipsisType

from patchgrad.errors import ArgumentError
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor

Entry = int | slice | None | EllipsisType


class Permute(Module):
    """The axes in the order ``dims``; the batch axis, 0, usually stays first."""

    def __init__(self, dims: Sequence[int] = (0, 2, 1)) -> None:
        super().__init__()
        self.dims = tuple(dims)

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(*self.dims)

    def extra_repr(self) -> str:
        return f"dims={self.dims}"


class Reshape(Module):
    """The same numbers in another shape, the batch axis included; one size may be -1."""

    def __init__(self, shape: Sequence[int] = (-1, 1)) -> None:
        super().__init__()
        self.shape = tuple(shape)

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(*self.shape)

    def extra_repr(self) -> str:
        return f"shape={self.shape}"


class Index(Module):
    """A part of the input, as in square brackets: ``Index(":, -1")`` gives ``x[:, -1]``.

    Parameters
        index  whole numbers, slices, ``...`` and ``None``, separated by commas
    """

    def __init__(self, index: str = ":, -1") -> None:
        super().__init__()
        self.entries = parse_index(index)
        self.index = index_text(self.entries)

    def forward(self, x: Tensor) -> Tensor:
        return x[self.entries]

    def extra_repr(self) -> str:
        return repr(self.index)


class ExpandBatch(Module):
    """One sample for all: ``x`` (1, *) repeated for each sample of ``like``, without copying.

    Shapes
        x (1, *), like (batch, ...)  ->  y (batch, *)
    """

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        return x.expand(like.shape[0], *x.shape[1:])


def parse_index(text: str) -> tuple[Entry, ...]:
    """The entries of an index that was written as text. Raises ArgumentError; nothing in the text is run."""
    try:
        tree = ast.parse(f"x[{text}]", mode="eval").body
        assert isinstance(tree, ast.Subscript)
        parts = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
        return tuple(_entry(part) for part in parts)
    except (SyntaxError, ValueError, AssertionError, RecursionError, MemoryError):
        raise ArgumentError(
            "this is no index", got=repr(text)[:60], want='whole numbers, slices, ... and None, as ":, -1"'
        ) from None


def _entry(part: ast.expr) -> Entry:
    if isinstance(part, ast.Slice):
        return slice(_whole(part.lower), _whole(part.upper), _whole(part.step))
    value = ast.literal_eval(part)
    if value is None or value is ... or type(value) is int:
        return value
    raise ValueError(value)


def _whole(part: ast.expr | None) -> int | None:
    value = None if part is None else ast.literal_eval(part)
    if value is None or type(value) is int:
        return value
    raise ValueError(value)


def index_text(entries: tuple[Entry, ...]) -> str:
    """An index as it is written: ``:, -1``."""
    return ", ".join(_text(entry) for entry in entries)


def _text(entry: Entry) -> str:
    if not isinstance(entry, slice):
        return "..." if entry is ... else str(entry)
    ends = ["" if end is None else str(end) for end in (entry.start, entry.stop)]
    return ":".join(ends if entry.step is None else [*ends, str(entry.step)])
