"""Hooks of an optimizer: functions called around its steps, and when it is saved or loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.hooks import HookHandle, add
from patchgrad.tensor.calls import Constructed

Hook = Callable[..., Any]


class Hooked(Constructed):
    """The part of `Optimizer` that keeps hooks; without any nothing is paid."""

    def register_step_pre_hook(self, hook: Hook) -> HookHandle:
        """Call ``hook(optimizer, args, kwargs)`` before each step; what it returns, if not None, replaces the two."""
        return self._register_hook("before_step", hook)

    def register_step_post_hook(self, hook: Hook) -> HookHandle:
        """Call ``hook(optimizer, args, kwargs)`` after each step."""
        return self._register_hook("after_step", hook)

    def register_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> HookHandle:
        """Call ``hook(optimizer)`` before it is saved."""
        return self._register_hook("before_save", hook, prepend)

    def register_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> HookHandle:
        """Call ``hook(optimizer, state_dict)`` after it was saved; what it returns, if not None, is saved instead."""
        return self._register_hook("after_save", hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> HookHandle:
        """Call ``hook(optimizer, state_dict)`` before it is loaded; what it returns, if not None, is loaded instead."""
        return self._register_hook("before_load", hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> HookHandle:
        """Call ``hook(optimizer)`` after it was loaded."""
        return self._register_hook("after_load", hook, prepend)

    def _register_hook(self, moment: str, hook: Hook, prepend: bool = False) -> HookHandle:
        hooks: dict[str, dict[int, Hook]] = self.__dict__.setdefault("_hooks", {})
        return add(hooks.setdefault(moment, {}), hook, prepend=prepend)

    def _hooks_at(self, moment: str) -> tuple[Hook, ...]:
        hooks = self.__dict__.get("_hooks")
        return tuple(hooks.get(moment, {}).values()) if hooks else ()

    def _before_step(self, closure: Any) -> Any:
        """Run the hooks; the closure that is to be used."""
        for hook in self._hooks_at("before_step"):
            found = hook(self, (closure,), {})
            if found is not None:
                args, kwargs = found
                closure = args[0] if args else kwargs.get("closure")
        return closure

    def _after_step(self, closure: Any) -> None:
        for hook in self._hooks_at("after_step"):
            hook(self, (closure,), {})

    def _passed(self, moment: str, value: Any) -> Any:
        """What the hooks make of a state dict."""
        for hook in self._hooks_at(moment):
            found = hook(self, value)
            value = value if found is None else found
        return value
