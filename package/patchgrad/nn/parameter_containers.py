"""Parameters in a list, or by name, as part of a module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from patchgrad.errors import ArgumentError
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor


class ParameterList(Module):
    """Parameters named "0", "1" ... in order, reached by index; plain tensors become parameters."""

    def __init__(self, values: Iterable[Tensor] = ()) -> None:
        super().__init__()
        self.extend(values)

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[Parameter]:
        return iter([value for value in self._parameters.values() if value is not None])

    def __getitem__(self, index: Any) -> Any:
        """The parameter at an index; for a slice, a list of the same parameters."""
        found = list(self)[index]
        return type(self)(found) if isinstance(index, slice) else found

    def __setitem__(self, index: int, value: Tensor) -> None:
        self.register_parameter(str(range(len(self))[index]), _as_parameter(self, value))

    def append(self, value: Tensor) -> Self:
        """Add a parameter at the end."""
        self.register_parameter(str(len(self)), _as_parameter(self, value))
        return self

    def extend(self, values: Iterable[Tensor]) -> Self:
        """Add parameters at the end."""
        for value in values:
            self.append(value)
        return self

    def extra_repr(self) -> str:
        return _described(self)


class ParameterDict(Module):
    """Parameters by name; plain tensors become parameters."""

    def __init__(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]] = ()) -> None:
        super().__init__()
        self.update(parameters)

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __contains__(self, name: object) -> bool:
        return name in self._parameters

    def __getitem__(self, name: str) -> Any:
        return self._parameters[name]

    def __setitem__(self, name: str, value: Tensor) -> None:
        self.register_parameter(name, _as_parameter(self, value))

    def __delitem__(self, name: str) -> None:
        delattr(self, name)

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._parameters.keys()

    def values(self) -> Iterable[Any]:
        """The parameters."""
        return self._parameters.values()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Names and parameters."""
        return self._parameters.items()

    def update(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]]) -> None:
        """Add or replace parameters by name."""
        for name, value in dict(parameters).items():
            self[name] = value

    def pop(self, name: str) -> Any:
        """Take a parameter out."""
        value = self[name]
        del self[name]
        return value

    def extra_repr(self) -> str:
        return _described(self)


def _as_parameter(owner: Module, value: Any) -> Parameter:
    if isinstance(value, Parameter):
        return value
    if not isinstance(value, Tensor):
        raise ArgumentError(f"{type(owner).__name__} cannot hold this", got=type(value).__name__, want="a Parameter")
    return Parameter(value)


def _described(owner: Module) -> str:
    return ", ".join(f"{name}: {tuple(value.shape)}" for name, value in owner.named_parameters(recurse=False))
