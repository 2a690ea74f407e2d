"""patchgrad: tensors and gradients with PyTorch's names, and a studio to rewire networks while they learn."""

from patchgrad import errors
from patchgrad import ops as _ops
from patchgrad.autograd.state import enable_grad, is_grad_enabled, no_grad, observing, set_grad_enabled
from patchgrad.backend.device import device
from patchgrad.backend.dtype import (
    complex64,
    complex128,
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
)
from patchgrad.backend.dtype import bool_ as bool
from patchgrad.ops.creation import (
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    tensor,
    tril,
    triu,
    zeros,
    zeros_like,
)
from patchgrad.ops.elementwise import add, clamp, div, maximum, minimum, mul, pow, sub, where
from patchgrad.ops.linalg import bmm, matmul, mm
from patchgrad.ops.movement import cat, chunk, concat, flatten, movedim, permute, reshape, split, squeeze, stack, transpose, unbind, unsqueeze
from patchgrad.ops.reduce import all, amax, amin, any, argmax, argmin, cumsum, mean, norm, prod, std, sum, var
from patchgrad.tensor import Tensor
from patchgrad.transforms import grad

__version__ = "0.1.0"

globals().update(_ops.elementwise.UNARY)
