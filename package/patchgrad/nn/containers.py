"""Modules that hold other modules: in a row, in a list, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from patchgrad.errors import ArgumentError, RangeError, UnknownKeyError, near
from patchgrad.nn import printing
from patchgrad.nn.module import Module


class _Numbered(Module):
    """Children named "0", "1" ... in order, reached by index."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(list(self._modules.values()))

    def __contains__(self, module: object) -> bool:
        return any(child is module for child in self)

    def __getitem__(self, index: Any) -> Any:
        """The child at an index; for a slice, a container of the same kind with the same children."""
        if isinstance(index, slice):
            return self._of(list(self._modules.items())[index])
        return self._modules[self._key(index)]

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._key(index), module)

    def __delitem__(self, index: Any) -> None:
        places = range(len(self))[index] if isinstance(index, slice) else [range(len(self))[index]]
        self._number([child for place, child in enumerate(self) if place not in places])

    def append(self, module: Module) -> Self:
        """Add a child at the end."""
        self.register_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add children at the end."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Add a child before ``index``; those behind it move up one number."""
        children = list(self)
        children.insert(index, module)
        self._number(children)
        return self

    def _of(self, entries: list[tuple[str, Module]]) -> Self:
        return type(self)(*(module for _, module in entries))

    def _key(self, index: int) -> str:
        names = list(self._modules)
        if not -len(names) <= index < len(names):
            raise RangeError(
                f"{type(self).__name__} has no entry {index}",
                got=f"index {index} of {len(names)} entries",
                want=f"0 to {len(names) - 1}" if names else "an index into a list that is not empty",
            )
        return names[index]

    def pop(self, index: int) -> Module:
        """Take a child out; those behind it move up."""
        module = self[index]
        del self[index]
        return module

    def _number(self, children: list[Module]) -> None:
        for name in list(self._modules):
            delattr(self, name)
        for number, child in enumerate(children):
            self.register_module(str(number), child)


class Sequential(_Numbered):
    """One module after the other, each fed with the output of the one before.

    ``Sequential(a, b)`` numbers them; ``Sequential({"first": a, "second": b})`` names them.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        named = args[0].items() if len(args) == 1 and isinstance(args[0], Mapping) else enumerate(args)
        for name, module in named:
            _add(self, str(name), module)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def _of(self, entries: list[tuple[str, Module]]) -> Self:
        return type(self)(dict(entries))


class ModuleList(_Numbered):
    """A list of modules; has no forward of its own."""

    _instead_of_forward = "for layer in layers: x = layer(x), or nn.Sequential(*layers)"

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__()
        for number, module in enumerate(modules):
            _add(self, str(number), module)

    def _of(self, entries: list[tuple[str, Module]]) -> Self:
        return type(self)(module for _, module in entries)

    def __repr__(self) -> str:
        return printing.list_repr(self, self._modules)


class ModuleDict(Module):
    """Modules by name; has no forward of its own."""

    _instead_of_forward = 'call one of them: layers["name"](x)'

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] = ()) -> None:
        super().__init__()
        self.update(modules)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __getitem__(self, name: str) -> Module:
        try:
            return self._modules[name]
        except KeyError:
            raise UnknownKeyError(
                f"ModuleDict has no entry {name!r}",
                got=repr(name),
                want=", ".join(self._modules) or "an entry: it is empty",
                hint=near(str(name), list(self._modules)),
            ) from None

    def __setitem__(self, name: str, module: Module) -> None:
        _add(self, name, module)

    def __delitem__(self, name: str) -> None:
        delattr(self, name)

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Module]]:
        """Names and modules."""
        return self._modules.items()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add or replace modules by name."""
        for name, module in dict(modules).items():
            self[name] = module

    def clear(self) -> None:
        """Take all modules out."""
        for name in list(self._modules):
            del self[name]

    def pop(self, name: str) -> Module:
        """Take a module out."""
        module = self[name]
        del self[name]
        return module


def _add(owner: Module, name: str, module: Any) -> None:
    if not isinstance(module, Module):
        raise ArgumentError(
            f"{type(owner).__name__} cannot hold its entry {name!r}",
            got=f"the class {module.__name__}" if isinstance(module, type) else type(module).__name__,
            want="a Module",
            hint=f"{module.__name__}(...)" if isinstance(module, type) else "wrap it in a class with forward",
        )
    owner.register_module(name, module)
