"""Shape rules shared by ops: from input shapes to the result's, or a ShapeError that teaches."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError, DtypeError, RangeError, ShapeError
from patchgrad.tensor.explain import placed
from patchgrad.typing import Axis, Shape


def same(x: Shape, *_: Any, **__: Any) -> Shape:
    """The first input's shape."""
    return tuple(x)


def broadcast(*shapes: Shape | None, **_: Any) -> Shape:
    """The broadcast shape: axes are compared from the last; equal, or one of them 1."""
    known = [tuple(shape) for shape in shapes if shape is not None]
    ndim = max((len(shape) for shape in known), default=0)
    result: list[int] = []
    for axis in range(-ndim, 0):
        sizes = {shape[axis] for shape in known if len(shape) >= -axis} - {1}
        if len(sizes) > 1:
            raise placed(
                ShapeError(
                    f"shapes {' and '.join(str(shape) for shape in known)} do not broadcast",
                    got=f"sizes {' and '.join(str(size) for size in sorted(sizes))} at axis {axis}",
                    want="equal sizes, or 1, at every axis counted from the last",
                    hint="add an axis with unsqueeze(), or reduce with keepdim=True",
                )
            )
        result.append(sizes.pop() if sizes else 1)
    return tuple(result)


def axis_in(axis: int, ndim: int, name: str = "dim") -> int:
    """``axis`` counted from 0. Raises RangeError when there is no such axis."""
    if not isinstance(axis, int):
        raise placed(
            DtypeError(
                "an axis is named by its number",
                got=f"{name}={axis!r}",
                want=f"a whole number from {-max(ndim, 1)} to {max(ndim, 1) - 1}",
                hint="" if isinstance(axis, str) or not hasattr(axis, "__int__") else f"{name}={int(axis)}",
            )
        )
    if not -max(ndim, 1) <= axis < max(ndim, 1):
        raise placed(
            RangeError(
                f"there is no axis {axis}",
                got=f"{name}={axis} for {ndim} axes",
                want=f"{-max(ndim, 1)} to {max(ndim, 1) - 1}",
            )
        )
    return axis % ndim if ndim else 0


def axes_in(axis: Axis | list[int], ndim: int) -> tuple[int, ...]:
    """Axes counted from 0; None means all of them."""
    if axis is None:
        return tuple(range(ndim))
    found = tuple(axis_in(entry, ndim) for entry in (axis if isinstance(axis, (tuple, list)) else (axis,)))
    if len(set(found)) < len(found):
        raise placed(ShapeError("an axis is named twice", got=f"dim={axis}", want="each axis once"))
    return found


def reduced(x: Shape, *, axis: Axis = None, keepdims: bool = False, **_: Any) -> Shape:
    """The shape after reducing ``axis`` (None: all)."""
    axes = axes_in(axis, len(x))
    if keepdims:
        return tuple(1 if i in axes else size for i, size in enumerate(x))
    return tuple(size for i, size in enumerate(x) if i not in axes)


def matmul(a: Shape, b: Shape) -> Shape:
    """(..., n, k) @ (..., k, m) -> (..., n, m); vectors as in the array API."""
    if not a or not b:
        raise placed(
            ShapeError(
                "matmul needs at least one axis on both sides",
                got=f"a: {a}, b: {b}",
                want="vectors, matrices or batches of them",
                hint="a * b multiplies every element by a number",
            )
        )
    inner_b = b[-2:][0]
    if a[-1] != inner_b:
        raise placed(
            ShapeError(
                f"matmul cannot take a: {a}, b: {b}",
                got=f"inner sizes {a[-1]} and {inner_b}",
                want="a: (..., n, k), b: (..., k, m)",
                hint=_turned(a, b),
            )
        )
    batch = broadcast(a[:-2], b[:-2])
    return batch + (a[-2:-1] if len(a) > 1 else ()) + (b[-1:] if len(b) > 1 else ())


def _turned(a: Shape, b: Shape) -> str:
    """Which of two matrices to transpose, so that they can be multiplied."""
    if len(b) > 1 and a[-1] == b[-1]:
        return "matmul(a, b.T)" if len(b) == 2 else "matmul(a, b.mT)"
    if len(a) > 1 and a[-2:-1] == b[-2:][:1]:
        return "matmul(a.T, b)" if len(a) == 2 else "matmul(a.mT, b)"
    return "make the last axis of a equal the second last of b"


