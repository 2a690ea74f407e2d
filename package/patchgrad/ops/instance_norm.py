"""Instance normalisation with PyTorch's arguments: by each sample's own statistics, or by running ones."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.backend import MetaArray
from patchgrad.errors import ShapeError
from patchgrad.ops.norm import batch_norm, group_norm
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.views import store


def instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel of each sample over its places.

    Shapes
        input (batch, channels, *), the others (channels,)  ->  same as input
    Effects
        With ``use_input_stats`` the running mean and (unbiased) variance move by ``momentum`` towards the mean over
        the batch, outside the tape; without, they are what normalises.
    Source
        Ulyanov et al. 2016, Instance normalization: the missing ingredient for fast stylization.
    """
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    places = math.prod(input.shape[2:])
    if input.ndim < 3 or places < 2:
        raise placed(
            ShapeError(
                "instance_norm wants more than one place per channel",
                got=f"input {tuple(input.shape)}",
                want="(batch, channels, *)",
            )
        )
    if running_mean is not None and not isinstance(input.data, MetaArray):
        _move(input, running_mean, running_var, places, momentum)
    return group_norm(input, input.shape[1], weight, bias, eps)


def _move(input: Any, running_mean: Any, running_var: Any, places: int, momentum: float) -> None:
    with no_grad():
        flat = input.detach().flatten(2)
        mean, var = flat.mean(2).mean(0), flat.var(2, correction=0).mean(0) * (places / (places - 1))
        store(running_mean, (1 - momentum) * running_mean + momentum * mean)
        store(running_var, (1 - momentum) * running_var + momentum * var)
