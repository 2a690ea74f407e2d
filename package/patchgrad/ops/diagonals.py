"""Diagonals and triangles of matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.backend import get_backend, host
from patchgrad.backend.dtype import as_dtype
from patchgrad.errors import ShapeError
from patchgrad.ops import movement, shapes
from patchgrad.ops.factory import factory
from patchgrad.ops.index import INDEX_PUT
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape

__all__ = [
    "block_diag", "diag", "diag_embed", "diagflat", "diagonal", "diagonal_scatter", "trace", "tril", "tril_indices",
    "triu", "triu_indices",
]  # fmt: skip
METHODS = "diag diag_embed diagflat diagonal diagonal_scatter trace tril triu"
IN_PLACE = "tril triu"


def _matrix(x: Shape, **_: Any) -> Shape:
    if len(x) < 2:
        raise ShapeError("a matrix has two axes", got=f"{tuple(x)}", want="(..., rows, columns)")
    return tuple(x)


def _length(rows: int, columns: int, offset: int) -> int:
    return max(0, min(rows + min(offset, 0), columns - max(offset, 0)))


def _diagonal(xp: Any, x: Any, offset: int) -> Any:
    found = xp.linalg.diagonal(x, offset=offset)
    flags = getattr(found, "flags", None)
    if flags is not None and not flags.writeable and x.flags.writeable:
        flags.writeable = True
    return found


def _embed(xp: Any, x: Any, offset: int, rows: int, columns: int) -> Any:
    """Each vector of the last axis on a diagonal of a matrix of zeros."""
    place = xp.reshape(xp.arange(rows), (-1, 1))
    hit = xp.reshape(xp.arange(columns), (1, -1)) == place + offset
    before = max(-offset, 0)
    lengths = [(0, 0)] * (len(x.shape) - 1) + [(before, rows - before - x.shape[-1])]
    wide = xp.ops.pad(x, widths=tuple(lengths), value=0.0)
    return xp.where(hit, wide[..., None], xp.zeros((), dtype=x.dtype))


DIAGONAL = define(
    "diagonal",
    inputs=("x",),
    forward=_diagonal,
    shape=lambda x, offset: (*_matrix(x)[:-2], _length(x[-2], x[-1], offset)),
    dtype="same",
    view=True,
    vjps={
        "x": lambda xp, ct, s: xp.ops.diag_embed(
            ct, offset=s.offset, rows=s.shape_of("x")[-2], columns=s.shape_of("x")[-1]
        )
    },
    formula=r"y_i = x_{i, i + offset}",
    samples=lambda draw: [
        Sample((draw(3, 4),), {"offset": 1}),
        Sample((draw(2, 4, 3),), {"offset": -2}, "below"),
        Sample((draw(3, 4),), {"offset": 0}, "main"),
    ],
    errors=lambda draw: [Sample((draw(3),), {"offset": 0})],
)
DIAG_EMBED = define(
    "diag_embed",
    inputs=("x",),
    forward=_embed,
    shape=lambda x, offset, rows, columns: (*x[:-1], rows, columns),
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.ops.diagonal(ct, offset=s.offset)},
    formula=r"y_{i, i + offset} = x_i",
    samples=lambda draw: [
        Sample((draw(3),), {"offset": 1, "rows": 4, "columns": 4}),
        Sample((draw(2, 3),), {"offset": -1, "rows": 4, "columns": 3}, "below"),
    ],
)


def _triangle(name: str, formula: str) -> OpSpec:
    return define(
        name,
        inputs=("x",),
        forward=lambda xp, x, diagonal: getattr(xp, name)(x, k=diagonal) if _matrix(x.shape) else x,
        shape=_matrix,
        dtype="same",
        vjps={"x": lambda xp, ct, s: getattr(xp.ops, name)(ct, diagonal=s.diagonal)},
        formula=formula,
        samples=lambda draw: [
            Sample((draw(3, 4),), {"diagonal": 0}),
            Sample((draw(2, 4, 3),), {"diagonal": -1}, "below"),
        ],
        errors=lambda draw: [Sample((draw(3),), {"diagonal": 0})],
    )


TRIL = _triangle("tril", r"x_{ij} [j - i \leq diagonal]")
TRIU = _triangle("triu", r"x_{ij} [j - i \geq diagonal]")


@takes_out
def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle of each matrix; zero above ``diagonal``."""
    return apply(TRIL, input, diagonal=diagonal)


