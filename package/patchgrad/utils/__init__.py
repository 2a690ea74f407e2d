"""The places in which PyTorch's users look for loaders and for the exchange of memory."""

from patchgrad.utils import checkpoint, data, dlpack

__all__ = ["checkpoint", "data", "dlpack"]
