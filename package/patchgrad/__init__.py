"""patchgrad: tensors and gradients with PyTorch's names, and a studio to rewire networks while they learn.

The list of public names. Almost all are imported when they are first used (``lazy.py``).
"""

# Names are imported here to be found here.
# pyright: reportUnusedImport=false

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

from patchgrad import errors, ops
from patchgrad._public import NAMES, SUBMODULES
from patchgrad.autograd.state import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    observing,
    set_grad_enabled,
)
from patchgrad.backend.device import device, get_default_device, set_default_device
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
from patchgrad.tensor import worlds as _worlds
from patchgrad.tensor.size import Size
from patchgrad.tensor.tensor import Tensor
from patchgrad.version import __version__

if TYPE_CHECKING:
    from patchgrad import (
        amp,
        array_api,
        autograd,
        cuda,
        data,
        datasets,
        fft,
        func,
        linalg,
        look,
        nn,
        optim,
        plots,
        testing,
        utils,
    )
    from patchgrad.amp import (
        GradScaler,
        autocast,
        clear_autocast_cache,
        get_autocast_dtype,
        is_autocast_cache_enabled,
        is_autocast_enabled,
    )
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
    from patchgrad.backend.settings import *
    from patchgrad.diagnosis import findings
    from patchgrad.drawing.draw import draw
    from patchgrad.drawing.show import show
    from patchgrad.interop import from_torch, load, load_metadata, onnx, save, to_torch
    from patchgrad.layergraph import LayerGraph, edit, layer
    from patchgrad.layergraph.blocks import save_layer
    from patchgrad.ops import random, signal, special
    from patchgrad.ops._written import *
    from patchgrad.ops.activation import *
    from patchgrad.ops.adaptive_pool import adaptive_avg_pool1d
    from patchgrad.ops.arithmetic import *
    from patchgrad.ops.arrange import *
    from patchgrad.ops.attributes import *
    from patchgrad.ops.axes import *
    from patchgrad.ops.bitwise import *
    from patchgrad.ops.comparison import *
    from patchgrad.ops.complex import *
    from patchgrad.ops.conv3d import conv3d, conv_transpose1d, conv_transpose3d
    from patchgrad.ops.conv_forms import conv1d, conv2d, conv_transpose2d
    from patchgrad.ops.creation import *
    from patchgrad.ops.cumulative import *
    from patchgrad.ops.diagonals import *
    from patchgrad.ops.differences import *
    from patchgrad.ops.distance import *
    from patchgrad.ops.dtypes import *
    from patchgrad.ops.einsum import *
    from patchgrad.ops.entropy import *
    from patchgrad.ops.error_functions import *
    from patchgrad.ops.exchange import *
    from patchgrad.ops.exponential import *
    from patchgrad.ops.filled import *
    from patchgrad.ops.gamma import *
    from patchgrad.ops.gather import *
    from patchgrad.ops.incomplete_gamma import *
    from patchgrad.ops.index import *
    from patchgrad.ops.index_along import *
    from patchgrad.ops.joining import *
    from patchgrad.ops.layouts import *
    from patchgrad.ops.linalg import *
    from patchgrad.ops.linalg_cholesky import *
    from patchgrad.ops.linalg_det import *
    from patchgrad.ops.linalg_earlier import *
    from patchgrad.ops.linalg_function import *
    from patchgrad.ops.linalg_lowrank import *
    from patchgrad.ops.linalg_lu import *
    from patchgrad.ops.linalg_products import *
    from patchgrad.ops.linalg_reflections import *
    from patchgrad.ops.linalg_sums import *
    from patchgrad.ops.modified_bessel import *
    from patchgrad.ops.movement import *
    from patchgrad.ops.moving import *
    from patchgrad.ops.norm import rms_norm
    from patchgrad.ops.normal_functions import *
    from patchgrad.ops.plain_forms import *
    from patchgrad.ops.pool3d import max_pool3d
    from patchgrad.ops.pool_images import avg_pool1d, max_pool1d, max_pool2d
    from patchgrad.ops.random import *
    from patchgrad.ops.random_counts import *
    from patchgrad.ops.ranges import *
    from patchgrad.ops.ranks import *
    from patchgrad.ops.reduce import *
    from patchgrad.ops.rounding import *
    from patchgrad.ops.scatter_reduce import *
    from patchgrad.ops.searching import *
    from patchgrad.ops.selection import *
    from patchgrad.ops.sequences import *
    from patchgrad.ops.shuffle import channel_shuffle, pixel_shuffle, pixel_unshuffle
    from patchgrad.ops.softmax import *
    from patchgrad.ops.sorting import *
    from patchgrad.ops.statistics import *
    from patchgrad.ops.stft import *
    from patchgrad.ops.strided import *
    from patchgrad.ops.trigonometric import *
    from patchgrad.ops.typed import *
    from patchgrad.ops.vector_norm import *
    from patchgrad.ops.writing import *
    from patchgrad.recorder import quantity, watch
    from patchgrad.replaying import replay
    from patchgrad.session import Session
    from patchgrad.tensor.printing import set_printoptions
    from patchgrad.transforms.batching.vmap import vmap
    from patchgrad.transforms.checkpoint import checkpoint
    from patchgrad.transforms.gradients import grad
    from patchgrad.transforms.why.anomaly import (
        is_anomaly_check_nan_enabled,
        is_anomaly_enabled,
        set_anomaly_enabled,
    )
    from patchgrad.transforms.why.explain_grad import explain_grad
    from patchgrad.transforms.why.find_nan import find_nan
    from patchgrad.widgets import computation, studio
    from patchgrad.widgets.doctor import doctor

# The namespace is made of ops and used by the tape, which stands below them.
_worlds.use_namespace(lambda: _import_module("patchgrad.array_api"))
_SHOWN_BY = {
    "LayerGraph": "patchgrad.drawing",
    "layer": "patchgrad.drawing",
    "plots": "patchgrad.widgets.outputs",
    "Session": "patchgrad.drawing",
    "watch": "patchgrad.drawing",
}
"""With these come objects that a notebook shows by means of a higher room."""
__getattr__, __dir__ = attach(__name__, NAMES, SUBMODULES, _SHOWN_BY)
del vars()["tensor"]  # the room of that name, which has been imported: the function comes when it is used
