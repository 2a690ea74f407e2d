"""What a thread is doing: is the tape on, which module runs, who watches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Protocol


class Observer(Protocol):
    """Looks at a computation without changing it; every method may be left as a no-op.

    With ``wants_maps`` attention runs in parts, so that its softmax is seen.
    """

    def forward(
        self, op: Any, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...], node: Any
    ) -> None:
        """An op ran. ``node`` is None where nothing was taped."""

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        """The rules of a node ran."""

    def enter(self, module: Any, args: tuple[Any, ...]) -> None:
        """A module's call begins."""

    def leave(self, module: Any, output: Any) -> None:
        """A module's call ended."""


class State(threading.local):
    """Per-thread switches of the tape."""

    grad_enabled = True
    observers: tuple[Any, ...] = ()
    autocast: Any = None
    inference = False

    def __init__(self) -> None:
        self.scope: list[Any] = []
        self.passes: list[tuple[Any, Any]] = []
        """Roots and wanted keys of the backward passes that run, the innermost last."""


state = State()


@contextmanager
def observing(observer: Observer) -> Iterator[Observer]:
    """Let ``observer`` see what this thread computes inside the block."""
    state.observers = (*state.observers, observer)
    try:
        yield observer
    finally:
        state.observers = tuple(entry for entry in state.observers if entry is not observer)


class set_grad_enabled:
    """Switch the tape on or off, as a context, a decorator or at once."""

    def __init__(self, mode: bool) -> None:
        self._before = state.grad_enabled
        self._mode = state.grad_enabled = bool(mode) and not state.inference

    def __enter__(self) -> None:
        state.grad_enabled = self._mode

    def __exit__(self, *_: object) -> None:
        state.grad_enabled = self._before

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        state.grad_enabled = self._before
        mode = self._mode

        @wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with set_grad_enabled(mode):
                return function(*args, **kwargs)

        return inside


class _Mode:
    """A context and decorator that holds the tape in one position; ``@no_grad`` without brackets decorates, too."""

    mode: bool

    def __new__(cls, orig_func: Callable[..., Any] | None = None) -> Any:
        found = super().__new__(cls)
        return found if orig_func is None else found(orig_func)

    def __enter__(self) -> None:
        self._before = state.grad_enabled
        state.grad_enabled = self.mode and not state.inference

    def __exit__(self, *_: object) -> None:
        state.grad_enabled = self._before

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with type(self)():
                return function(*args, **kwargs)

        return inside


class no_grad(_Mode):
    """Compute without a tape: results have ``requires_grad=False``."""

    mode = False


class enable_grad(_Mode):
    """Switch the tape on inside a ``no_grad`` block."""

    mode = True


class inference_mode:
    """Compute without a tape, whatever is switched on inside; a context or a decorator.

    Tensors made here are ordinary tensors, and may be used in a graph later (PyTorch refuses that).
    """

    def __init__(self, mode: bool | Callable[..., Any] = True) -> None:
        self._mode = mode

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        """``@inference_mode`` without brackets decorates, too."""
        return cls()(mode) if callable(mode) else super().__new__(cls)

    def __enter__(self) -> None:
        self._before = state.grad_enabled, state.inference
        state.inference = bool(self._mode)
        state.grad_enabled = state.grad_enabled and not self._mode

    def __exit__(self, *_: object) -> None:
        state.grad_enabled, state.inference = self._before

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        mode = self._mode

        @wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with inference_mode(mode):
                return function(*args, **kwargs)

        return inside


def is_inference_mode_enabled() -> bool:
    """Is this thread inside `inference_mode`?"""
    return state.inference


def is_grad_enabled() -> bool:
    """Is the tape on in this thread?"""
    return state.grad_enabled