def reshape(x: Shape, *, shape: Shape) -> Shape:
    """The same number of elements in another shape; one size may be -1."""
    whole(shape, least=-1)
    total = count(x)
    known = count(size for size in shape if size != -1)
    free = sum(size == -1 for size in shape)
    if free > 1 or (free and (known == 0 or total % known)) or (not free and known != total):
        raise placed(
            ShapeError(
                f"cannot reshape {tuple(x)} to {tuple(shape)}",
                got=f"{total} elements",
                want="one size of -1 at most" if free > 1 else f"{'a multiple of ' if free else ''}{known} elements",
                hint=_worked_out(total, tuple(shape)) if not free else "",
            )
        )
    return tuple(total // known if size == -1 else size for size in shape)


def _worked_out(total: int, shape: Shape) -> str:
    """The same shape with one size left open, where that is possible."""
    for axis in range(len(shape)):
        rest = count(shape[:axis] + shape[axis + 1 :])
        if rest and total % rest == 0:
            return f"{(*shape[:axis], -1, *shape[axis + 1 :])}, where -1 is worked out: {total // rest}"
    return "look at the sizes: x.shape"


def whole(sizes: Any, *, least: int = 0) -> None:
    """Raise ShapeError for a size that is no whole number, or is below ``least``."""
    for size in sizes:
        if not hasattr(size, "__index__"):
            hint = "// divides whole numbers" if isinstance(size, float) else f"int({size})"
            raise placed(
                ShapeError(
                    "a size is a whole number", got=f"{size!r} in {tuple(sizes)}", want="whole numbers", hint=hint
                )
            )
        if size < least:
            raise placed(
                ShapeError(
                    "a size is not negative",
                    got=f"{size} in {tuple(sizes)}",
                    want=f"sizes of {max(least, 0)} or more{', and -1 for one that is worked out' if least else ''}",
                )
            )


def count(sizes: Any) -> int:
    """Number of elements."""
    total = 1
    for size in sizes:
        total *= size
    return total


def concat(*shapes: Shape, axis: int = 0) -> Shape:
    """Sizes equal but along ``axis``, where they add up."""
    if not shapes:
        raise placed(
            ArgumentError(
                "cat needs at least one tensor",
                got="none",
                want="a list of tensors",
                hint="did the loop that fills the list run?",
            )
        )
    if not all(shapes):
        raise placed(
            ShapeError(
                "cat joins along an axis, and a tensor without axes has none",
                got=" and ".join(str(tuple(entry)) for entry in shapes),
                want="tensors of one axis or more",
                hint="stack() makes a vector of them",
            )
        )
    axis = axis_in(axis, len(shapes[0]))
    for shape in shapes[1:]:
        if len(shape) != len(shapes[0]) or any(
            a != b for i, (a, b) in enumerate(zip(shape, shapes[0], strict=True)) if i != axis
        ):
            raise placed(
                ShapeError(
                    "cat needs equal sizes on all axes but one",
                    got=" and ".join(str(tuple(entry)) for entry in shapes),
                    want=f"differences only at axis {axis}",
                    hint=_joinable(shapes),
                )
            )
    total = sum(shape[axis] for shape in shapes)
    return (*shapes[0][:axis], total, *shapes[0][axis + 1 :])


def _joinable(shapes: tuple[Shape, ...]) -> str:
    """Another axis along which they can be joined, or how to make them alike."""
    if len({len(shape) for shape in shapes}) > 1:
        return "unsqueeze(0) gives a tensor an axis in front"
    for axis in range(len(shapes[0])):
        if len({shape[:axis] + shape[axis + 1 :] for shape in map(tuple, shapes)}) == 1:
            return f"dim={axis}"
    return "nn.utils.rnn.pad_sequence pads sequences to one length"


def permuted(x: Shape, *, axes: Shape) -> Shape:
    """Axes in another order."""
    order = axes_in(axes, len(x))
    if len(order) != len(x):
        raise placed(
            ShapeError(
                "permute must name every axis once",
                got=f"dims {tuple(axes)} for shape {tuple(x)}",
                want=f"the numbers from 0 to {len(x) - 1} in some order",
            )
        )
    return tuple(x[i] for i in order)


def broadcast_to(x: Shape, *, shape: Shape) -> Shape:
    """``x`` expanded to ``shape``."""
    own = (1,) * (len(shape) - len(x)) + tuple(x)
    if len(own) != len(shape) or any(a not in (1, b) for a, b in zip(own, shape, strict=True)):
        raise placed(
            ShapeError(
                f"cannot expand {tuple(x)} to {tuple(shape)}",
                got=f"shape {tuple(x)}",
                want="equal sizes, or 1, from the last axis"
                if len(shape) >= len(x)
                else f"{len(x)} sizes or more: new axes stand in front",
            )
        )
    return tuple(shape)


def sizes(given: tuple[Any, ...]) -> Shape:
    """Sizes given one by one or as one sequence."""
    return tuple(given[0]) if len(given) == 1 and not hasattr(given[0], "__index__") else tuple(given)


def conjugate(xp: Any, x: Any) -> Any:
    """The complex conjugate; what is real costs nothing."""
    kind = getattr(x.dtype, "kind", None)
    return xp.conj(x) if kind == "c" or (kind is None and "complex" in str(x.dtype)) else x
