"""Arrays in and out without a copy: NumPy's protocol, and DLPack for PyTorch, CuPy and all others.

Memory that is shared is seen by both sides at once. A write by the other side is not counted here. A tensor whose
values a backward pass still needs moves to fresh memory before it is written in place, and leaves the shared memory
with that.

Source
    Python array API standard 2023.12, data interchange; DLPack 1.0.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend import get_backend, host
from patchgrad.backend.dtype import as_dtype, bfloat16
from patchgrad.backend.dtype import from_numpy as as_known_dtype
from patchgrad.errors import ArgumentError, DeviceError, ExchangeError, PatchgradError
from patchgrad.ops.dlpack_dtype import as_bfloat16, as_int16
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = ["from_dlpack", "from_numpy", "to_dlpack"]
METHODS = "numpy __array__ __dlpack__ __dlpack_device__"

DEVICES = {1: "cpu", 2: "cuda", 3: "cpu", 13: "cuda"}
"""DLPack's numbers of devices: memory of the host, of CUDA, of the host pinned for CUDA, and managed by CUDA."""


def from_numpy(ndarray: Any) -> Tensor:
    """A tensor that shares memory with a NumPy array; one that may not be written stays so.

    Errors
        ArgumentError  for anything else, and for an array whose bytes stand in the other order.
        DtypeError     for text, dates and objects.
    """
    if not isinstance(ndarray, host.ndarray):
        raise placed(
            ArgumentError(
                "from_numpy takes a NumPy array", got=type(ndarray).__name__, hint="tensor(...) takes lists and numbers"
            )
        )
    if not ndarray.dtype.isnative:
        raise placed(
            ArgumentError(
                "the bytes of this array stand in another order than this machine's",
                got=f"dtype {ndarray.dtype.str}",
                hint="array.astype(array.dtype.newbyteorder('='))",
            )
        )
    as_known_dtype(ndarray.dtype)
    return Tensor(ndarray)


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor that shares memory with a tensor or array of another library, or with a DLPack capsule.

    Parameters
        device  where it shall be; where it is if left out
        copy    True: in memory of its own. False: an error if it cannot be shared. None: shared where possible
    Errors
        ExchangeError  if the other library does not hand it over: it requires a gradient, lives on a device or has a
                       dtype that is not known here, or would have to be copied.
    """
    if isinstance(ext_tensor, Tensor):
        out = ext_tensor.detach()
    else:
        source = _Capsule(ext_tensor) if type(ext_tensor).__name__ == "PyCapsule" else ext_tensor
        backend = get_backend(_device_of(source))
        try:
            out = Tensor(backend.from_dlpack(source))
        except (BufferError, RuntimeError, ValueError, TypeError) as error:
            out = _bfloat16(source, backend)
            if out is None:
                raise _refused(ext_tensor, error) from error
        as_known_dtype(out.data.dtype)
    moved = out if device is None else out.to(device=device)
    if copy is False and moved is not out:
        raise placed(ExchangeError("this tensor cannot change its device without a copy", got=f"copy=False, {device}"))
    return moved.clone() if copy and moved is out else moved


def _bfloat16(source: Any, backend: Any) -> Tensor | None:
    """What NumPy refused, if it is because NumPy has no bfloat16; None if it is not."""
    if backend.name != "cpu" or getattr(source, "requires_grad", False):
        return None
    try:
        capsule = as_int16(source.__dlpack__(max_version=(1, 0)))
    except (BufferError, RuntimeError, ValueError, TypeError):
        return None
    return None if capsule is None else Tensor(backend.from_dlpack(_Capsule(capsule)).view(as_dtype("bfloat16").numpy))


def _device_of(source: Any) -> str:
    if not hasattr(source, "__dlpack__"):
        raise placed(
            ArgumentError(
                "from_dlpack takes what speaks DLPack",
                got=type(source).__name__,
                want="a tensor or array with __dlpack__, or a capsule",
                hint="tensor(...) takes lists and numbers",
            )
        )
    kind, index = source.__dlpack_device__()
    if int(kind) not in DEVICES:
        raise placed(
            ExchangeError("a tensor on this device cannot be shared", got=f"DLPack device {int(kind)}:{index}")
        )
    where = DEVICES[int(kind)]
    return where if where == "cpu" else f"cuda:{index}"


def _refused(source: Any, error: Exception) -> PatchgradError:
    grad = bool(getattr(source, "requires_grad", False))
    kind = getattr(source, "dtype", None)
    return placed(
        ExchangeError(
            f"{type(source).__module__.partition('.')[0]} does not hand this tensor over",
            got=f"dtype {kind}: {error}" if kind is not None else str(error),
            hint="detach() it first" if grad else "",
        )
    )


class _Capsule:
    """A bare DLPack capsule, which is memory of the host, as an array that can hand it over once."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **_: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)


