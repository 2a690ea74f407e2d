"""What Python itself asks of a tensor beside operators: ``in``, ``divmod``, ``format``, ``reversed``."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

METHODS = "__contains__ __divmod__ __format__ __rdivmod__ __reversed__"


def __contains__(self: Tensor, element: Any) -> bool:
    """Is this number among the elements? Raises ArgumentError for what is neither a number nor a tensor."""
    if not isinstance(element, (Tensor, bool, int, float, complex)):
        raise placed(
            ArgumentError("a tensor holds numbers", got=f"{type(element).__name__} in a tensor", want="a number")
        )
    equal: Any = self == element
    return bool(equal.any())


def __divmod__(self: Tensor, other: Any) -> tuple[Tensor, Tensor]:
    """The quotient rounded down, and what remains."""
    return self // other, self % other


def __rdivmod__(self: Tensor, other: Any) -> tuple[Tensor, Tensor]:
    """The same of a number by this tensor."""
    return other // self, other % self


def __format__(self: Tensor, format_spec: str) -> str:
    """A single number as Python would write it; other tensors as they print."""
    return format(self.item(), format_spec) if not self.ndim else object.__format__(self, format_spec)


def __reversed__(self: Tensor) -> Tensor:
    """The first axis the other way round."""
    return self.flip(0) if self.ndim else self
