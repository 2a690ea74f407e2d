"""What the ops of conv and pool should give, for those whose name or arguments differ from PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
F = torch.nn.functional


def _pad(x: Any, padding: Any, value: float = 0.0) -> Any:
    return F.pad(x, (*padding[1], *padding[0]), value=value)


def _conv2d(x: Any, w: Any, b: Any, padding: Any, **attrs: Any) -> Any:
    return F.conv2d(_pad(x, padding), w, b, **attrs)


def _conv2d_input(ct: Any, w: Any, size: Any, padding: Any, groups: int, **attrs: Any) -> Any:
    x = torch.zeros((ct.shape[0], w.shape[1] * groups, *size), dtype=ct.dtype, requires_grad=True)
    y = _conv2d(x, w, None, padding, groups=groups, **attrs)
    return torch.autograd.grad(y, x, ct)[0]


def _conv2d_weight(x: Any, ct: Any, kernel: Any, padding: Any, groups: int, **attrs: Any) -> Any:
    w = torch.zeros((ct.shape[1], x.shape[1] // groups, *kernel), dtype=ct.dtype, requires_grad=True)
    y = _conv2d(x, w, None, padding, groups=groups, **attrs)
    return torch.autograd.grad(y, w, ct)[0]


def _max_pool2d(x: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    y, flat = F.max_pool2d(_pad(x, padding, -torch.inf), kernel, stride, 0, dilation, return_indices=True)
    wide = x.shape[-1] + sum(padding[1])
    rows = (flat // wide - torch.arange(y.shape[-2])[:, None] * stride[0]) // dilation[0]
    columns = (flat % wide - torch.arange(y.shape[-1]) * stride[1]) // dilation[1]
    return y, (rows * kernel[1] + columns).to(torch.uint8)


def _avg_pool2d(x: Any, kernel: Any, stride: Any, padding: Any, border: Any, divisor: Any) -> Any:
    extra = tuple(end - start for start, end in padding)
    counts = _pad(torch.ones_like(x), tuple((b, b) for b in border), 1.0)
    left = tuple((start - b, end - b) for (start, end), b in zip(padding, border, strict=True))
    counts = F.avg_pool2d(_pad(counts, left), kernel, stride)
    assert min(extra) >= 0
    means = F.avg_pool2d(_pad(x, padding), kernel, stride, divisor_override=divisor)
    return means if divisor else means / counts


def _im2col(x: Any, size: Any, kernel: Any, **attrs: Any) -> Any:
    return F.unfold(x, kernel, **attrs)


def _col2im(x: Any, size: Any, kernel: Any, **attrs: Any) -> Any:
    return F.fold(x, size, kernel, **attrs)


REFERENCES: dict[str, Any] = {
    "im2col": _im2col,
    "col2im": _col2im,
    "conv2d": _conv2d,
    "conv2d_input": _conv2d_input,
    "conv2d_weight": _conv2d_weight,
    "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d,
}

OWN = {"max_pool2d_spread", "max_pool2d_pick", "avg_pool2d_spread"}
"""Parts of other ops that no library has; their gradients and the ops that use them are tested."""
