"""Moving a module between devices and floating-point dtypes. Parameters stay the same objects, with the same uid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from patchgrad.backend import MetaArray, get_backend
from patchgrad.backend.device import device as Device
from patchgrad.backend.dtype import as_dtype
from patchgrad.backend.dtype import dtype as Dtype
from patchgrad.backend.low import FLOATS
from patchgrad.errors import DeviceError, DtypeError
from patchgrad.nn.parameter import allocate
from patchgrad.tensor import Tensor

if TYPE_CHECKING:
    from patchgrad.nn.module import Module

M = TypeVar("M", bound="Module")


def to(module: M, *args: Any, device: Any = None, dtype: Any = None) -> M:
    """Move parameters, buffers and gradients; the dtype applies to floating-point ones only.

    Errors
        DtypeError   if the dtype is not a floating one.
        DeviceError  if the device is not there, or a meta tensor would have to get values.
    """
    for argument in args:
        if isinstance(argument, Tensor):
            device, dtype = argument.device, argument.dtype
        elif _is_device(argument):
            device = argument
        elif argument is not None:
            dtype = argument
    kind = None if dtype is None else as_dtype(dtype)
    if kind is not None and not (kind.is_floating_point or kind.is_complex):
        raise DtypeError(
            "a module can only be moved to a floating dtype",
            got=kind.name,
            want="float64, float32, float16 or bfloat16",
        )
    for tensor in _tensors(module):
        tensor.data = _moved(tensor.data, device, kind)
        if tensor.grad is not None:
            tensor.grad.data = _moved(tensor.grad.data, device, kind)
    return module


def to_empty(module: M, *, device: Any) -> M:
    """Give every tensor memory on ``device`` without meaningful values: what a meta module needs before loading."""
    for tensor in _tensors(module):
        tensor.data = allocate(tensor.shape, device=device, dtype=tensor.data.dtype)
    return module


def _tensors(module: Module) -> list[Tensor]:
    return [*module.parameters(), *module.buffers()]


def _is_device(value: Any) -> bool:
    return isinstance(value, Device) or (isinstance(value, str) and value.partition(":")[0] in ("cpu", "cuda", "meta"))


def _moved(array: Any, device: Any, kind: Dtype | None) -> Any:
    wanted = kind.numpy if kind is not None and array.dtype.kind in FLOATS else array.dtype
    if isinstance(array, MetaArray) and device is not None and str(device) != "meta":
        raise DeviceError(
            "a meta tensor has no values to move", got=f"shape {array.shape}", hint="module.to_empty(device='cpu')"
        )
    if device is not None:
        return _on(array, device, wanted)
    if array.dtype == wanted:
        return array
    return MetaArray(array.shape, wanted) if isinstance(array, MetaArray) else array.astype(wanted)


def _on(array: Any, device: Any, wanted: Any) -> Any:
    target = get_backend(device)
    if target.name == "meta":
        return MetaArray(array.shape, wanted)
    source = Tensor(array).backend
    if source is target:
        return array.astype(wanted, copy=False)
    return target.asarray(source.to_host(array), dtype=wanted)
