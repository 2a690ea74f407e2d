"""A piece of memory that several tensors look at, as PyTorch's files keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.backend import host
from patchgrad.errors import DataError
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import link


def _look(xp: Any, memory: Any, kind: Any, size: Any, stride: Any, offset: Any) -> Any:
    """An array of ``kind`` at an offset in ``memory`` (bytes), with strides in elements."""
    if 0 in size:
        return xp.empty(size, dtype=kind)
    steps = tuple(step * kind.itemsize for step in stride)
    return host.ndarray(size, kind, buffer=memory, offset=offset * kind.itemsize, strides=steps)


LOOK = OpSpec("storage_view", inputs=("memory",), forward=_look, shape=lambda memory, size, **_: size, view=True)
"""How a tensor was taken from a storage. It carries no gradient: it runs before there is any."""


class Storage:
    """``size`` bytes that are read when the first tensor looks at them."""

    def __init__(self, size: int, read: Callable[[], Any], swapped: bool = False) -> None:
        self.size = size
        self._read = read
        self._swapped = swapped
        self._memory: Tensor | None = None
        self._width = 1

    def tensor(self, kind: Any, size: tuple[int, ...], stride: tuple[int, ...], offset: int) -> Tensor:
        """A tensor on this memory. Raises DataError, before memory is taken, if it would reach beyond it."""
        last = offset + sum((count - 1) * step for count, step in zip(size, stride, strict=True))
        if 0 not in size and (last + 1) * kind.itemsize > self.size:
            raise DataError(
                "a tensor in this file reaches beyond its storage",
                got=f"shape {size}, stride {stride}, offset {offset}: {(last + 1) * kind.itemsize:,} bytes",
                want=f"at most {self.size:,} bytes",
            )
        if self._memory is None:
            self._memory = Tensor(self._in_order(self._read(), kind))
        attrs = {"kind": kind.numpy, "size": size, "stride": stride, "offset": offset}
        tensor = Tensor(_look(host, self._memory.data, **attrs))
        link(tensor, self._memory, LOOK, attrs)
        return tensor

    def _in_order(self, memory: Any, kind: Any) -> Any:
        """The bytes in the order of this machine."""
        if not self._swapped:
            return memory
        width = kind.itemsize // 2 if kind.kind == "c" else kind.itemsize
        return host.ascontiguousarray(memory.reshape(-1, width)[:, ::-1]).reshape(-1)
