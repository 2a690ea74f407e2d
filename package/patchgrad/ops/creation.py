"""Tensors from what is there already: numbers, arrays, buffers, files. Nothing here is on the tape."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import get_backend, host
from patchgrad.backend.dtype import as_dtype, get_default_dtype
from patchgrad.backend.dtype import from_numpy as dtype_of
from patchgrad.errors import ArgumentError, DataError, DtypeError
from patchgrad.ops.exchange import from_dlpack
from patchgrad.ops.factory import factory
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.foreign import shown

__all__ = ["as_tensor", "asarray", "from_file", "frombuffer", "scalar_tensor", "tensor"]


@factory
def tensor(data: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor with a copy of ``data``: numbers, nested sequences, an array.

    Python floats become the default dtype (float32), ints int64; arrays keep their dtype.
    Raises DataError for ragged sequences and for what is not numbers.
    """
    return Tensor(get_backend(device).asarray(_to_array(data, dtype, copy=True)))


@factory
def scalar_tensor(s: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """One number as a tensor without axes, in the default dtype."""
    return tensor(s, dtype=dtype or get_default_dtype(), device=device)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Like `tensor`, but shares memory with an array of the right dtype, of NumPy or any other library that speaks
    DLPack; a tensor is returned as it is."""
    if hasattr(data, "__dlpack__") and not isinstance(data, (host.ndarray, host.generic, Tensor)):
        data = from_dlpack(data)
    if isinstance(data, Tensor):
        return data if dtype is None and device is None else data.to(dtype=dtype, device=device)
    if device is None and isinstance(data, host.ndarray):
        return Tensor(_to_array(data, dtype, copy=False))
    return _made(data, dtype=dtype, device=device)


@factory
def _made(data: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    return Tensor(get_backend(device).asarray(_to_array(data, dtype, copy=False)))


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of numbers, an array, a tensor or the bytes of a buffer, on the same memory where that can be.

    Parameters
        copy  True: in memory of its own. False: an ArgumentError where it cannot be shared
    """
    source = _on_its_memory(obj, dtype)
    found = as_tensor(obj, dtype, device) if source is None else source.to(dtype=dtype, device=device)
    if copy is False and found is not source:
        raise placed(ArgumentError("this cannot be a tensor without a copy", got=type(obj).__name__, want="copy=None"))
    if copy and found is source:
        found = found.clone()
    return found if found.requires_grad == requires_grad else found.detach().requires_grad_(requires_grad)


def _on_its_memory(obj: Any, dtype: Any) -> Tensor | None:
    """A tensor on the memory of an array, a tensor or a buffer; None for what has none to share."""
    if isinstance(obj, (bytes, bytearray, memoryview)):
        return frombuffer(obj, dtype=dtype or get_default_dtype())
    if isinstance(obj, Tensor):
        return obj
    if isinstance(obj, host.ndarray):
        return Tensor(_to_array(obj, None, copy=False))
    return from_dlpack(obj) if hasattr(obj, "__dlpack__") and not isinstance(obj, host.generic) else None


def frombuffer(buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False) -> Tensor:
    """A tensor of one axis on the memory of a buffer: ``count`` numbers (-1: all) from byte ``offset`` on.

    Raises ArgumentError if the bytes are too few, or no whole number of elements.
    """
    try:
        array = host.frombuffer(buffer, dtype=as_dtype(dtype).numpy, count=count, offset=offset)
    except ValueError as error:
        raise placed(ArgumentError(f"the buffer does not hold these numbers: {error}", got=f"count={count}")) from None
    return Tensor(array).requires_grad_(requires_grad)


def from_file(
    filename: Any, shared: bool | None = None, size: int = 0, *, dtype: Any = None, requires_grad: bool = False
) -> Tensor:
    """The first ``size`` numbers of a file of bare numbers, read when they are looked at.

    Parameters
        shared  True: what is written into the tensor is written to the file, which is made if it is not there
    """
    kind = as_dtype(dtype or get_default_dtype()).numpy
    if shared:
        with open(filename, "a+b") as file:
            file.truncate(max(size * kind.itemsize, file.seek(0, 2)))
    try:
        array = host.memmap(filename, kind, "r+" if shared else "c", shape=(size,))
    except (ValueError, OSError) as error:
        raise placed(DataError(f"the file does not hold these numbers: {error}", got=f"{filename}")) from None
    return Tensor(host.asarray(array)).requires_grad_(requires_grad)


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
