"""What a module does to be saved and loaded: hooks before and after, and state that is no tensor. See ``saving.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from patchgrad.autograd.hooks import HookHandle, add
from patchgrad.errors import NotWrittenError
from patchgrad.nn import saving
from patchgrad.nn.names import Owner


class Stateful(Owner):
    """The part of `Module` that saves and loads."""

    def state_dict(
        self, *, destination: dict[str, Any] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """Parameters and persistent buffers by dotted name, sharing memory with the module.

        Parameters
            destination  a dictionary to write into
            prefix       stands before every name
            keep_vars    the parameters themselves, with their graph
        """
        return saving.state_dict(self, {} if destination is None else destination, prefix, keep_vars)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> saving.LoadedKeys:
        """Copy values into parameters and buffers by name; all or nothing.

        Parameters
            strict  every name must be there, and no other
            assign  take the tensors themselves in the place of the module's own (a meta module needs no memory before)
        """
        return saving.load_state_dict(self, state_dict, strict, assign)

    def get_extra_state(self) -> Any:
        """What else is to be saved, under ``_extra_state``; write it together with ``set_extra_state``."""
        raise self._not_written("get_extra_state")

    _no_extra_state = get_extra_state

    def set_extra_state(self, state: Any) -> None:
        """Take back what ``get_extra_state`` gave."""
        raise self._not_written("set_extra_state")

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Call ``hook(module, prefix, keep_vars)`` before this module is saved."""
        return self._register_state_hook("before_save", hook)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` after it was saved; it may change that."""
        return self._register_state_hook("after_save", hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)``
        before this module is loaded; it may change the dictionary, which is a copy.
        """
        return self._register_state_hook("before_load", hook)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> HookHandle:
        """Call ``hook(module, incompatible_keys)`` after all was loaded; it may take names out of the two lists."""
        return self._register_state_hook("after_load", hook)

    def _register_state_hook(self, moment: str, hook: Callable[..., Any]) -> HookHandle:
        hooks: dict[str, dict[int, Any]] = self.__dict__.setdefault("_state_hooks", {})
        return add(hooks.setdefault(moment, {}), hook)

    def _run_state_hooks(self, moment: str, *args: Any) -> None:
        for hook in tuple(self.__dict__.get("_state_hooks", {}).get(moment, {}).values()):
            hook(self, *args)

    def _not_written(self, method: str) -> NotWrittenError:
        return NotWrittenError(
            f"{type(self).__name__} has no {method} method",
            got=f"a call of {method}",
            want="get_extra_state and set_extra_state in the class, both",
        )
