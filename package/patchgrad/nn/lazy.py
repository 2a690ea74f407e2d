"""What layers share that learn the size of their inputs from the first one: `LazyLinear` and all other ``Lazy...``."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ShapeError
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import allocate
from patchgrad.nn.uninitialized import UninitializedBuffer, UninitializedParameter, is_uninitialized
from patchgrad.tensor import Tensor


class LazyModuleMixin(Module):
    """A layer that becomes a plain ``cls_to_become`` at its first call; stands before it among the bases.

    Its parameters are the objects that they will be, so an optimizer may have them before. A state dict may be loaded
    before the first call, too.

    Fields
        waits_for  the setting that follows from the input
        channels   the axis that tells it, counted from the last one
    """

    cls_to_become: Any
    waits_for: str
    _settings: dict[str, Any]

    def _wait(self, settings: dict[str, Any], device: Any, dtype: Any) -> None:
        """Be built but for the tensors whose shape is not known yet."""
        self.cls_to_become.__init__(self, settings.get("groups", 1), **settings, device="meta")
        self._settings = settings
        for name, parameter in list(self._parameters.items()):
            if parameter is not None:
                setattr(self, name, UninitializedParameter(device=device, dtype=dtype))
        for name, buffer in list(self._buffers.items()):
            if buffer is not None:
                setattr(self, name, _waiting_buffer(buffer, device, dtype))
        setattr(self, self.waits_for, 0)

    def has_uninitialized_params(self) -> bool:
        """Is there a tensor that still waits for its shape?"""
        return any(is_uninitialized(value) for value in self._own())

    def initialize_parameters(self, x: Tensor, *_: Any, **__: Any) -> None:
        """Give all tensors that wait their shape and first values, as the plain layer would have them."""
        size = self._size_of(x)
        waiting: Any = next((value for value in self._own() if is_uninitialized(value)), None)
        if waiting is not None:
            place = {"device": waiting.device, "dtype": waiting.data.dtype}
            made: Module = self.cls_to_become(size, **self._settings, **place)
            for value, fresh in zip(self._own(), [*made.parameters(False), *made.buffers(False)], strict=True):
                if is_uninitialized(value):
                    value.become(fresh.data)
        setattr(self, self.waits_for, size)
        del self._settings
        self._note_change()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.initialize_parameters(*args, **kwargs)
        self.__class__ = self.cls_to_become
        return self(*args, **kwargs)

    def _own(self) -> list[Any]:
        return [*self.parameters(False), *self.buffers(False)]

    def _channel_axis(self, x: Tensor) -> int:
        """The axis of the input that tells the size."""
        raise NotImplementedError(f"{type(self).__name__} has no _channel_axis method")

    def _size_of(self, x: Tensor) -> int:
        axis = self._channel_axis(x)
        if not -x.ndim <= axis < x.ndim:
            raise ShapeError(
                f"{type(self).__name__} cannot take x: {x.shape}",
                got=f"x: {x.shape}",
                want=f"an axis that tells {self.waits_for}",
                where=self.path,
            )
        return x.shape[axis]


def _waiting_buffer(buffer: Tensor, device: Any, dtype: Any) -> Tensor:
    """A buffer that waits; a counter needs no size, and begins at 0."""
    if buffer.dtype.is_floating_point:
        return UninitializedBuffer(device=device, dtype=dtype)
    counter = Tensor(allocate(buffer.shape, device=device, dtype=buffer.dtype))
    return counter if str(counter.device) == "meta" else counter.fill_(0)
