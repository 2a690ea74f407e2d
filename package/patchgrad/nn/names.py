"""What stands behind ``module.name``: parameters, buffers and children, each in a store of its own.

Knows nothing of calls, hooks or saving. Read next: ``module.py``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from patchgrad.errors import ArgumentError, NotReadyError, UnknownNameError
from patchgrad.nn.buffer import Buffer
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor
from patchgrad.tensor.calls import Constructed
from patchgrad.tensor.foreign import shown

STORES = ("_parameters", "_modules", "_buffers")
UNREADY = (*STORES, "_hooks", "_passing_buffers", "training")
"""What ``super().__init__()`` makes."""
_changes = itertools.count(1)


class Owner(Constructed):
    """Keeps assigned parameters, buffers and children under their names; all else is a plain attribute."""

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Any]
    _passing_buffers: set[str]
    """Names of the buffers that are not saved."""
    _changed_at: int

    def __init__(self) -> None:
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, _passing_buffers=set(), _changed_at=0)

    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__
        for store in STORES:
            if name in fields.get(store, ()):
                return fields[store][name]
        if STORES[0] not in fields and name in UNREADY:
            raise _unready(self, f"{type(self).__name__} cannot be used yet", name)
        raise UnknownNameError(f"{type(self).__name__} has no attribute {name!r}", name, self)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Parameter):
            self._register("_parameters", name, value)
        elif isinstance(value, Buffer):
            self.register_buffer(name, value, value.persistent)
        elif isinstance(value, Owner):
            self._register("_modules", name, value)
        elif (store := self._store_of(name)) is None:
            object.__setattr__(self, name, value)
        else:
            self._replace(store, name, value)

    def __delattr__(self, name: str) -> None:
        store = self._store_of(name)
        if store is None:
            object.__delattr__(self, name)
            return
        del self.__dict__[store][name]
        self._passing_buffers.discard(name)
        self._note_change()

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for store in STORES for name in self.__dict__.get(store, ()))]

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter under ``name``; None keeps the name for one that is absent (``bias=False``)."""
        if param is not None and not isinstance(param, Parameter):
            raise ArgumentError(
                f"cannot register {name!r} as a parameter",
                got=type(param).__name__,
                want="a Parameter or None",
                hint=f"nn.Parameter({name})",
            )
        self._register_new("_parameters", name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that is saved and moved with the module but not trained (not saved: ``persistent=False``)."""
        if tensor is not None and not isinstance(tensor, Tensor):
            raise ArgumentError(
                f"cannot register {name!r} as a buffer", got=type(tensor).__name__, want="a Tensor or None"
            )
        self._register_new("_buffers", name, tensor)
        if not persistent:
            self._passing_buffers.add(name)

    def register_module(self, name: str, module: Owner | None) -> None:
        """Add a child under ``name``."""
        if module is not None and not isinstance(module, Owner):
            raise ArgumentError(f"cannot register {name!r} as a child", got=repr(module), want="a Module or None")
        self._register_new("_modules", name, module)

    add_module = register_module

    def _store_of(self, name: str) -> str | None:
        fields = self.__dict__
        return next((store for store in STORES if name in fields.get(store, ())), None)

    def _register_new(self, store: str, name: str, value: Any) -> None:
        if not isinstance(name, str) or not name or "." in name:
            raise ArgumentError(
                f"cannot register under the name {name!r}", got=repr(name), want="a non-empty string without a dot"
            )
        taken = self._store_of(name)
        if (taken is None and hasattr(self, name)) or taken not in (None, store):
            raise ArgumentError(
                f"{type(self).__name__} already has an attribute {name!r}", got=repr(name), hint="choose another name"
            )
        self._register(store, name, value)

    def _register(self, store: str, name: str, value: Any) -> None:
        fields = self.__dict__
        if store not in fields:
            raise _unready(self, f"cannot assign {name!r} to {type(self).__name__} yet", name)
        for other in STORES:
            if other != store:
                fields[other].pop(name, None)
        fields.pop(name, None)
        fields[store][name] = value
        if store != "_buffers":
            self._note_change()

    def _replace(self, store: str, name: str, value: Any) -> None:
        """Assign to a registered name something that is neither Parameter nor Module."""
        if value is not None and not (store == "_buffers" and isinstance(value, Tensor)):
            want = {"_parameters": "a Parameter", "_modules": "a Module", "_buffers": "a Tensor"}[store]
            raise ArgumentError(
                f"cannot assign this to {type(self).__name__}.{name}",
                got=shown(value),
                want=f"{want} or None",
                hint=f"nn.Parameter({name})"
                if store == "_parameters" and isinstance(value, Tensor)
                else f"del module.{name} first, to use the name for something else",
            )
        self._register(store, name, value)

    def saved_values(self) -> Iterator[tuple[str, Tensor]]:
        """Own parameters, then own buffers that are saved, by name."""
        for name, value in [*self._parameters.items(), *self._buffers.items()]:
            if value is not None and name not in self._passing_buffers:
                yield name, value

    def _note_change(self) -> None:
        self.__dict__["_changed_at"] = next(_changes)


def _unready(owner: Owner, title: str, name: str) -> NotReadyError:
    return NotReadyError(
        title,
        got=f"{type(owner).__name__}.{name} before super().__init__()",
        want="a prepared module",
        hint=f"let {type(owner).__name__}.__init__ begin with super().__init__()",
    )
