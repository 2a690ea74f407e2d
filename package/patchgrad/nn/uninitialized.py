"""Parameters and buffers whose shape follows from the first input. Who waits for it: ``lazy.py``."""

from __future__ import annotations

from typing import Any, NoReturn, Self, TypeGuard

from patchgrad.errors import ArgumentError
from patchgrad.nn.parameter import Parameter, allocate
from patchgrad.tensor import Tensor


class _Uninitialized:
    """No shape yet: only a device and a dtype."""

    __slots__ = ()
    becomes: type[Tensor]
    data: Any
    requires_grad: bool

    @property
    def shape(self) -> NoReturn:
        raise ArgumentError(
            f"this {type(self).__name__} has no shape yet",
            hint="call the module once with an input, or load a state dict into it",
        )

    ndim = shape

    def detach(self) -> Any:
        return self

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Become a tensor of this shape, without meaningful values; it stays the same object."""
        where = self.device if device is None else device  # type: ignore[attr-defined]
        self.become(allocate(tuple(shape), device=where, dtype=self.data.dtype if dtype is None else dtype))

    def become(self, array: Any) -> None:
        """Become a tensor with these values."""
        self.data = array
        self.__class__ = self.becomes  # type: ignore[assignment]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__reduce__()[0](*self.__reduce__()[1])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.requires_grad, self.device, self.data.dtype)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class UninitializedParameter(_Uninitialized, Parameter):
    """A parameter that gets its shape later, and is already the object that an optimizer may be given."""

    __slots__ = ()
    becomes = Parameter

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(Tensor(allocate((0,), device=device, dtype=dtype)), requires_grad)


class UninitializedBuffer(_Uninitialized, Tensor):
    """A buffer that gets its shape later; whether it is saved is said where it is registered."""

    __slots__ = ()
    becomes = Tensor

    def __init__(
        self, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> None:
        super().__init__(allocate((0,), device=device, dtype=dtype), requires_grad)


def is_uninitialized(value: Any) -> TypeGuard[_Uninitialized]:
    """Does it still wait for its shape?"""
    return isinstance(value, _Uninitialized)
