"""A batch norm in evaluation is an affine map: it can be written into the weights of the layer before it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ArgumentError
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.ops.filled import ones_like, zeros_like
from patchgrad.tensor import Tensor

Weights = tuple[Parameter, Parameter]


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A copy of a convolution that computes ``bn(conv(x))``; ``transpose`` for a transposed one.

    Errors
        ArgumentError  if one of them is training, or the batch norm has no running statistics.
    """
    _check(conv, bn)
    fused = deepcopy(conv)
    stats = (bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    fused.weight, fused.bias = fuse_conv_bn_weights(conv.weight, conv.bias, *stats, transpose=transpose)
    return fused


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> Weights:
    """Weight and bias of a convolution with the batch norm behind it written in."""
    return _fused(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, axis=1 if transpose else 0)


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A copy of a linear layer that computes ``bn(linear(x))``; errors as `fuse_conv_bn_eval`."""
    _check(linear, bn)
    if bn.num_features not in (1, linear.out_features):
        raise ArgumentError(
            "the batch norm does not fit the linear layer",
            got=f"num_features={bn.num_features}",
            want=f"{linear.out_features}, or 1",
        )
    fused = deepcopy(linear)
    stats = (bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    fused.weight, fused.bias = fuse_linear_bn_weights(linear.weight, linear.bias, *stats)
    return fused


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> Weights:
    """Weight and bias of a linear layer with the batch norm behind it written in."""
    return _fused(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, axis=0)


def _fused(weight: Any, bias: Any, mean: Any, var: Any, eps: float, gain: Any, shift: Any, axis: int) -> Weights:
    with no_grad():
        before = zeros_like(mean) if bias is None else bias
        scale = (ones_like(mean) if gain is None else gain) * (var + eps).rsqrt()
        after = (before - mean) * scale + (zeros_like(mean) if shift is None else shift)
        shape = [1] * weight.ndim
        shape[axis] = -1
        found = weight * scale.reshape(shape)
    trained = weight.requires_grad if isinstance(weight, Parameter) else True
    return Parameter(found, trained), Parameter(after, trained)


def _check(layer: Module, bn: Any) -> None:
    if layer.training or bn.training or bn.running_mean is None:
        raise ArgumentError(
            "layers are fused for evaluation only",
            got=f"training: {layer.training}, {bn.training}; running statistics: {bn.running_mean is not None}",
            want="both in evaluation, with running statistics",
            hint="call model.eval() first",
        )
