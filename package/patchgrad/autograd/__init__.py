"""The tape: op records, nodes, the backward pass. Knows nodes, not tensors.

Also PyTorch's name for what higher rooms build on it, imported when it is first used.
"""

from typing import TYPE_CHECKING

from patchgrad.autograd._public import NAMES, SUBMODULES
from patchgrad.lazy import attach

if TYPE_CHECKING:
    from patchgrad.autograd import forward_ad, function, functional, graph
    from patchgrad.autograd.state import enable_grad, inference_mode, no_grad, set_grad_enabled
    from patchgrad.tensor.copies import CopyOnWrite, copies_on_write
    from patchgrad.transforms.custom.checks import check_functions
    from patchgrad.transforms.custom.function import Function
    from patchgrad.transforms.gradcheck import gradcheck, gradgradcheck
    from patchgrad.transforms.gradients import backward, grad
    from patchgrad.transforms.why.anomaly import detect_anomaly, set_detect_anomaly
    from patchgrad.transforms.why.find_nan import NanOrigin, NanWatch

__all__ = [
    "CopyOnWrite",
    "Function",
    "NanOrigin",
    "NanWatch",
    "backward",
    "check_functions",
    "copies_on_write",
    "detect_anomaly",
    "enable_grad",
    "forward_ad",
    "function",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
]
__getattr__, __dir__ = attach(__name__, NAMES, SUBMODULES)
