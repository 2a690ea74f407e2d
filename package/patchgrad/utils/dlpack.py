"""DLPack under PyTorch's names. ``from_dlpack`` of most libraries takes the tensor itself, and needs no capsule."""

from __future__ import annotations

from typing import Any

from patchgrad.ops.exchange import from_dlpack
from patchgrad.tensor import Tensor

__all__ = ["from_dlpack", "to_dlpack"]


def to_dlpack(tensor: Tensor) -> Any:
    """The memory of ``tensor`` as a capsule, which can be taken once."""
    return tensor.__dlpack__()
