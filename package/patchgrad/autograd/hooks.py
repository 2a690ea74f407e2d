"""Hooks: functions that are called when something passes, and the handles that take them away."""

from __future__ import annotations

import itertools
from typing import Any

_next_id = itertools.count()


class HookHandle:
    """Takes a hook away again: ``handle.remove()``, or ``with module.register_forward_hook(f): ...``."""

    __slots__ = ("_hooks", "id")

    def __init__(self, hooks: dict[int, Any]) -> None:
        self._hooks = hooks
        self.id = next(_next_id)

    def remove(self) -> None:
        self._hooks.pop(self.id, None)

    __call__ = remove

    def __enter__(self) -> HookHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def add(hooks: dict[int, Any], entry: Any, *, prepend: bool = False) -> HookHandle:
    """Put ``entry`` last (or first) in ``hooks``; the handle removes it."""
    handle = HookHandle(hooks)
    later = dict(hooks) if prepend else {}
    if prepend:
        hooks.clear()
    hooks[handle.id] = entry
    hooks.update(later)
    return handle


class LeafHooks:
    """Hooks of a leaf: on its gradient before it is added to ``grad``, and on the leaf afterwards."""

    __slots__ = ("after", "before")

    def __init__(self) -> None:
        self.before: dict[int, Any] = {}
        self.after: dict[int, Any] = {}
