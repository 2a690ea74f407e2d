"""What must be as it was when a step was recorded: modules and their settings, tensors and their memory, plain values.

Every check compares identities or plain values; a change of any kind makes `Guards.changed` say what it was.
"""

from __future__ import annotations

import dis
import weakref
from collections.abc import Iterable, Iterator
from functools import cache
from inspect import getattr_static
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from patchgrad.backend.device import device
from patchgrad.backend.dtype import dtype, get_default_dtype
from patchgrad.nn.module import Module
from patchgrad.optim.optimizer import Optimizer
from patchgrad.replaying.notes import Held
from patchgrad.tensor import Tensor

PLAIN = (
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    range,
    slice,
    dtype,
    device,
    type(...),
    type(NotImplemented),
)
STABLE = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type, Module, Optimizer, Tensor)
STORES = ("_parameters", "_modules", "_buffers")
MISSING = object()


def is_plain(value: Any) -> bool:
    """Is this a value that nobody can change, and that can be compared?"""
    return isinstance(value, PLAIN) or (isinstance(value, (tuple, frozenset)) and all(map(is_plain, value)))


def is_known(value: Any) -> bool:
    """Plain, or an object whose changes are seen by other checks."""
    if isinstance(value, tuple):
        return all(map(is_known, value))
    return is_plain(value) or isinstance(value, STABLE)


class Guards:
    """Collected while a step is recorded; then asked before each replay."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, str], tuple[dict[str, Any], str, Any]] = {}
        self._cells: list[tuple[Any, str, Any]] = []
        self._functions: dict[CodeType, FunctionType] = {}
        self._modules: dict[int, Module] = {}
        self._facts: list[tuple[Module, dict[str, Any], tuple[dict[str, Any], ...]]] = []
        self._tensors: list[_Seen] = []
        self._default = get_default_dtype()
        self._read: list[CodeType] = []

    # While a step is recorded

    def take_function(self, function: Any) -> str:
        """The function that is called first: its closure, and the object it is a method of. Why not, or ""."""
        if isinstance(function, MethodType):
            function = function.__func__
        if isinstance(function, FunctionType):
            self._functions[function.__code__] = function
        return ""

    def take_modules(self, modules: Iterable[Module]) -> None:
        """These modules and all below them."""
        for module in modules:
            if id(module) not in self._modules:
                for below in module.modules():
                    self._modules[id(below)] = below

    def read(self, code: CodeType, names: dict[str, Any], local: dict[str, Any], first: Any) -> str:
        """What other people's code reads from outside. Says why it may change without notice, or ""."""
        self._read.append(code)
        for name in globals_of(code):
            if name in names and not self._place(names, name):
                return f"{code.co_name}() reads {name}, {_a(names[name])} that may change unseen"
        self._take_method(code, first)
        why = self._closure(code, local)
        if why or not isinstance(first, object) or isinstance(first, (*PLAIN, Tensor, type, Optimizer)):
            return why
        return self._attributes(code, first)

    def _take_method(self, code: CodeType, owner: Any) -> None:
        """Remember the function of this code if it is a method of ``owner``."""
        method = getattr_static(type(owner), code.co_name, None)
        if isinstance(method, FunctionType) and method.__code__ is code:
            self._functions[code] = method

    def _attributes(self, code: CodeType, owner: Any) -> str:
        fields = getattr(owner, "__dict__", {})
        for name in attributes_of(code):
            holder: Any = (
                fields if name in fields else next((vars(k) for k in type(owner).__mro__ if name in vars(k)), {})
            )
            if name in holder and not self._field(holder, name):
                return f"{code.co_name}() reads self.{name}, {_a(holder[name])} that may change unseen"
        return ""

    def _field(self, holder: Any, name: str) -> bool:
        value = getattr_static(holder, name, MISSING) if not hasattr(holder, "get") else holder.get(name)
        if isinstance(value, (property, staticmethod, classmethod)):
            return True
        return self._place(holder, name)

    def _place(self, names: Any, name: str) -> bool:
        value = names[name]
        if not is_known(value):
            return False
        self._places[id(names), name] = (names, name, value)
        self.take(value)
        return True

    def take(self, value: Any) -> None:
        """Something that a step is given or reads: modules and functions in it are looked at too."""
        if isinstance(value, Module):
            self.take_modules([value])
        elif isinstance(value, FunctionType):
            self._functions.setdefault(value.__code__, value)
        elif isinstance(value, MethodType):
            self.take(value.__self__)
            self.take(value.__func__)
        elif isinstance(value, (tuple, list)):
            for entry in value:
                self.take(entry)

    def _closure(self, code: CodeType, local: dict[str, Any]) -> str:
        free = [name for name in code.co_freevars if name != "__class__"]
        function = self._functions.get(code)
        if function is None:
            inner = {constant for outer in self._read for constant in outer.co_consts if isinstance(constant, CodeType)}
            return "" if not free or code in inner else f"{code.co_name}() reads {free[0]} of a function around it"
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            if name == "__class__":
                continue
            if not is_known(local.get(name)):
                return f"{code.co_name}() reads {name}, {_a(local.get(name))} that may change unseen"
            self._cells.append((cell, name, local[name]))
            self.take(local[name])
        return ""

    def settle(self, held: Iterable[Held]) -> str:
        """Note how modules and tensors are now that the step is over. Why it cannot be replayed, or ""."""
        tensors = {id(entry.tensor): entry.tensor for entry in held}
        for module in self._modules.values():
            if module._hooks:
                return f"{type(module).__name__} has a hook"
            fields = module.__dict__
            self._facts.append((module, dict(fields), tuple(dict(fields[store]) for store in STORES)))
            for store in (fields["_parameters"], fields["_buffers"]):
                tensors.update({id(tensor): tensor for tensor in store.values() if tensor is not None})
        self._tensors = [_Seen(tensor) for tensor in tensors.values()]
        return ""

    def memory(self) -> Iterator[Any]:
        """The arrays of all tensors that are held."""
        return (seen.tensor.data for seen in self._tensors)

    # Before each replay

    def changed(self) -> str:
        """What is not as it was; empty if all is."""
        for seen in self._tensors:
            tensor = seen.tensor
            if seen.array() is not tensor.data and not seen.again():
                return "a parameter or buffer has another shape or dtype"
            if tensor.requires_grad is not seen.wanted:
                return "a parameter was frozen or freed"
            if tensor.hooks is not None:
                return "a parameter has a hook"
        for module, fields, stores in self._facts:
            if not _same(module, fields, stores):
                return f"{type(module).__name__} was changed"
        for names, name, value in self._places.values():
            now = names.get(name, MISSING)
            if now is not value and (type(now) is not type(value) or now != value):
                return f"{name} was changed"
        for cell, name, value in self._cells:
            now = cell.cell_contents
            if now is not value and (type(now) is not type(value) or now != value):
                return f"{name} was changed"
        return "" if get_default_dtype() is self._default else "the default dtype was changed"


