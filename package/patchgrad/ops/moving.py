"""Tensors in another dtype or on another device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import MetaArray, backend_of, get_backend
from patchgrad.backend.device import device as Device
from patchgrad.backend.dtype import ALIASES, as_dtype, bfloat16, bool_, int8, uint8
from patchgrad.backend.dtype import dtype as DType
from patchgrad.errors import ArgumentError
from patchgrad.ops import layouts, shapes
from patchgrad.ops.elementwise import CAST
from patchgrad.ops.movement import clone
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = ["get_device"]
METHODS = "cpu cuda get_device is_pinned pin_memory to type type_as"
PROPERTIES = "is_cpu is_cuda is_meta"
NUMBERS = (float, int, bool, complex)


def to(
    self: Tensor,
    *targets: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """This tensor in another dtype or on another device; itself if nothing changes, unless ``copy``.

    Parameters
        targets        a dtype, a device, a device and a dtype, or a tensor to be like
        non_blocking   accepted; copies from and to a GPU wait
    """
    for target in targets:
        if isinstance(target, DType) or target in NUMBERS:
            dtype = target
        elif isinstance(target, Tensor):
            dtype, device = target.dtype, target.device
        elif isinstance(target, bool):
            copy = copy or target
        else:
            device = target
    out = self
    if device is not None and not _is_there(out, Device(device)):
        out = apply(TO_DEVICE, out, device=str(device), home=str(out.device))
    if dtype is not None and as_dtype(dtype) is not out.dtype:
        out = apply(CAST, out, dtype=as_dtype(dtype))
    if memory_format is not None:
        out = layouts.arranged(out, memory_format)
    return clone(out) if copy and out is self else out


def _is_there(x: Tensor, where: Device) -> bool:
    """Does the tensor lie on this device? Any GPU is "cuda"."""
    return x.device.type == where.type and where.index in (None, x.device.index)


def _move(xp: Any, x: Any, device: str, home: str) -> Any:
    if device == home:
        return xp.asarray(x, copy=True)
    target, source = get_backend(device), backend_of(x)
    if target.name == "meta":
        return MetaArray(x.shape, x.dtype)
    with target.at(Device(device)):
        return target.asarray(x if source is target else source.to_host(x))


TO_DEVICE = define(
    "to_device",
    inputs=("x",),
    forward=_move,
    shape=shapes.same,
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.ops.to_device(ct, device=s.home, home=s.device)},
    formula="x",
    samples=lambda draw: [Sample((draw(3, 4),), {"device": "cpu", "home": "cpu"})],
)


def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """This tensor on the CPU."""
    return to(self, device="cpu", memory_format=memory_format)


def cuda(self: Tensor, device: Any = None, non_blocking: bool = False, memory_format: Any = None) -> Tensor:
    """This tensor on a GPU: the current one, or that of the number."""
    where = "cuda" if device is None else Device("cuda", device) if isinstance(device, int) else device
    return to(self, device=where, memory_format=memory_format)


def pin_memory(self: Tensor, device: Any = None) -> Tensor:
    """This tensor in memory that a GPU reads directly. Raises DeviceError where there is no GPU."""
    if self.device.type != "cpu":
        raise placed(ArgumentError("only a tensor on the CPU can be pinned", got=f"device {self.device}"))
    return Tensor(get_backend("cuda").pinned(self.data))


def is_pinned(self: Tensor, device: Any = None) -> bool:
    """Is this memory that a GPU reads directly?"""
    array = self.data
    while array is not None and "Pinned" not in array.__class__.__name__:
        array = getattr(array, "base", None)
    return array is not None


def get_device(input: Tensor) -> int:
    """The number of the GPU that holds this tensor; -1 on the CPU."""
    return -1 if input.device.index is None else input.device.index


def is_cpu(self: Tensor) -> bool:
    """Does this tensor lie on the CPU?"""
    return self.device.type == "cpu"


def is_cuda(self: Tensor) -> bool:
    """Does this tensor lie on a GPU?"""
    return self.device.type == "cuda"


def is_meta(self: Tensor) -> bool:
    """Is this a shape without values?"""
    return self.device.type == "meta"


def type_as(self: Tensor, tensor: Tensor) -> Tensor:
    """This tensor in the dtype and on the device of another."""
    return to(self, tensor)


def type(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The name of the dtype, or this tensor in another one, which a typed constructor may name: ``pg.IntTensor``."""
    return f"patchgrad.{self.dtype.name}" if dtype is None else to(self, dtype=getattr(dtype, "dtype", dtype))


def _cast(name: str, kind: DType) -> Callable[..., Tensor]:
    def method(self: Tensor, memory_format: Any = None) -> Tensor:
        return to(self, dtype=kind, memory_format=memory_format)

    method.__name__ = name
    method.__doc__ = f"This tensor as {kind.name}; itself if it is that already."
    return method


CASTS = {
    name: _cast(name, kind)
    for name, kind in {**ALIASES, "bfloat16": bfloat16, "bool": bool_, "byte": uint8, "char": int8}.items()
}
"""Methods that cast: ``x.float()``, ``x.long()``, ``x.bfloat16()``."""
