"""Fresh layers that compute the identity, so that putting one in changes nothing at first.

Each function sets the parameters of a fresh module and says whether it now gives back its input.
Source: Chen, Goodfellow, Shlens 2016, Net2Net (deeper); He et al. 2016 for the centred filter.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.layergraph.graph import LayerGraph


def eye(module: Any) -> bool:
    """A square Linear: weight 1 on the diagonal, bias 0."""
    if module.in_features != module.out_features:
        return False
    _fill(module.weight, host.eye(module.in_features))
    _zero(module.bias)
    return True


def dirac(module: Any) -> bool:
    """A convolution that keeps channels and size: each filter takes the middle of its own channel."""
    out_channels, per_group, *kernel = module.weight.shape
    dilation, stride = _each(module.dilation, len(kernel)), _each(module.stride, len(kernel))
    same = tuple(d * (k - 1) // 2 for d, k in zip(dilation, kernel, strict=True))
    padding = {"same": same, "valid": 0}.get(module.padding) if isinstance(module.padding, str) else module.padding
    padding = _each(padding, len(kernel))
    centred = all(2 * p == d * (k - 1) and k % 2 for p, d, k in zip(padding, dilation, kernel, strict=True))
    if module.in_channels != out_channels or not centred or set(stride) != {1}:
        return False
    weight = host.zeros(module.weight.shape)
    channels = host.arange(out_channels)
    weight[channels, channels % per_group, *(size // 2 for size in kernel)] = 1
    _fill(module.weight, weight)
    _zero(module.bias)
    return True


def gates_of(old: LayerGraph, new: LayerGraph) -> set[str]:
    """New layers that end a new path into a new Add: while they give 0, the sum is what it was."""
    fresh = new.nodes.keys() - old.nodes.keys()
    found: set[str] = set()
    for uid in fresh:
        sources = [edge.source.node for edge in new.edges_into(uid)] if new.nodes[uid].kind == "Add" else []
        if len(sources) == 2 and len(fresh & {*sources}) == 1:
            found |= fresh & {*sources}
    return {uid for uid in found if len(new.edges_from(uid)) == 1}


def close(module: Any) -> None:
    """Let a Linear, a convolution, a norm or attention give 0; other layers stay as they are.

    Source: Goyal et al. 2017, the last scale of a residual branch.
    """
    for name, parameter in module.named_parameters():
        if name.removeprefix("out_proj.") in ("weight", "bias"):
            _zero(parameter)


def _each(value: Any, axes: int) -> tuple[int, ...]:
    return (value,) * axes if isinstance(value, int) else tuple(value)


def _fill(parameter: Any, values: Any) -> None:
    parameter.data[...] = parameter.backend.asarray(values, dtype=parameter.data.dtype)


def _zero(parameter: Any) -> None:
    if parameter is not None:
        parameter.data[...] = 0
