"""A step that is itself on the tape (``differentiable=True``), so that gradients flow through the update.

The families' arithmetic runs on tensors instead of bare arrays: ``backend_of`` gives them a namespace that knows
``out=`` and writes it in place, on the tape. No family knows of it.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend import backend_of as backend_of_array
from patchgrad.tensor import Tensor
from patchgrad.tensor.worlds import tensor_namespace


class TapedNamespace:
    """The array API's functions over tensors, with NumPy's ``out=``."""

    def __getattr__(self, name: str) -> Any:
        function = getattr(tensor_namespace(), name)

        def call(*inputs: Any, out: Tensor | None = None, **settings: Any) -> Any:
            result = function(*inputs, **settings)
            return result if out is None else out.copy_(result)

        return call

    def array(self, value: Tensor, copy: bool = True) -> Tensor:
        """A copy that stays on the tape."""
        return value.clone() if copy else value


class TapedBackend:
    """What a family asks a backend for; no kernel takes tensors."""

    compiled = False
    xp = TapedNamespace()

    def update(self, *_: Any, **__: Any) -> bool:
        """No update was done in one pass."""
        return False


class FreshScratch:
    """Spare tensors that are used once: the tape may keep them."""

    def like(self, xp: Any, array: Tensor, use: str = "") -> Tensor:
        """A new tensor of the form of ``array``."""
        return xp.empty_like(array)


TAPED = TapedBackend()


def backend_of(value: Any) -> Any:
    """Where the arithmetic of an update runs: the array's backend, or the tape for a tensor."""
    return TAPED if isinstance(value, Tensor) else backend_of_array(value)


def on_tape(slots: dict[str, Any]) -> None:
    """Make tensors of the arrays in ``slots``; they share memory."""
    for name, value in slots.items():
        if hasattr(value, "shape") and not isinstance(value, Tensor):
            slots[name] = Tensor(value)


def plain(group: dict[str, Any]) -> dict[str, Any]:
    """The settings as numbers, where some (a learning rate) are tensors."""
    if not any(_holds_tensor(value) for key, value in group.items() if key != "params"):
        return group
    return {key: value if key == "params" else _number(value) for key, value in group.items()}


def _holds_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) or (isinstance(value, tuple) and any(isinstance(entry, Tensor) for entry in value))


def _number(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_number(entry) for entry in value)
    return value.item() if isinstance(value, Tensor) else value
