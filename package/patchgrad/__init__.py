"""patchgrad: tensors and gradients with PyTorch's names, and a studio to rewire networks while they learn.

The list of public names. Almost all are imported when they are first used (``lazy.py``).
"""

# Names are imported here to be found here.
# pyright: reportUnusedImport=false

from typing import TYPE_CHECKING

from patchgrad import errors, ops
from patchgrad._public import NAMES, SUBMODULES
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
from patchgrad.lazy import attach
from patchgrad.ops.creation import tensor
from patchgrad.tensor.tensor import Tensor
from patchgrad.version import __version__

if TYPE_CHECKING:
    from patchgrad import data, datasets, nn, optim, plots, testing
    from patchgrad.backend.random import (
        Generator,
        default_generator,
        fork_rng,
        get_rng_state,
        initial_seed,
        manual_seed,
        seed,
        set_rng_state,
    )
    from patchgrad.interop import load, load_metadata, save
    from patchgrad.layergraph import LayerGraph, edit, layer
    from patchgrad.ops import random
    from patchgrad.ops.activation import *
    from patchgrad.ops.arithmetic import *
    from patchgrad.ops.arrange import *
    from patchgrad.ops.bitwise import *
    from patchgrad.ops.creation import *
    from patchgrad.ops.dtypes import *
    from patchgrad.ops.einsum import *
    from patchgrad.ops.elementwise import *
    from patchgrad.ops.gather import *
    from patchgrad.ops.linalg import *
    from patchgrad.ops.movement import *
    from patchgrad.ops.random import *
    from patchgrad.ops.reduce import *
    from patchgrad.ops.sorting import *
    from patchgrad.ops.special import *
    from patchgrad.recorder import watch
    from patchgrad.session import Session
    from patchgrad.transforms import grad
    from patchgrad.widgets import studio

_SHOWN_BY = {
    "LayerGraph": "patchgrad.drawing",
    "layer": "patchgrad.drawing",
    "plots": "patchgrad.widgets.outputs",
    "Session": "patchgrad.drawing",
    "watch": "patchgrad.drawing",
}
"""With these come objects that a notebook shows by means of a higher room."""
__getattr__, __dir__ = attach(__name__, NAMES, SUBMODULES, _SHOWN_BY)
