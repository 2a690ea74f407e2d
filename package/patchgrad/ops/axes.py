"""Other names and small compositions of movement: views, shapes taken from other tensors, axes added and exchanged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.backend.dtype import dtype as DType
from patchgrad.errors import ShapeError
from patchgrad.ops import elementwise, movement, shapes, strided
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = [
    "adjoint", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_shapes", "broadcast_tensors", "moveaxis", "ravel",
    "swapaxes", "swapdims",
]  # fmt: skip
METHODS = "adjoint expand_as moveaxis ravel reshape_as swapaxes swapdims view view_as"


def view(input: Tensor, *shape: Any) -> Tensor:
    """The same memory in another shape, or (with a dtype) its bytes as other numbers.

    Raises ShapeError where the memory's order does not allow it: `reshape` copies then.
    """
    if len(shape) == 1 and isinstance(shape[0], DType):
        return strided.view_as_dtype(input, shape[0])
    found = movement.reshape(input, *shape)
    if found.lineage is None and input.backend.name == "cpu" and found.data.size:
        raise placed(
            ShapeError(
                "a view needs memory in another order",
                got=f"shape {input.shape} as {found.shape}",
                hint="reshape() copies where it must, and so does contiguous().view()",
            )
        )
    return found


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """`view` in the shape of ``other``."""
    return view(input, other.shape)


def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """`reshape` to the shape of ``other``."""
    return movement.reshape(input, other.shape)


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """`expand` to the shape of ``other``."""
    return movement.expand(input, other.shape)


def ravel(input: Tensor) -> Tensor:
    """All elements in one axis."""
    return movement.reshape(input, -1)


def moveaxis(input: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """`movedim`."""
    return movement.movedim(input, source, destination)


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """`transpose`."""
    return movement.transpose(input, axis0, axis1)


def swapdims(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """`transpose`."""
    return movement.transpose(input, dim0, dim1)


def adjoint(input: Tensor) -> Tensor:
    """The conjugate of each matrix in the last two axes, transposed."""
    if input.ndim == 1:
        raise placed(ShapeError("a matrix has two axes", got=f"{input.shape}", want="(..., rows, columns)"))
    return shapes.conjugate(elementwise, movement.transpose(input, -2, -1) if input.ndim else input)


def broadcast_shapes(*shape: Any) -> Shape:
    """The shape that these shapes (or sizes) broadcast to."""
    return shapes.broadcast(*[(entry,) if isinstance(entry, int) else tuple(entry) for entry in shape])


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """Tensors expanded to the shape that they broadcast to."""
    given = listed(tensors)
    shape = shapes.broadcast(*[tensor.shape for tensor in given])
    return tuple(movement.expand(tensor, shape) for tensor in given)


def listed(tensors: tuple[Any, ...]) -> list[Any]:
    """Tensors given one by one or as one sequence."""
    return list(tensors[0]) if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else list(tensors)


def _each(function: Any, tensors: tuple[Any, ...]) -> Any:
    if len(tensors) == 1 and isinstance(tensors[0], Tensor):
        return function(tensors[0])
    return tuple(function(tensor) for tensor in listed(tensors))


def atleast_1d(*tensors: Any) -> Any:
    """Numbers as vectors; for several tensors a tuple."""
    return _each(lambda x: x if x.ndim else movement.reshape(x, 1), tensors)


def atleast_2d(*tensors: Any) -> Any:
    """Numbers and vectors as matrices of one row; for several tensors a tuple."""
    return _each(lambda x: x if x.ndim > 1 else movement.reshape(x, 1, -1), tensors)


def atleast_3d(*tensors: Any) -> Any:
    """With three axes: vectors (1, n, 1), matrices (n, m, 1); for several tensors a tuple."""

    def three(x: Any) -> Any:
        if x.ndim == 2:
            return movement.unsqueeze(x, -1)
        return x if x.ndim > 2 else movement.reshape(x, 1, -1, 1)

    return _each(three, tensors)
