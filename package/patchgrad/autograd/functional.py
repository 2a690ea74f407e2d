"""PyTorch's place for products and matrices of derivatives; see ``transforms/functional.py``."""

from typing import TYPE_CHECKING

from patchgrad.lazy import attach

if TYPE_CHECKING:
    from patchgrad.transforms.functional import hessian, hvp, jacobian, jvp, vhp, vjp

__all__ = [
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "vhp",
    "vjp",
]
__getattr__, __dir__ = attach(__name__, {"patchgrad.transforms.functional": "hessian hvp jacobian jvp vhp vjp"}, "")
