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


REFERENCES: dict[str, Any] = {
    "amax": lambda x, axis, keepdims: torch.amax(x, () if axis is None else axis, keepdims),
    "amin": lambda x, axis, keepdims: torch.amin(x, () if axis is None else axis, keepdims),
    "cat": lambda *xs, axis: torch.cat(xs, axis),
    "clamp": lambda x, low, high: torch.clamp(x, low, high),
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
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "huber_loss": lambda x, t, delta, scale, reduction: scale * F.huber_loss(x, t, reduction, delta),
    "cross_entropy": lambda x, t, w, **attrs: F.cross_entropy(x, t, w, **attrs),
    "nll_loss": lambda x, t, w, **attrs: F.nll_loss(x, t, w, **attrs),
    "binary_cross_entropy_with_logits": lambda x, t, w, reduction: F.binary_cross_entropy_with_logits(
        x, t, reduction=reduction, pos_weight=w
    ),
}
"""By op name, for those whose name or arguments differ from ``torch.<name>`` with axis and keepdims renamed."""

OWN = {"class_distribution", "write_view"}
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
