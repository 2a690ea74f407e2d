"""Parametrizations: a parameter that is computed from others each time it is asked for, by modules that people write.

The module gets another class, of which a parameter that is not there is computed; what is trained stands in
``module.parametrizations.<name>``, as in PyTorch. Ready ones: ``parametrizations.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ArgumentError
from patchgrad.nn.containers import ModuleDict, ModuleList
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter, overwrite
from patchgrad.tensor import Tensor

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]
_cache: dict[tuple[int, str], Tensor] | None = None


@contextmanager
def cached() -> Iterator[None]:
    """Within it every parametrized tensor is computed once, when it is first asked for."""
    global _cache
    outer, _cache = _cache, {} if _cache is None else _cache
    try:
        yield
    finally:
        _cache = outer


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, in the order in which they are applied, and what they are applied to.

    Parameters
        original  of the first one; or original0, original1, ... where its ``right_inverse`` gives several tensors
    """

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        super().__init__(modules)
        self.unsafe = unsafe
        with no_grad():
            values = _backwards(self, original)
        self.is_tensor = isinstance(values, Tensor)
        self.ntensors = 1 if self.is_tensor else len(values)
        if self.is_tensor:
            with no_grad():
                values = values.clone()
            _write(original, values)
            _keep(self, "original", original)
        else:
            for number, value in enumerate(values):
                _keep(self, f"original{number}", _like(original, value))

    def originals(self) -> list[Any]:
        """What the first parametrization is called with."""
        names = ["original"] if self.is_tensor else [f"original{number}" for number in range(self.ntensors)]
        return [getattr(self, name) for name in names]

    def right_inverse(self, value: Tensor) -> None:
        """Make ``value`` what the parametrizations give, as far as they can be inverted."""
        for module in self:
            if not hasattr(module, "right_inverse"):
                raise ArgumentError(
                    "a parametrized tensor cannot be assigned to",
                    got=f"{type(module).__name__} without right_inverse",
                    want="parametrizations that have one",
                )
        with no_grad():
            values: Any = _backwards(self, value)
        for original, entry in zip(self.originals(), [values] if self.is_tensor else values, strict=True):
            _write(original, entry)

    def forward(self) -> Tensor:
        first, *rest = self
        found = first(*self.originals())
        for module in rest:
            found = module(found)
        return found


