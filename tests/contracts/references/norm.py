"""What the ops of norm and dropout should give, for those whose name or arguments differ from PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")


def _normalize(x: Any, w: Any, b: Any, axes: Any, eps: float) -> Any:
    mean, var = x.mean(axes, keepdim=True), x.var(axes, correction=0, keepdim=True)
    y = (x - mean) / torch.sqrt(var + eps)
    return (y if w is None else y * w) + (0 if b is None else b), mean, var


REFERENCES: dict[str, Any] = {
    "batch_norm": _normalize,
    "layer_norm": _normalize,
    "group_norm": _normalize,
    "dropout": lambda x, kept, p: x * kept / (1 - p) if p < 1 else x * 0,
}
