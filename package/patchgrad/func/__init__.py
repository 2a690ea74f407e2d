"""Functions of functions, with PyTorch's names: gradients, products with Jacobians, batches of examples."""

from typing import TYPE_CHECKING

from patchgrad.func._public import NAMES, SUBMODULES
from patchgrad.lazy import attach

if TYPE_CHECKING:
    from patchgrad.nn.functional_call import functional_call, replace_all_batch_norm_modules_, stack_module_state
    from patchgrad.transforms.batching.vmap import vmap
    from patchgrad.transforms.batching.ways import vmap_loops
    from patchgrad.transforms.forward import jvp, linearize
    from patchgrad.transforms.matrices import hessian, hvp, jacfwd, jacobian, jacrev
    from patchgrad.transforms.reverse import grad, grad_and_value, value_and_grad, vjp

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "replace_all_batch_norm_modules_",
    "stack_module_state",
    "value_and_grad",
    "vjp",
    "vmap",
    "vmap_loops",
]
__getattr__, __dir__ = attach(__name__, NAMES, SUBMODULES)
