"""patchgrad: tensors and gradients with PyTorch's names, and a studio to rewire networks while they learn.

The list of public names. Rooms that are not needed for tensors are imported when first asked for.
"""

# Names are imported here to be found here.
# pyright: reportUnusedImport=false

from importlib import import_module
from typing import Any

from patchgrad import errors, nn, ops, optim
from patchgrad.autograd.state import enable_grad, is_grad_enabled, no_grad, observing, set_grad_enabled
from patchgrad.backend.device import device
from patchgrad.backend.dtype import bool_ as bool
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
from patchgrad.backend.random import get_rng_state, manual_seed, set_rng_state
from patchgrad.ops.activation import log_softmax, relu, sigmoid, softmax
from patchgrad.ops.arithmetic import (
    acosh,
    addcdiv,
    addcmul,
    allclose,
    asinh,
    atan2,
    atanh,
    divide,
    equal,
    exp2,
    fmod,
    frac,
    hypot,
    isclose,
    lerp,
    logaddexp,
    logical_xor,
    logit,
    nan_to_num,
    trunc,
    xlogy,
)
from patchgrad.ops.arrange import diag, diagonal, meshgrid, repeat_interleave, roll, tile, trace
from patchgrad.ops.bitwise import (
    bitwise_and,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
)
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
from patchgrad.ops.einsum import einsum
from patchgrad.ops.elementwise import (
    add,
    clamp,
    div,
    eq,
    floor_divide,
    ge,
    gt,
    le,
    logical_and,
    logical_not,
    logical_or,
    lt,
    maximum,
    minimum,
    mul,
    ne,
    pow,
    remainder,
    sub,
    where,
)
from patchgrad.ops.gather import (
    gather,
    index_add,
    index_select,
    masked_select,
    nonzero,
    scatter,
    scatter_add,
    take_along_dim,
    unique,
)
from patchgrad.ops.linalg import addmm, baddbmm, bmm, dot, inner, matmul, mm, mv, outer
from patchgrad.ops.movement import (
    broadcast_to,
    cat,
    chunk,
    clone,
    concat,
    flatten,
    flip,
    movedim,
    permute,
    reshape,
    split,
    squeeze,
    stack,
    transpose,
    unbind,
    unflatten,
    unsqueeze,
)
from patchgrad.ops.random import (
    bernoulli,
    multinomial,
    normal,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
)
from patchgrad.ops.reduce import (
    all,
    amax,
    amin,
    any,
    argmax,
    argmin,
    cumprod,
    cumsum,
    logsumexp,
    mean,
    norm,
    prod,
    std,
    sum,
    var,
)
from patchgrad.ops.sorting import argsort, kthvalue, max, median, min, sort, topk
from patchgrad.ops.special import erf, erfc
from patchgrad.tensor.tensor import Tensor
from patchgrad.transforms import grad
from patchgrad.version import __version__

globals().update(ops.elementwise.UNARY)

_LATER = {
    "data": ("patchgrad.data", None),
    "datasets": ("patchgrad.datasets", None),
    "edit": ("patchgrad.layergraph.edit", None),
    "LayerGraph": ("patchgrad.layergraph", "LayerGraph"),
    "layer": ("patchgrad.layergraph", "layer"),
    "plots": ("patchgrad.plots", None),
    "Session": ("patchgrad.session", "Session"),
    "studio": ("patchgrad.widgets", "studio"),
    "testing": ("patchgrad.testing", None),
    "watch": ("patchgrad.recorder", "watch"),
}
"""Public name to (module, attribute), imported on first use."""
_SHOWN_BY = {
    "LayerGraph": "patchgrad.drawing",
    "layer": "patchgrad.drawing",
    "plots": "patchgrad.widgets.outputs",
    "Session": "patchgrad.drawing",
    "watch": "patchgrad.drawing",
}
"""With these come objects that a notebook shows by means of a higher room."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'patchgrad' has no attribute {name!r}")
    room, attribute = _LATER[name]
    found = import_module(room)
    if name in _SHOWN_BY:
        import_module(_SHOWN_BY[name])
    found = found if attribute is None else getattr(found, attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
