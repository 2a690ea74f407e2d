"""What autocast does to the inputs of an op or function, by its name and device. The lists are PyTorch's.

An op looks itself up in `apply`; a function that is made of several ops carries the decorator `under_autocast`, so that
it gets its inputs as a whole, as PyTorch has it. The context that switches this on stands in the room ``amp``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from patchgrad.autograd.op import find
from patchgrad.autograd.state import state
from patchgrad.backend import low
from patchgrad.backend.dtype import dtype, float32, float64
from patchgrad.errors import DtypeError
from patchgrad.tensor.tensor import Tensor, apply

F = TypeVar("F", bound=Callable[..., Any])


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PRODUCTS = (
    "matmul linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d addmm addbmm baddbmm prelu "
    "scaled_dot_product_attention lstm_layer"
)
_LOSSES = (
    "mse_loss l1_loss smooth_l1_loss huber_loss nll_loss cross_entropy kl_div cosine_embedding_loss "
    "hinge_embedding_loss poisson_nll_loss margin_ranking_loss soft_margin_loss triplet_margin_loss multi_margin_loss "
    "multilabel_margin_loss binary_cross_entropy_with_logits ctc_loss"
)
LOWER = {"cpu": _names(_PRODUCTS), "cuda": _names(f"{_PRODUCTS} addmv addr mv einsum")}
"""Computed in low precision."""
WIDER = {
    "cpu": _names(
        f"{_LOSSES} binary_cross_entropy avg_pool3d max_pool3d adaptive_avg_pool3d adaptive_max_pool3d grid_sample "
        "max_unpool2d max_unpool3d prod quantile nanquantile cdist trace pad_by_rule fractional_max_pool2d "
        "inv det slogdet solve lstsq svd svdvals eigh eigvalsh eigvals eig qr cholesky cholesky_solve pinv cond "
        "matrix_rank polar"
    ),
    "cuda": _names(
        f"{_LOSSES} acos asin cosh erfinv exp expm1 log log10 log2 log1p reciprocal rsqrt sinh tan pow softplus "
        "layer_norm group_norm norm cosine_similarity cdist pdist renorm logsumexp prod softmax log_softmax cumprod "
        "cumsum sum dist rms_norm interpolate multilabel_soft_margin_loss"
    ),
}
"""Computed in float32."""
WIDEST = {
    "cpu": _names("cat stack index_copy"),
    "cuda": _names(
        "cat stack addcdiv addcmul atan2 bilinear cross dot vdot grid_sample index_put tensordot scatter_add"
    ),
}
"""Computed in the widest dtype among the inputs."""
REFUSED = {"cpu": _names(""), "cuda": _names("binary_cross_entropy")}
ALONE = {
    "cpu": _names("mv dot outer bilinear addmv addr cosine_similarity pairwise_distance"),
    "cuda": _names("trace"),
}
"""Made of ops that have an entry of their own, which does not count here."""


class Precision:
    """Autocast in force in a thread: the low dtype by device, and casts of parameters that are kept until its end."""

    def __init__(self, dtypes: dict[str, dtype], cache: dict[int, Any] | None) -> None:
        self.dtypes = dtypes
        self.cache = cache

    def inputs(self, name: str, inputs: Any) -> Any:
        """The inputs of an op or function of this name, cast as its entry says."""
        device = next((x.backend.name for x in inputs if isinstance(x, Tensor)), "")
        target = self._target(name, device, inputs)
        if target is None:
            return inputs
        return tuple([self._cast(x, target) if isinstance(x, Tensor) else x for x in inputs])

    def _target(self, name: str, device: str, inputs: Any) -> dtype | None:
        lower = self.dtypes.get(device)
        if lower is None:
            return None
        if name in LOWER[device]:
            return lower
        if name in WIDER[device]:
            return float32
        if name in WIDEST[device]:
            return None if all(x.dtype is lower for x in inputs if _counts(x)) else float32
        if name in REFUSED[device]:
            raise DtypeError(
                f"{name} overflows easily in low precision, and autocast refuses it",
                hint="leave out the sigmoid and use binary_cross_entropy_with_logits, or switch autocast off around it",
            )
        return None

    def _cast(self, x: Tensor, target: dtype) -> Tensor:
        if not _counts(x) or x.dtype is target:
            return x
        keeps = self.cache is not None and target is not float32 and x.requires_grad and x.is_leaf
        if not keeps or not state.grad_enabled:
            return apply(find("cast"), x, dtype=target)
        found = self.cache.get(id(x))  # type: ignore[union-attr]
        if found is None or found[1] != x.version:
            found = self.cache[id(x)] = (x, x.version, apply(find("cast"), x, dtype=target))  # type: ignore[index]
        return found[2]


def _counts(x: Any) -> bool:
    """Only floats up to 32 bits are cast."""
    return isinstance(x, Tensor) and x.dtype.is_floating_point and x.dtype is not float64


def under_autocast(function: F) -> F:
    """A function of several ops that autocast treats as one: its tensors are cast, and its ops then left alone."""
    name = function.__name__

    @wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        if not low.used or state.autocast is None:
            return function(*args, **kwargs)
        precision: Precision = state.autocast
        device = next((x.backend.name for x in (*args, *kwargs.values()) if isinstance(x, Tensor)), "")
        known = [*precision.inputs(name, (*args, *kwargs.values()))]
        if device not in precision.dtypes or not _listed(name, device):
            return function(*args, **kwargs)
        state.autocast = None
        try:
            return function(*known[: len(args)], **dict(zip(kwargs, known[len(args) :], strict=True)))
        finally:
            state.autocast = precision

    return inside  # type: ignore[return-value]


def rounded_once(function: F) -> F:
    """A function of several ops that low precision sees as one: computed in float32, its results rounded at its end."""

    @wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        if not low.used:
            return function(*args, **kwargs)
        floats = {x.dtype for x in (*args, *kwargs.values()) if isinstance(x, Tensor) and x.dtype.is_floating_point}
        if len(floats) != 1 or next(iter(floats)).name not in low.NAMES:
            return function(*args, **kwargs)
        kind = floats.pop()
        wide = {name: _to(x, kind, float32) for name, x in kwargs.items()}
        return _to(function(*[_to(x, kind, float32) for x in args], **wide), float32, kind)

    return inside  # type: ignore[return-value]


def _to(x: Any, kind: dtype, target: dtype) -> Any:
    """A tensor of one dtype in another; anything else as it is."""
    return apply(find("cast"), x, dtype=target) if isinstance(x, Tensor) and x.dtype is kind else x


def _listed(name: str, device: str) -> bool:
    return any(name in table.get(device, ()) for table in (LOWER, WIDER, WIDEST, ALONE))