class _Seen:
    """A tensor as it was: the memory may be replaced by another array of its form."""

    __slots__ = ("array", "form", "tensor", "wanted")

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        self.wanted = tensor.requires_grad
        self.array = weakref.ref(tensor.data)
        self.form = (type(tensor.data), tensor.data.shape, tensor.data.dtype)

    def again(self) -> bool:
        """Has the array that there is now the form of the one there was?"""
        array = self.tensor.data
        if (type(array), array.shape, array.dtype) != self.form:
            return False
        self.array = weakref.ref(array)
        return True


def _same(module: Module, fields: dict[str, Any], stores: tuple[dict[str, Any], ...]) -> bool:
    now = module.__dict__
    try:
        if now != fields or module._hooks:
            return False
    except ValueError:  # arrays were compared
        return False
    parameters, modules, buffers = stores
    return now["_parameters"] == parameters and now["_modules"] == modules and now["_buffers"] == buffers


def _a(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


@cache
def globals_of(code: CodeType) -> tuple[str, ...]:
    """The names of the module around it that this code reads."""
    found = (step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
    return tuple(dict.fromkeys(found))


@cache
def attributes_of(code: CodeType) -> tuple[str, ...]:
    """The attributes that this code reads, of whatever object."""
    names = ("LOAD_ATTR", "LOAD_METHOD")
    return tuple(dict.fromkeys(step.argval for step in dis.get_instructions(code) if step.opname in names))
