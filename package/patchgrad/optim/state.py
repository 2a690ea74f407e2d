"""The slots of all parameters of an optimizer, by ``uid``; ``optimizer.state[parameter]`` works too."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from patchgrad.tensor import Tensor

Slots = dict[str, Any]
"""Values of one parameter: bare arrays (mostly of its shape), and numbers such as ``step``."""


class State(dict[Any, Any]):
    """Slots by the uid of their parameter. Asked with the parameter itself it gives them as tensors."""

    def __missing__(self, key: Any) -> Any:
        if isinstance(key, Tensor):
            return TensorSlots(self.setdefault(key.uid, {}))
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key.uid if isinstance(key, Tensor) else key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, Tensor):
            slots = super().setdefault(key.uid, {})
            slots.clear()
            TensorSlots(slots).update(value)
        else:
            super().__setitem__(key, value)

    def get(self, key: Any, default: Any = None) -> Any:
        if isinstance(key, Tensor) and key in self:
            return self[key]
        return super().get(key, default)

    def pop(self, key: Any, *default: Any) -> Any:
        return super().pop(key.uid if isinstance(key, Tensor) else key, *default)


class TensorSlots(MutableMapping[str, Any]):
    """The slots of one parameter, with tensors that share memory in the place of arrays."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    def __getitem__(self, name: str) -> Any:
        value = self._slots[name]
        return Tensor(value) if hasattr(value, "shape") and not isinstance(value, Tensor) else value

    def __setitem__(self, name: str, value: Any) -> None:
        taped = isinstance(value, Tensor) and value.requires_grad
        self._slots[name] = value.data if isinstance(value, Tensor) and not taped else value

    def __delitem__(self, name: str) -> None:
        del self._slots[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._slots)

    def __len__(self) -> int:
        return len(self._slots)

    def __repr__(self) -> str:
        return repr(dict(self))
