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
from patchgrad.ops.activation import *
from patchgrad.ops.arithmetic import *
from patchgrad.ops.arrange import *
from patchgrad.ops.axes import *
from patchgrad.ops.bitwise import *
from patchgrad.ops.creation import *
from patchgrad.ops.cumulative import *
from patchgrad.ops.diagonals import *
from patchgrad.ops.differences import *
from patchgrad.ops.einsum import *
from patchgrad.ops.elementwise import *
from patchgrad.ops.gather import *
from patchgrad.ops.index import *
from patchgrad.ops.index_along import *
from patchgrad.ops.joining import *
from patchgrad.ops.linalg import *
from patchgrad.ops.movement import *
from patchgrad.ops.random import *
from patchgrad.ops.ranks import *
from patchgrad.ops.reduce import *
from patchgrad.ops.scatter_reduce import *
from patchgrad.ops.searching import *
from patchgrad.ops.sorting import *
from patchgrad.ops.special import *
from patchgrad.ops.statistics import *
from patchgrad.ops.strided import *
from patchgrad.ops.vector_norm import *
from patchgrad.tensor.tensor import Tensor
from patchgrad.transforms import grad
from patchgrad.version import __version__

_LATER = {
    "data": ("patchgrad.data", None),
    "datasets": ("patchgrad.datasets", None),
    "edit": ("patchgrad.layergraph.edit", None),
    "LayerGraph": ("patchgrad.layergraph", "LayerGraph"),
    "layer": ("patchgrad.layergraph", "layer"),
    "load": ("patchgrad.interop", "load"),
    "load_metadata": ("patchgrad.interop", "load_metadata"),
    "plots": ("patchgrad.plots", None),
    "save": ("patchgrad.interop", "save"),
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
