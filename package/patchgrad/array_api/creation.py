"""Tensors from numbers and other arrays, and tensors filled by a rule. Nothing here is on the tape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.array_api.calls import numpy_dtype, record, tensor
from patchgrad.array_api.elementwise import WHERE
from patchgrad.backend import get_backend, host
from patchgrad.backend.dtype import as_dtype, complex64, get_default_dtype, int64
from patchgrad.backend.dtype import bool_ as truth
from patchgrad.errors import ArgumentError, DataError, ShapeError
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = [
    "arange", "asarray", "empty", "empty_like", "eye", "from_dlpack", "full", "full_like", "linspace", "meshgrid",
    "ones", "ones_like", "tril", "triu", "zeros", "zeros_like",
]  # fmt: skip

CLONE = record("clone")
INFINITE_BEYOND = host.errstate(over="ignore")
"""A number beyond the range of its dtype is infinite there; NumPy would warn of its own line."""


def _sizes(shape: Any) -> Shape:
    return (shape,) if isinstance(shape, int) else tuple(shape)


def _placed_on(device: Any, array: Any) -> Tensor:
    return Tensor(get_backend(device).asarray(array))


def _default(value: Any) -> Any:
    """The dtype of a Python number: the widest default of its kind."""
    if isinstance(value, bool):
        return truth
    return int64 if isinstance(value, int) else complex64 if isinstance(value, complex) else get_default_dtype()


def asarray(obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor of numbers, nested sequences of them, an array, or a tensor (which may be returned as it is).

    Parameters
        copy  True: in memory of its own. False: raises ArgumentError where the memory cannot be shared
    """
    if isinstance(obj, Tensor):
        found = obj.to(
            dtype=obj.dtype if dtype is None else as_dtype(dtype), device=obj.device if device is None else device
        )
        return _copied(obj, found, copy)
    known = (hasattr(obj, "dtype") and hasattr(obj, "shape")) or _is_buffer(obj)
    if copy is False and not known:
        raise placed(ArgumentError("these numbers have no memory to share", got=type(obj).__name__, want="copy=None"))
    array = _array(obj, dtype, known, copy)
    return _placed_on(device, array)


def _copied(source: Tensor, found: Tensor, copy: bool | None) -> Tensor:
    if copy is False and found is not source:
        raise placed(
            ArgumentError(
                "this tensor cannot be had without a copy",
                got=f"{source.dtype.name} on {source.device}",
                want=f"{found.dtype.name} on {found.device}",
                hint="leave out copy=False",
            )
        )
    return apply(CLONE, found) if copy and found is source else found


def _is_buffer(obj: Any) -> bool:
    return isinstance(obj, (bytes, bytearray, memoryview)) or hasattr(obj, "__array_interface__")


@INFINITE_BEYOND
def _array(obj: Any, dtype: Any, known: bool, copy: bool | None) -> Any:
    """A host array of ``obj``; Python numbers get default dtypes."""
    kind = numpy_dtype(dtype)
    if not known:
        obj = _numbers(obj)
    try:
        array = host.array(obj, dtype=kind, copy=copy)
    except (ValueError, TypeError, OverflowError) as error:
        raise placed(
            DataError("no tensor can be made of this", got=str(error), want="numbers in rows of one length")
        ) from None
    if array.dtype.kind not in "biufc":
        raise placed(DataError("a tensor holds numbers", got=f"dtype {array.dtype}", want="floats, integers or bools"))
    return array if known or kind is not None else array.astype(_default_of(array).numpy, copy=False)


def _default_of(array: Any) -> Any:
    kind = array.dtype.kind
    if kind in "fc":
        return get_default_dtype() if kind == "f" else complex64
    return as_dtype(array.dtype) if kind in "bu" else int64


def _numbers(obj: Any) -> Any:
    """Nested sequences with tensors in them as nested sequences of arrays."""
    if isinstance(obj, Tensor):
        return obj.backend.to_host(obj.data)
    return [_numbers(entry) for entry in obj] if isinstance(obj, (list, tuple)) else obj


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor of what another library exports by DLPack; in shared memory unless ``copy``."""
    if isinstance(x, Tensor):
        return asarray(x.detach(), device=device, copy=copy)
    found = host.from_dlpack(x, copy=copy)
    return _placed_on(device, found)


@INFINITE_BEYOND
def full(shape: Any, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """One value everywhere; its dtype decides unless one is given."""
    if isinstance(fill_value, Tensor):
        dtype, fill_value = dtype or fill_value.dtype, fill_value.item()
    kind = _default(fill_value) if dtype is None else as_dtype(dtype)
    return _placed_on(device, host.full(_sizes(shape), fill_value, dtype=kind.numpy))


def empty(shape: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Whatever was in memory."""
    return _placed_on(device, host.empty(_sizes(shape), dtype=numpy_dtype(dtype or get_default_dtype())))


