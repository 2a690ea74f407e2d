"""PyTorch's place for operations with a gradient of one's own; see ``transforms/custom``."""

from typing import TYPE_CHECKING

from patchgrad.lazy import attach

if TYPE_CHECKING:
    from patchgrad.transforms.custom.context import FunctionCtx
    from patchgrad.transforms.custom.function import Function, once_differentiable

__all__ = ["Function", "FunctionCtx", "once_differentiable"]
__getattr__, __dir__ = attach(
    __name__,
    {
        "patchgrad.transforms.custom.function": "Function once_differentiable",
        "patchgrad.transforms.custom.context": "FunctionCtx",
    },
    "",
)
