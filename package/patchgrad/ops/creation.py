"""Tensors from numbers, and tensors filled by a rule. Nothing here is on the tape."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import MetaArray, get_backend, host
from patchgrad.backend.dtype import as_dtype, get_default_dtype
from patchgrad.backend.dtype import from_numpy as dtype_of
from patchgrad.backend.promotion import result_dtype
from patchgrad.errors import ArgumentError, DataError, DtypeError, PatchgradError
from patchgrad.ops.exchange import from_dlpack
from patchgrad.ops.shapes import whole
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.foreign import out_of_memory, shown

__all__ = [
    "arange", "as_tensor", "empty", "empty_like", "eye", "full", "full_like", "linspace", "ones",
    "ones_like", "tensor", "zeros", "zeros_like",
]  # fmt: skip


def _place(device: Any) -> Any:
    return get_backend(device)


def _finish(array: Any, requires_grad: bool) -> Tensor:
    return Tensor(array).requires_grad_(requires_grad)


def _kind(dtype: Any) -> Any:
    return (get_default_dtype() if dtype is None else as_dtype(dtype)).numpy


def _sizes(size: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else tuple(size)


def refused(name: str, size: Any, error: Exception) -> PatchgradError:
    """Why no tensor of this size can be made."""
    if isinstance(error, MemoryError):
        return placed(out_of_memory(f"a tensor of shape {tuple(size)}", error))
    whole(size)
    return placed(
        ArgumentError(f"{name} failed: {error}", got=f"size {tuple(size)}", want="whole numbers of 0 or more")
    )


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of ``data``: numbers, nested sequences, an array.

    Python floats become the default dtype (float32), ints int64; arrays keep their dtype.
    Raises DataError for ragged sequences and for what is not numbers.
    """
    return _finish(_place(device).asarray(_to_array(data, dtype, copy=True)), requires_grad)


