"""What the ops of gather, index and embedding should give, for those whose name or arguments differ from PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

from patchgrad.backend import host

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
F = torch.nn.functional


def _index(index: Any) -> Any:
    return tuple(torch.from_numpy(entry) if isinstance(entry, host.ndarray) else entry for entry in index)


def _index_add(x: Any, shape: Any, index: Any) -> Any:
    out = torch.zeros(shape, dtype=x.dtype)
    return out.index_put(_index(index), x, accumulate=True)


REFERENCES: dict[str, Any] = {
    "gather": lambda x, index, axis: torch.gather(x, axis, index),
    "scatter": lambda x, index, src, axis: torch.scatter(x, axis, index, src),
    "scatter_add": lambda x, index, src, axis: torch.scatter_add(x, axis, index, src),
    "index_add": _index_add,
    "index_put": lambda x, value, index, accumulate: x.index_put(_index(index), value, accumulate),
    "scatter_reduce": lambda x, index, src, axis, reduce, include_self: x.scatter_reduce(
        axis, index, src, reduce, include_self=include_self
    ),
    "select": lambda x, index: torch.from_numpy(x.numpy()[index].copy()),
    "one_hot": lambda x, classes: F.one_hot(x, classes),
    "embedding": lambda index, w, padding_idx, by_frequency: F.embedding(index, w, padding_idx),
}

OWN = {"embedding_weight"}
"""Parts of other ops that no library has; their gradients and the ops that use them are tested."""
