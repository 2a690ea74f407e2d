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
from patchgrad.ops.movement import (
    cat,
    chunk,
    concat,
    flatten,
    movedim,
    permute,
    reshape,
    split,
    squeeze,
    stack,
    transpose,
    unbind,
    unsqueeze,
)
from patchgrad.ops.reduce import all, amax, amin, any, argmax, argmin, cumsum, mean, norm, prod, std, sum, var
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
_PICTURED = {"LayerGraph", "Session", "layer", "watch"}
"""With these come objects whose picture is made in ``drawing``."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'patchgrad' has no attribute {name!r}")
    room, attribute = _LATER[name]
    found = import_module(room)
    if name in _PICTURED:
        import_module("patchgrad.drawing")
    found = found if attribute is None else getattr(found, attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