def zeros(shape: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Zeros."""
    return full(shape, 0, dtype=dtype or get_default_dtype(), device=device)


def ones(shape: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones."""
    return full(shape, 1, dtype=dtype or get_default_dtype(), device=device)


def full_like(x: Tensor, /, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """One value everywhere, in the shape, dtype and place of ``x``."""
    kind = tensor(x, "full_like").dtype if dtype is None else dtype
    return full(x.shape, fill_value, dtype=kind, device=x.device if device is None else device)


def empty_like(x: Tensor, /, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Whatever was in memory, in the shape, dtype and place of ``x``."""
    return empty(tensor(x, "empty_like").shape, dtype=dtype or x.dtype, device=x.device if device is None else device)


def zeros_like(x: Tensor, /, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Zeros in the shape, dtype and place of ``x``."""
    return full_like(x, 0, dtype=dtype, device=device)


def ones_like(x: Tensor, /, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones in the shape, dtype and place of ``x``."""
    return full_like(x, 1, dtype=dtype, device=device)


def arange(start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None) -> Tensor:
    """``start``, ``start + step``, ... before ``stop``; int64 where all are whole numbers."""
    start, stop = (0, start) if stop is None else (start, stop)
    whole = all(isinstance(entry, int) for entry in (start, stop, step))
    kind = numpy_dtype(dtype or (int64 if whole else get_default_dtype()))
    return _placed_on(device, host.arange(start, stop, step, dtype=kind))


@INFINITE_BEYOND
def linspace(
    start: Any, stop: Any, /, num: int, *, dtype: Any = None, device: Any = None, endpoint: bool = True
) -> Tensor:
    """``num`` values from ``start`` to ``stop``, which is the last of them unless ``endpoint`` is False."""
    complexes = isinstance(start, complex) or isinstance(stop, complex)
    kind = numpy_dtype(dtype or (complex64 if complexes else get_default_dtype()))
    return _placed_on(device, host.linspace(start, stop, num, dtype=kind, endpoint=endpoint))


def eye(n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones on the ``k``-th diagonal of a matrix of zeros."""
    return _placed_on(device, host.eye(n_rows, n_cols, k=k, dtype=numpy_dtype(dtype or get_default_dtype())))


def tril(x: Tensor, /, *, k: int = 0) -> Tensor:
    """The lower triangles of matrices; zero above the ``k``-th diagonal."""
    return _triangle(tensor(x, "tril"), k, lower=True)


def triu(x: Tensor, /, *, k: int = 0) -> Tensor:
    """The upper triangles of matrices; zero below the ``k``-th diagonal."""
    return _triangle(tensor(x, "triu"), k - 1, lower=False)


def _triangle(x: Tensor, k: int, *, lower: bool) -> Tensor:
    if x.ndim < 2:
        raise placed(ShapeError("a triangle is cut from a matrix", got=f"shape {x.shape}", want="(..., rows, columns)"))
    rows, columns = x.shape[-2:]
    keep = host.tri(rows, columns, k, dtype=bool) == lower
    return apply(WHERE, Tensor(x.backend.asarray(keep)), x, zeros((), dtype=x.dtype, device=x.device))


def meshgrid(*arrays: Tensor, indexing: str = "xy") -> tuple[Tensor, ...]:
    """Coordinates of the points of a grid, from one vector per axis; "xy" exchanges the first two axes."""
    if indexing not in ("xy", "ij"):
        raise placed(ArgumentError("meshgrid has no such indexing", got=repr(indexing), want="'xy' or 'ij'"))
    _same_dtype(arrays)
    axes = list(range(len(arrays)))
    if indexing == "xy" and len(axes) > 1:
        axes[:2] = [1, 0]
    sizes = [1] * len(arrays)
    for axis, vector in zip(axes, arrays, strict=True):
        sizes[axis] = vector.shape[0] if vector.ndim else 1
    return tuple(_along(vector, axis, sizes) for axis, vector in zip(axes, arrays, strict=True))


def _same_dtype(arrays: Sequence[Tensor]) -> None:
    if len({entry.dtype for entry in arrays}) > 1:
        raise placed(ArgumentError("meshgrid takes vectors of one dtype", got=", ".join(a.dtype.name for a in arrays)))


def _along(vector: Tensor, axis: int, sizes: list[int]) -> Tensor:
    own = tuple(-1 if i == axis else 1 for i in range(len(sizes)))
    return vector.reshape(own).expand(*sizes)
