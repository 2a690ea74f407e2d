"""What the ops of norm and dropout should give, for those whose name or arguments differ from PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")


def _normalize(x: Any, w: Any, b: Any, axes: Any, eps: float) -> Any:
    mean, var = x.mean(axes, keepdim=True), x.var(axes, correction=0, keepdim=True)
    y = (x - mean) / torch.sqrt(var + eps)
    return (y if w is None else y * w) + (0 if b is None else b), mean, var


def _root_mean_square(x: Any, weight: Any, axes: tuple[int, ...], eps: float) -> Any:
    y = torch.nn.functional.rms_norm(x, [x.shape[i] for i in axes], eps=eps)
    return (y if weight is None else y * weight), (x * x).mean(axes, keepdim=True)


def _attention(query: Any, key: Any, value: Any, scale: float, causal: bool) -> Any:
    scores = scale * query @ key.mT
    if causal:
        scores = scores.masked_fill(~torch.ones(scores.shape[-2:], dtype=torch.bool).tril(), -torch.inf)
    y = torch.nn.functional.scaled_dot_product_attention(query, key, value, scale=scale, is_causal=causal)
    return y, scores.logsumexp(-1, keepdim=True)


REFERENCES: dict[str, Any] = {
    "batch_norm": _normalize,
    "layer_norm": _normalize,
    "group_norm": _normalize,
    "rms_norm": _root_mean_square,
    "fused_attention": _attention,
    "dropout": lambda x, kept, p: x * kept / (1 - p) if p < 1 else x * 0,
}
