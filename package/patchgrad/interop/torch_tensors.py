"""Tensors of PyTorch as tensors of patchgrad, and back, in the same memory where both allow it."""

from __future__ import annotations

from typing import Any

from patchgrad.backend.dtype import as_dtype
from patchgrad.errors import DtypeError
from patchgrad.nn.parameter import Parameter
from patchgrad.ops.exchange import from_dlpack
from patchgrad.tensor import Tensor

UNSHARED = ("bfloat16",)
"""Dtypes that NumPy, and so DLPack on the CPU, does not know: their bits are handed over."""


def from_torch_tensor(source: Any) -> Tensor:
    """The tensor in the same memory, as a leaf that requires a gradient if the source does; a parameter stays one."""
    import torch

    plain = source.detach().resolve_conj().resolve_neg()
    if plain.layout is not torch.strided:
        raise DtypeError("only dense tensors can be taken over", got=str(plain.layout), hint="tensor.to_dense()")
    name = str(plain.dtype).removeprefix("torch.")
    if name in UNSHARED:
        found = Tensor(plain.cpu().view(torch.int16).numpy().view(as_dtype(name).numpy))
    else:
        found = from_dlpack(plain)
    if isinstance(source, torch.nn.Parameter):
        return Parameter(found, source.requires_grad)
    return found.requires_grad_() if source.requires_grad else found


def to_torch_tensor(source: Tensor) -> Any:
    """The tensor in the same memory where PyTorch can have it so: not with negative strides, not read-only."""
    import torch

    plain = source.detach()
    if plain.backend.name == "cpu" and (min(plain.data.strides, default=0) < 0 or not plain.data.flags.writeable):
        plain = plain.clone()
    name = source.dtype.name
    if name in UNSHARED:
        found = torch.from_numpy(plain.data.view("int16")).view(getattr(torch, name))
    else:
        found = torch.from_dlpack(plain)
    if isinstance(source, Parameter):
        return torch.nn.Parameter(found, requires_grad=source.requires_grad)
    return found.requires_grad_(source.requires_grad)
