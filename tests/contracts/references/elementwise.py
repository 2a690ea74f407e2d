"""What the ops of elementwise and activation should give, for those whose name or arguments differ from PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
F = torch.nn.functional

REFERENCES: dict[str, Any] = {
    "div_floor": lambda a, b: torch.div(a, b, rounding_mode="floor"),
    "div_trunc": lambda a, b: torch.div(a, b, rounding_mode="trunc"),
    "entr": torch.special.entr,
    "xlog1py": torch.special.xlog1py,
    "logaddexp2": lambda a, b: torch.logaddexp2(a, torch.as_tensor(b, dtype=a.dtype)),
    "fmax": lambda a, b: torch.fmax(a, torch.as_tensor(b, dtype=a.dtype)),
    "fmin": lambda a, b: torch.fmin(a, torch.as_tensor(b, dtype=a.dtype)),
    "clamp": lambda x, low, high: torch.clamp(x, low, high),
    "logical_xor": lambda a, b: torch.logical_xor(a, torch.as_tensor(b)),
    "atan2": lambda a, b: torch.atan2(a, torch.as_tensor(b, dtype=a.dtype)),
    "hypot": lambda a, b: torch.hypot(a, torch.as_tensor(b, dtype=a.dtype)),
    "logaddexp": lambda a, b: torch.logaddexp(a, torch.as_tensor(b, dtype=a.dtype)),
    "cast": lambda x, dtype: x.to(getattr(torch, dtype.name)),
    "logical_and": lambda a, b: torch.logical_and(a, torch.as_tensor(b)),
    "logical_or": lambda a, b: torch.logical_or(a, torch.as_tensor(b)),
    "maximum": lambda a, b: torch.maximum(a, torch.as_tensor(b, dtype=a.dtype)),
    "minimum": lambda a, b: torch.minimum(a, torch.as_tensor(b, dtype=a.dtype)),
    "prelu": lambda x, weight: torch.where(x > 0, x, x * weight),
    "elu": lambda x, alpha, scale: scale * F.elu(x, alpha),
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
}
