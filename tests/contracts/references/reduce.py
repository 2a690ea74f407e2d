"""What the ops of reduce and sorting should give, for those whose name or arguments differ from PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")

REFERENCES: dict[str, Any] = {
    "amax": lambda x, axis, keepdims: torch.amax(x, () if axis is None else axis, keepdims),
    "amin": lambda x, axis, keepdims: torch.amin(x, () if axis is None else axis, keepdims),
    "logsumexp": lambda x, axis, keepdims: torch.logsumexp(x, (0, 1) if axis is None else axis, keepdims),
    "cumsum": lambda x, axis: torch.cumsum(x, axis),
    "cumprod": lambda x, axis: torch.cumprod(x, axis),
    "argsort": lambda x, axis, descending: torch.argsort(x, dim=axis, descending=descending, stable=True),
    "cumargmax": lambda x, axis: torch.cummax(x, axis).indices,
    "cumargmin": lambda x, axis: torch.cummin(x, axis).indices,
    "searchsorted": lambda edges, x, right: torch.searchsorted(edges, x, right=right),
    "norm": lambda x, axis, keepdims, p: torch.linalg.vector_norm(x, p, axis, keepdims),
}

OWN = {"last_of_longest_run"}
"""Parts of other ops that no library has; the ops that use them are tested."""
