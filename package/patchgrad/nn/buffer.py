"""Buffer: a tensor that becomes a buffer of the module it is assigned to."""

from __future__ import annotations

from typing import Any

from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor


class Buffer(Tensor):
    """``module.mean = Buffer(tensor)``: saved and moved with the module, but not trained.

    Parameters
        data        a tensor, whose memory is shared, or anything that makes an array
        persistent  False for one that is not saved
    """

    __slots__ = ("persistent",)

    def __init__(self, data: Any = (), *, persistent: bool = True) -> None:
        super().__init__(Parameter(data, requires_grad=False).data)
        self.persistent = persistent

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self.data, self.persistent)

    def __deepcopy__(self, memo: dict[int, Any]) -> Buffer:
        return Buffer(Tensor.__deepcopy__(self, memo), persistent=self.persistent)


def _rebuilt(data: Any, persistent: bool) -> Buffer:
    return Buffer(data, persistent=persistent)
