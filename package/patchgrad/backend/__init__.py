"""Array libraries: the only room that imports NumPy and CuPy.

``get_backend("cpu")`` is a `Backend`; ``backend_of(array)`` the one an array belongs to; ``host`` is
NumPy for arithmetic on the host that is not part of a network: data loading, layout, statistics.
"""

from __future__ import annotations

from typing import Any

import numpy as host

from patchgrad.backend import cpu, meta
from patchgrad.backend.base import Backend, Namespace, Operations
from patchgrad.backend.device import device
from patchgrad.backend.kernels import install
from patchgrad.backend.meta import MetaArray

__all__ = [
    "Backend",
    "MetaArray",
    "Namespace",
    "backend_of",
    "device",
    "get_backend",
    "host",
    "register_ops",
    "wrap_by",
    "wrapped",
]

_BY_NAME: dict[str, Backend] = {"cpu": cpu.backend, "meta": meta.backend}
BY_TYPE: dict[type, Backend] = {host.ndarray: cpu.backend, MetaArray: meta.backend}
_find_op: Any = None
_tensor: Any = None


def get_backend(where: str | device | None = None) -> Backend:
    """The backend of a device; ``None`` means the CPU. Raises DeviceError when CUDA is not there."""
    if where is None:
        return _BY_NAME["cpu"]
    place = device(where)
    if place.type not in _BY_NAME:
        from patchgrad.backend import cuda

        add_backend(cuda.CUDA(cuda.load_cupy()))
    return _BY_NAME[place.type].on(place)


def backend_of(array: Any) -> Backend:
    """The backend whose array this is."""
    return BY_TYPE[type(array)]


def register_ops(find: Any) -> None:
    """Give every namespace its ``xp.ops``: ``find`` maps a name to an op record."""
    global _find_op
    _find_op = find
    for backend in _BY_NAME.values():
        backend.find = find
        backend.xp.ops = Operations(backend, find)


def wrap_by(tensor: Any) -> None:
    """Let what this room hands to people be tensors, which it does not know."""
    global _tensor
    _tensor = tensor


def wrapped(array: Any) -> Any:
    """A tensor of a bare array, for people; the array itself where there are no tensors."""
    return array if _tensor is None else _tensor(array)


def add_backend(backend: Backend) -> None:
    """Make another array library known."""
    backend.find = _find_op
    install(backend, lambda name: _find_op(name))
    _BY_NAME[backend.name] = backend
    BY_TYPE.update(dict.fromkeys(backend.array_types, backend))
    backend.xp.ops = Operations(backend, _find_op)
