"""PyTorch's place for what concerns the tape itself: its entries, and hooks on several tensors and on kept values."""

from typing import TYPE_CHECKING

from patchgrad.autograd.node import Node
from patchgrad.lazy import attach

if TYPE_CHECKING:
    from patchgrad.transforms.hooks import register_multi_grad_hook, save_on_cpu, saved_tensors_hooks

__all__ = ["Node", "register_multi_grad_hook", "save_on_cpu", "saved_tensors_hooks"]
__getattr__, __dir__ = attach(
    __name__, {"patchgrad.transforms.hooks": "register_multi_grad_hook save_on_cpu saved_tensors_hooks"}, ""
)