@takes_out
def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle of each matrix; zero below ``diagonal``."""
    return apply(TRIU, input, diagonal=diagonal)


def _last_two(input: Tensor, dim1: int, dim2: int) -> Tensor:
    """The axes of the matrices moved to the end; a view."""
    a, b = shapes.axis_in(dim1, input.ndim), shapes.axis_in(dim2, input.ndim)
    if input.ndim < 2 or a == b:
        raise placed(ShapeError("a diagonal lies between two axes", got=f"shape {input.shape}, dims {dim1}, {dim2}"))
    if (a, b) == (input.ndim - 2, input.ndim - 1):
        return input
    rest = [i for i in range(input.ndim) if i not in (a, b)]
    return movement.permute(input, *rest, a, b)


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The elements with index i in ``dim1`` and i + offset in ``dim2``, as a new last axis; a view."""
    return apply(DIAGONAL, _last_two(input, dim1, dim2), offset=offset)


@takes_out
def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Each vector of the last axis on the diagonal of a square matrix of zeros, which ``dim1`` and ``dim2`` index."""
    if not input.ndim:
        raise placed(ShapeError("diag_embed needs an axis", got="shape ()"))
    size = input.shape[-1] + builtin_abs(offset)
    found = apply(DIAG_EMBED, input, offset=offset, rows=size, columns=size)
    a, b = shapes.axis_in(dim1, found.ndim), shapes.axis_in(dim2, found.ndim)
    if a == b:
        raise placed(ShapeError("a diagonal lies between two axes", got=f"dims {dim1}, {dim2}"))
    return movement.movedim(found, (-2, -1), (a, b))


builtin_abs: Callable[[int], int] = abs


@takes_out
def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """A vector as the diagonal of a matrix of zeros, or the diagonal of a matrix (a copy)."""
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    if input.ndim != 2:
        raise placed(ShapeError("diag takes a vector or a matrix", got=f"{input.shape}"))
    return movement.clone(apply(DIAGONAL, input, offset=diagonal))


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """All elements on the diagonal of a matrix of zeros."""
    return diag_embed(movement.reshape(input, -1), offset)


@takes_out
def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy of ``input`` whose `diagonal` is ``src``."""
    moved = _last_two(input, dim1, dim2)
    count = _length(moved.shape[-2], moved.shape[-1], offset)
    if src.shape != (*moved.shape[:-2], count):
        raise placed(
            ShapeError("src does not fit the diagonal", got=f"{src.shape}", want=f"{(*moved.shape[:-2], count)}")
        )
    steps = host.arange(count)
    place = (..., steps + max(-offset, 0), steps + max(offset, 0))
    found = apply(INDEX_PUT, moved, src, index=place, accumulate=False)
    a, b = shapes.axis_in(dim1, input.ndim), shapes.axis_in(dim2, input.ndim)
    return found if moved is input else movement.movedim(found, (-2, -1), (a, b))


@takes_out
@under_autocast
def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix."""
    if input.ndim != 2:
        raise placed(ShapeError("trace takes a matrix", got=f"{input.shape}"))
    return diagonal(input).sum()  # type: ignore[attr-defined]


@takes_out
def block_diag(*tensors: Any) -> Tensor:
    """Matrices along the diagonal of a matrix of zeros; numbers and vectors count as one row."""
    from patchgrad.ops.arrange import pad

    blocks: list[Any] = [movement.reshape(x, 1, -1) if x.ndim < 2 else x for x in tensors]
    if any(block.ndim > 2 for block in blocks):
        raise placed(ShapeError("block_diag takes matrices", got=", ".join(str(x.shape) for x in tensors)))
    width = sum(block.shape[1] for block in blocks)
    rows: list[Tensor] = []
    start = 0
    for block in blocks:
        rows.append(pad(block, (start, width - start - block.shape[1])))
        start += block.shape[1]
    return movement.cat(rows, 0)


@factory
def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Row and column numbers of the lower triangle of a (row, col) matrix: (2, count) int64."""
    return _places(host.tril(host.ones((row, col), dtype=bool), offset), dtype, device)


@factory
def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Row and column numbers of the upper triangle of a (row, col) matrix: (2, count) int64."""
    return _places(host.triu(host.ones((row, col), dtype=bool), offset), dtype, device)


def _places(mask: Any, dtype: Any, device: Any) -> Tensor:
    kind = as_dtype("int64" if dtype is None else dtype).numpy
    return Tensor(get_backend(device).asarray(host.stack(host.nonzero(mask)).astype(kind)))
