"""What each op should give: PyTorch's function of the same name, or the one named here."""

from __future__ import annotations

from typing import Any

import pytest

from patchgrad.autograd.op import OpSpec, Sample
from patchgrad.backend import host

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
F = torch.nn.functional


def _dims(attrs: dict[str, Any]) -> dict[str, Any]:
    return {{"axis": "dim", "keepdims": "keepdim"}.get(key, key): value for key, value in attrs.items()}


def _index(index: Any) -> Any:
    return tuple(torch.from_numpy(entry) if isinstance(entry, host.ndarray) else entry for entry in index)


def _index_add(x: Any, shape: Any, index: Any) -> Any:
    out = torch.zeros(shape, dtype=x.dtype)
    return out.index_put(_index(index), x, accumulate=True)


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


def _normalize(x: Any, w: Any, b: Any, axes: Any, eps: float) -> Any:
    mean, var = x.mean(axes, keepdim=True), x.var(axes, correction=0, keepdim=True)
    y = (x - mean) / torch.sqrt(var + eps)
    return (y if w is None else y * w) + (0 if b is None else b), mean, var


def _lstm_layer(projected: Any, h: Any, c: Any, weight: Any, bias: Any, reverse: bool) -> Any:
    times = range(len(projected))[::-1] if reverse else range(len(projected))
    found: dict[int, Any] = {}
    for time in times:
        i, f, g, o = (projected[time] + F.linear(h, weight, bias)).chunk(4, 1)
        gates = torch.cat((i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()), 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        found[time] = (h, c, gates)
    return tuple(torch.stack([found[time][k] for time in range(len(projected))]) for k in range(3))


REFERENCES: dict[str, Any] = {
    "amax": lambda x, axis, keepdims: torch.amax(x, () if axis is None else axis, keepdims),
    "amin": lambda x, axis, keepdims: torch.amin(x, () if axis is None else axis, keepdims),
    "cat": lambda *xs, axis: torch.cat(xs, axis),
    "clamp": lambda x, low, high: torch.clamp(x, low, high),
    "argsort": lambda x, axis, descending: torch.argsort(x, dim=axis, descending=descending, stable=True),
    "gather": lambda x, index, axis: torch.gather(x, axis, index),
    "scatter": lambda x, index, src, axis: torch.scatter(x, axis, index, src),
    "scatter_add": lambda x, index, src, axis: torch.scatter_add(x, axis, index, src),
    "pad": lambda x, widths, value: F.pad(x, [n for pair in widths[::-1] for n in pair], value=value),
    "roll": lambda x, shift, axis: torch.roll(x, shift, axis),
    "tile": lambda x, repeats: torch.tile(x, repeats),
    "logsumexp": lambda x, axis, keepdims: torch.logsumexp(x, (0, 1) if axis is None else axis, keepdims),
    "logical_xor": lambda a, b: torch.logical_xor(a, torch.as_tensor(b)),
    "atan2": lambda a, b: torch.atan2(a, torch.as_tensor(b, dtype=a.dtype)),
    "hypot": lambda a, b: torch.hypot(a, torch.as_tensor(b, dtype=a.dtype)),
    "logaddexp": lambda a, b: torch.logaddexp(a, torch.as_tensor(b, dtype=a.dtype)),
    "cumsum": lambda x, axis: torch.cumsum(x, axis),
    "cumprod": lambda x, axis: torch.cumprod(x, axis),
    "cast": lambda x, dtype: x.to(getattr(torch, dtype.name)),
    "prelu": lambda x, weight: torch.where(x > 0, x, x * weight),
    "logical_and": lambda a, b: torch.logical_and(a, torch.as_tensor(b)),
    "logical_or": lambda a, b: torch.logical_or(a, torch.as_tensor(b)),
    "maximum": lambda a, b: torch.maximum(a, torch.as_tensor(b, dtype=a.dtype)),
    "minimum": lambda a, b: torch.minimum(a, torch.as_tensor(b, dtype=a.dtype)),
    "expand": lambda x, shape: x.expand(shape),
    "flip": lambda x, axis: torch.flip(x, axis),
    "index_add": _index_add,
    "index_put": lambda x, value, index: x.index_put(_index(index), value),
    "permute": lambda x, axes: x.permute(axes),
    "select": lambda x, index: torch.from_numpy(x.numpy()[index].copy()),
    "elu": lambda x, alpha, scale: scale * F.elu(x, alpha),
    "conv2d": _conv2d,
    "conv2d_input": _conv2d_input,
    "conv2d_weight": _conv2d_weight,
    "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d,
    "batch_norm": _normalize,
    "layer_norm": _normalize,
    "group_norm": _normalize,
    "dropout": lambda x, kept, p: x * kept / (1 - p) if p < 1 else x * 0,
    "embedding": lambda index, w, padding_idx: F.embedding(index, w, padding_idx),
    "one_hot": lambda x, classes: F.one_hot(x, classes),
    "linear": F.linear,
    "lstm_layer": _lstm_layer,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "huber_loss": lambda x, t, delta, scale, reduction: scale * F.huber_loss(x, t, reduction, delta),
    "cross_entropy": lambda x, t, w, **attrs: F.cross_entropy(x, t, w, **attrs),
    "nll_loss": lambda x, t, w, **attrs: F.nll_loss(x, t, w, **attrs),
    "binary_cross_entropy_with_logits": lambda x, t, w, reduction: F.binary_cross_entropy_with_logits(
        x, t, reduction=reduction, pos_weight=w
    ),
}
"""By op name, for those whose name or arguments differ from ``torch.<name>`` with axis and keepdims renamed."""

OWN = {
    "class_distribution",
    "write_view",
    "max_pool2d_spread",
    "max_pool2d_pick",
    "avg_pool2d_spread",
    "embedding_weight",
}
"""Parts of other ops that no library has; their gradients and the ops that use them are tested."""


def reference(op: OpSpec, sample: Sample) -> tuple[Any, ...]:
    """The outputs of the reference as NumPy arrays."""
    if op.name in OWN:
        pytest.skip("a part of other ops, tested through them")
    inputs = [torch.from_numpy(host.array(x)) if isinstance(x, host.ndarray) else x for x in sample.inputs]
    if op.name in REFERENCES:
        found = REFERENCES[op.name](*inputs, **sample.attrs)
    else:
        function = getattr(torch, op.name, None) or getattr(F, op.name)
        attrs = {key: value for key, value in _dims(sample.attrs).items() if not (key == "dim" and value is None)}
        if "dim" not in attrs:
            attrs.pop("keepdim", None)
        found = function(*inputs, **attrs)
    return tuple(entry.numpy() for entry in (found if isinstance(found, tuple) else (found,)))