def __dlpack__(
    self: Tensor,
    *,
    stream: Any = -1,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[Any, int] | None = None,
    copy: bool | None = None,
) -> Any:
    """This tensor's memory as a DLPack capsule: what ``from_dlpack`` of another library calls.

    Parameters
        stream       the stream of the receiver on a GPU: what is written here is waited for there
        max_version  the highest version of DLPack that the receiver knows; a read-only array needs (1, 0)
        dl_device    where the receiver wants it
        copy         True: hand over a copy. False: an error if it cannot be shared
    Errors
        ExchangeError  if it requires a gradient, holds nothing, or cannot be handed over in this way.
    """
    array = _plain(self, "__dlpack__")
    if self.backend.name == "cpu" and stream not in (None, -1):
        raise placed(ExchangeError("memory of the host has no stream", got=f"stream={stream!r}", want="stream=None"))
    settings: dict[str, Any] = {"max_version": max_version, "dl_device": dl_device, "copy": copy}
    try:
        if self.dtype is bfloat16 and self.backend.name == "cpu":
            return as_bfloat16(array.view("int16").__dlpack__(stream=None, **settings))
        return array.__dlpack__(stream=None if stream == -1 else stream, **settings)
    except (BufferError, RuntimeError, ValueError, TypeError) as error:
        raise _cannot_leave(self, error) from error


def _cannot_leave(tensor: Tensor, error: Exception) -> PatchgradError:
    read_only = not getattr(tensor.data.flags, "writeable", True)
    return placed(
        ExchangeError(
            "this tensor cannot be handed over",
            got=f"shape {tensor.shape}, dtype {tensor.dtype.name}, on {tensor.device}: {error}",
            hint="its memory may not be written: hand over a .clone()" if read_only else "",
        )
    )


def __dlpack_device__(self: Tensor) -> tuple[int, int]:
    """DLPack's number of the device, and which one of its kind."""
    if self.backend.name == "meta":
        raise placed(ExchangeError("a meta tensor has no memory to share", got=f"shape {self.shape}"))
    return (1, 0) if self.backend.name == "cpu" else self.data.__dlpack_device__()


def numpy(self: Tensor, *, force: bool = False) -> Any:
    """The values as a NumPy array that shares memory.

    Parameters
        force  also where they cannot be shared: detached from the tape, copied from a GPU
    Errors
        ArgumentError  if a gradient is required; DeviceError if they lie elsewhere than on the host.
    """
    if force:
        return _host(self)
    array = _plain(self, "numpy()")
    if self.backend.name == "cuda":
        raise placed(
            DeviceError("a tensor on a GPU has no NumPy array", got=f"device {self.device}", hint="use .cpu().numpy()")
        )
    return _host(self) if self.backend.name == "meta" else array


def __array__(self: Tensor, dtype: Any = None, copy: bool | None = None) -> Any:
    """What ``numpy.asarray(tensor)`` calls."""
    return host.array(numpy(self), dtype=dtype, copy=copy)


def _host(tensor: Tensor) -> Any:
    try:
        return tensor.backend.to_host(tensor.data)
    except PatchgradError as error:
        raise placed(error) from None


def _plain(tensor: Tensor, what: str) -> Any:
    """The bare array, if no gradient is wanted that the receiver would not see."""
    if tensor.requires_grad:
        kind = ArgumentError if what == "numpy()" else ExchangeError
        raise placed(
            kind(
                "a tensor that requires a gradient has no plain array",
                got=f"{what} of shape {tensor.shape}, which requires a gradient",
                hint="use .detach().numpy(), or .numpy(force=True)" if what == "numpy()" else "use .detach()",
            )
        )
    if what != "numpy()" and tensor.backend.name == "meta":
        raise placed(ExchangeError("a meta tensor has no memory to share", got=f"shape {tensor.shape}"))
    return tensor.data


def to_dlpack(tensor: Tensor) -> Any:
    """A DLPack capsule of this tensor's memory, for a library that takes only these; others call `__dlpack__`."""
    return __dlpack__(tensor)
