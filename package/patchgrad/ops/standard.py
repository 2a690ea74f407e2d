"""What the array API standard asks of Tensor beside operators: its namespace, its size, moving, use as an index."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import DtypeError, ShapeError
from patchgrad.ops import movement, moving, shapes
from patchgrad.tensor import Tensor, worlds
from patchgrad.tensor.explain import placed

METHODS = "to_device"
PROPERTIES = "mT size"


class Count(int):
    """How many elements a tensor has; called, the sizes of its axes.

    ``x.size`` is a number in the standard and a method in PyTorch. This is both: ``x.size == 6``, ``x.size(0) == 2``.
    """

    shape: tuple[int, ...]

    def __call__(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.shape[shapes.axis_in(dim, len(self.shape))]


def size(self: Tensor) -> Count:
    """How many elements; called, the sizes of the axes or of one of them."""
    count = Count(shapes.count(self.shape))
    count.shape = self.shape
    return count


def mT(self: Tensor) -> Tensor:
    """Every matrix with rows and columns exchanged; a view."""
    if self.ndim < 2:
        raise placed(
            ShapeError("only a matrix has a transpose", got=f"shape {self.shape}", want="(..., rows, columns)")
        )
    return movement.transpose(self, -2, -1)


def to_device(self: Tensor, device: Any, /, *, stream: Any = None) -> Tensor:
    """This tensor on another device; itself if it is there.

    Parameters
        stream  accepted; copies from and to a GPU wait
    """
    return moving.to(self, device=device)


def namespace(self: Tensor, /, *, api_version: str | None = None) -> Any:
    """``patchgrad.array_api``. Raises ArgumentError for a version of the standard that it does not hold."""
    return worlds.array_namespace(api_version)


def as_index(self: Tensor, value: Any) -> int:
    """``value``, the element of this tensor, as an index. Raises DtypeError for what is not a whole number."""
    if not isinstance(value, int):
        raise placed(DtypeError("only whole numbers can be an index", got=self.dtype.name, hint="use int(tensor)"))
    return int(value)
