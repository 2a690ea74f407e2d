"""Hooks of a module: functions that run before and after its call and may change what passes.

Knows the module only as something with ``forward`` and ``_hooks``. Observers, which may look but not
change, are entered here too, so that a module without either pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from itertools import takewhile
from typing import Any

from patchgrad.autograd.hooks import HookHandle, add
from patchgrad.autograd.state import state
from patchgrad.nn.backward_hooks import Crossing
from patchgrad.tensor import Tensor

__all__ = ["HookHandle", "Hooks", "add", "watched_call"]


class Hooks:
    """The hooks of one module, in calling order: before and after forward, and on the way back."""

    def __init__(self) -> None:
        self.before: dict[int, tuple[Callable[..., Any], bool]] = {}
        self.after: dict[int, tuple[Callable[..., Any], bool]] = {}
        self.before_backward: dict[int, Callable[..., Any]] = {}
        self.backward: dict[int, Callable[..., Any]] = {}

    def __bool__(self) -> bool:
        return bool(self.before or self.after or self.backward or self.before_backward)


def watched_call(module: Any, hooks: Hooks, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``module.forward`` with its hooks around it and the observers told."""
    observers = state.observers
    if observers:
        seen = _in_order(module, args, kwargs) if kwargs else args
        for observer in observers:
            observer.enter(module, seen)
    args, kwargs = _run_before(hooks, module, args, kwargs)
    output = _forward_and_back(hooks, module, args, kwargs)
    output = _run_after(hooks, module, args, kwargs, output)
    for observer in observers:
        observer.leave(module, output)
    return output


def _in_order(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """The arguments by place, as far as tensors follow each other; what else is given by name are settings."""
    names = list(signature(module.forward).parameters)[len(args) :]
    return (*args, *[kwargs[name] for name in takewhile(lambda name: isinstance(kwargs.get(name), Tensor), names)])


def _run_before(
    hooks: Hooks, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    for hook, with_kwargs in tuple(hooks.before.values()):
        answer = hook(module, args, kwargs) if with_kwargs else hook(module, args)
        if answer is None:
            continue
        if with_kwargs:
            args, kwargs = answer
        else:
            args = answer if isinstance(answer, tuple) else (answer,)
    return args, kwargs


def _run_after(hooks: Hooks, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> Any:
    for hook, with_kwargs in tuple(hooks.after.values()):
        answer = hook(module, args, kwargs, output) if with_kwargs else hook(module, args, output)
        output = output if answer is None else answer
    return output


def _forward_and_back(hooks: Hooks, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not hooks.backward and not hooks.before_backward:
        return module.forward(*args, **kwargs)
    crossing = Crossing(module, list(hooks.backward.values()), list(hooks.before_backward.values()))
    return crossing.leave(module.forward(*crossing.enter(args), **kwargs))