class Parametrized(Module):
    """Stands before the class of a module of which some tensors are parametrized."""

    def __getattr__(self, name: str) -> Any:
        lists = _lists(self)
        return _computed(self, name, lists[name]) if name in lists else super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        lists = _lists(self)
        if name in lists:
            lists[name].right_inverse(value)
        else:
            super().__setattr__(name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        return _empty, (type_before_parametrizations(self),), self.__dict__


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Let ``module.<tensor_name>`` be what ``parametrization`` makes of it; a second one is applied to the first.

    A method ``right_inverse`` of the parametrization says from what its present value comes; without it from itself.
    The optimizer goes on with the same parameter, except where ``right_inverse`` gives several.

    Parameters
        unsafe  do not check that shape and dtype stay
    Errors
        ArgumentError  if the module has no such tensor, or shape or dtype would change; nothing is changed then.
    """
    parametrization.train(module.training)
    known = _lists(module)
    if tensor_name in known:
        _check(module, tensor_name, getattr(module, tensor_name), parametrization, unsafe)
        known[tensor_name].append(parametrization)
        known[tensor_name].unsafe |= unsafe
        return module
    original = module._parameters.get(tensor_name, module._buffers.get(tensor_name))
    if original is None:
        names = [*module._parameters, *module._buffers]
        raise ArgumentError(
            f"{type(module).__name__} has no tensor {tensor_name!r} to parametrize",
            got=tensor_name,
            want=f"one of {', '.join(names) or 'none'}",
        )
    _check(module, tensor_name, original, parametrization, unsafe)
    entry = ParametrizationList([parametrization], original, unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        module.__class__ = _class_of(type(module))
        module.register_module("parametrizations", ModuleDict())
    _lists(module)[tensor_name] = entry
    return module


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """A plain parameter again: with its present value, or with the original one without ``leave_parametrized``."""
    lists = _lists(module)
    if tensor_name not in lists:
        raise ArgumentError(f"{tensor_name!r} of {type(module).__name__} is not parametrized")
    entry = lists[tensor_name]
    if not leave_parametrized and not entry.is_tensor:
        raise ArgumentError(
            "there is no single original to leave", got=f"{entry.ntensors} tensors", hint="leave_parametrized=True"
        )
    original = entry.originals()[0]
    if leave_parametrized:
        with no_grad():
            value = getattr(module, tensor_name).clone()
        if entry.is_tensor:
            _write(original, value)
        else:
            original = _like(original, value)
    del lists[tensor_name]
    if not len(lists):
        del module.parametrizations
        module.__class__ = type_before_parametrizations(module)
    _keep(module, tensor_name, original)
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Is this tensor parametrized (None: any)?"""
    lists = _lists(module)
    return bool(lists) if tensor_name is None else tensor_name in lists


def type_before_parametrizations(module: Module) -> type:
    """The class that the module had."""
    kind = type(module)
    return kind.__bases__[1] if issubclass(kind, Parametrized) else kind


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Give ``to_module`` the parametrizations of ``from_module`` (of one tensor, or of all), with its values."""
    for name in [tensor_name] if tensor_name is not None else list(_lists(from_module)):
        source = _lists(from_module)[name]
        for parametrization in source:
            register_parametrization(to_module, name, parametrization, unsafe=source.unsafe)
        for mine, theirs in zip(_lists(to_module)[name].originals(), source.originals(), strict=True):
            _write(mine, theirs)
    return to_module


@lru_cache(maxsize=256)
def _class_of(kind: type[Module]) -> type[Module]:
    return type(f"Parametrized{kind.__name__}", (Parametrized, kind), {"__module__": kind.__module__})


def _empty(kind: type[Module]) -> Any:
    """A module of the parametrized class without anything in it, for copies."""
    return object.__new__(_class_of(kind))


def _lists(module: Module) -> Any:
    found = module.__dict__.get("_modules", {}).get("parametrizations")
    return {} if found is None else found


def _computed(module: Module, name: str, entry: ParametrizationList) -> Tensor:
    if _cache is None:
        return entry()
    key = (id(module), name)
    if key not in _cache:
        _cache[key] = entry()
    return _cache[key]


def _backwards(modules: Sequence[Module] | ModuleList, value: Any) -> Any:
    """From what the last module should give to what the first is called with."""
    for module in reversed(list(modules)):
        inverse: Any = getattr(module, "right_inverse", None)
        if inverse is not None:
            try:
                value = inverse(value)
            except NotImplementedError:
                continue
    return value


def _check(module: Module, name: str, value: Tensor, parametrization: Module, unsafe: bool) -> None:
    """Raise ArgumentError if the parametrized tensor would have another shape or dtype."""
    if unsafe:
        return
    with no_grad():
        inverse = _backwards([parametrization], value)
        found = parametrization(*([inverse] if isinstance(inverse, Tensor) else inverse))
    if not isinstance(found, Tensor) or found.shape != value.shape or found.dtype != value.dtype:
        got = f"{found.shape} {found.dtype.name}" if isinstance(found, Tensor) else type(found).__name__
        raise ArgumentError(
            f"{type(parametrization).__name__} would change {name!r} of {type(module).__name__}",
            got=got,
            want=f"{value.shape} {value.dtype.name}",
            hint="unsafe=True, if that is meant",
        )


def _keep(module: Module, name: str, value: Tensor) -> None:
    """As a parameter or a buffer, as it was."""
    if isinstance(value, Parameter):
        module.register_parameter(name, value)
    else:
        module.register_buffer(name, value)


def _like(original: Tensor, value: Tensor) -> Tensor:
    """A new parameter (or buffer) with this value, trained if ``original`` is."""
    copy = value.detach().clone()
    return Parameter(copy, original.requires_grad) if isinstance(original, Parameter) else copy


def _write(target: Tensor, value: Tensor) -> None:
    if value.data is target.data:
        return
    if tuple(value.shape) == tuple(target.shape):
        overwrite(target, value.data)
    else:
        target.data = value.data.copy()