def as_tensor(data: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Like `tensor`, but shares memory with an array of the right dtype, of NumPy or any other library that speaks
    DLPack; a tensor is returned as it is."""
    if hasattr(data, "__dlpack__") and not isinstance(data, (host.ndarray, host.generic, Tensor)):
        data = from_dlpack(data)
    if isinstance(data, Tensor):
        return data if dtype is None and device is None else data.to(dtype=dtype, device=device)
    return Tensor(_place(device).asarray(_to_array(data, dtype, copy=False)))


def _to_array(data: Any, dtype: Any, *, copy: bool) -> Any:
    if isinstance(data, Tensor):
        data = data.backend.to_host(data.data)
    elif isinstance(data, (list, tuple)) and any(isinstance(entry, Tensor) for entry in data):
        data = [entry.backend.to_host(entry.data) if isinstance(entry, Tensor) else entry for entry in data]
    known = isinstance(data, (host.ndarray, host.generic))
    try:
        array = host.array(data, copy=True if copy else None)
    except ValueError as error:
        raise placed(
            DataError(
                "the numbers do not form a rectangle",
                got=_lengths(data) or str(error),
                want="rows of one length",
                hint="nn.utils.rnn.pad_sequence pads tensors of different lengths",
            )
        ) from None
    if dtype is None and not known and array.dtype.kind in "fc":
        dtype = get_default_dtype() if array.dtype.kind == "f" else get_default_dtype().to_complex()
    try:
        dtype_of(array.dtype)  # makes an array in low precision known
    except DtypeError:
        raise placed(
            DataError(
                "a tensor holds numbers",
                got=_strange(data, array.dtype),
                want="floats, integers or bools",
                hint="give each word a number first" if array.dtype.kind == "U" else "",
            )
        ) from None
    return array if dtype is None else array.astype(as_dtype(dtype).numpy, copy=False)


def _lengths(data: Any) -> str:
    """The lengths, or shapes, of the entries of a list."""
    if all(hasattr(entry, "shape") for entry in data):
        return f"shapes {', '.join(str(tuple(entry.shape)) for entry in data[:6])}"
    lengths = [str(len(entry)) if isinstance(entry, (list, tuple)) else "a number" for entry in data]
    return f"rows of {', '.join(lengths[:6])}" if len(set(lengths)) > 1 else ""


def _strange(data: Any, kind: Any) -> str:
    """The first entry that is no number."""
    if isinstance(data, (list, tuple)):
        for entry in data:
            if isinstance(entry, (list, tuple)):
                return _strange(entry, kind)
            if not isinstance(entry, (int, float, complex)):
                return shown(entry)
    return shown(data) if isinstance(data, (str, dict, set)) else f"dtype {kind}"


def full(size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of this shape with one value everywhere."""
    kind = result_dtype([fill_value]) if dtype is None else as_dtype(dtype).numpy
    size = (size,) if isinstance(size, int) else tuple(size)
    backend = _place(device)
    if backend.name == "meta":
        return _finish(MetaArray(size, kind), requires_grad)
    try:
        return _finish(backend.xp.full(size, fill_value, dtype=kind), requires_grad)
    except (TypeError, ValueError, MemoryError) as error:
        raise refused("full", size, error) from None


def empty(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of this shape; its values are whatever was in memory (none on ``meta``)."""
    backend = _place(device)
    if backend.name == "meta":
        return _finish(MetaArray(_sizes(size), _kind(dtype)), requires_grad)
    try:
        return _finish(backend.xp.empty(_sizes(size), dtype=_kind(dtype)), requires_grad)
    except (TypeError, ValueError, MemoryError) as error:
        raise refused("empty", _sizes(size), error) from None


def zeros(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros."""
    return full(_sizes(size), 0, dtype=dtype or get_default_dtype(), device=device, requires_grad=requires_grad)


def ones(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones."""
    return full(_sizes(size), 1, dtype=dtype or get_default_dtype(), device=device, requires_grad=requires_grad)


def full_like(x: Tensor, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """One value everywhere, in the shape, dtype and place of ``x``."""
    return full(x.shape, fill_value, dtype=dtype or x.dtype, device=device or x.device)


def zeros_like(x: Tensor, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Zeros in the shape, dtype and place of ``x``."""
    return full_like(x, 0, dtype=dtype, device=device)


def ones_like(x: Tensor, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones in the shape, dtype and place of ``x``."""
    return full_like(x, 1, dtype=dtype, device=device)


def empty_like(x: Tensor, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Uninitialised, in the shape, dtype and place of ``x``."""
    return empty(x.shape, dtype=dtype or x.dtype, device=device or x.device)


def arange(start: Any, end: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None) -> Tensor:
    """``start``, ``start + step``, ... below ``end``; int64 for integers, else the default dtype."""
    start, end = (0, start) if end is None else (start, end)
    if dtype is None:
        dtype = "int64" if all(isinstance(entry, int) for entry in (start, end, step)) else get_default_dtype()
    if step == 0 or (end - start) * step < 0:
        raise placed(
            ArgumentError(
                "arange never gets from the start to the end",
                got=f"start={start}, end={end}, step={step}",
                want="a step above 0" if end >= start else "a step below 0",
            )
        )
    backend = _place(device)
    array = host.arange(start, end, step, dtype=as_dtype(dtype).numpy)
    return Tensor(backend.asarray(array))


def linspace(start: float, end: float, steps: int, *, dtype: Any = None, device: Any = None) -> Tensor:
    """``steps`` values from ``start`` to ``end``, both included."""
    whole((steps,))
    return Tensor(_place(device).asarray(host.linspace(start, end, steps, dtype=_kind(dtype))))


def eye(n: int, m: int | None = None, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones on the diagonal of an (n, m) matrix of zeros."""
    return Tensor(_place(device).asarray(host.eye(n, m, dtype=_kind(dtype))))
