"""What the ops of loss should give, for those whose name or arguments differ from PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
F = torch.nn.functional

REFERENCES: dict[str, Any] = {
    "huber_loss": lambda x, t, delta, scale, reduction: scale * F.huber_loss(x, t, reduction, delta),
    "cross_entropy": lambda x, t, w, **attrs: F.cross_entropy(x, t, w, **attrs),
    "nll_loss": lambda x, t, w, **attrs: F.nll_loss(x, t, w, **attrs),
    "binary_cross_entropy_with_logits": lambda x, t, w, reduction: F.binary_cross_entropy_with_logits(
        x, t, reduction=reduction, pos_weight=w
    ),
}

OWN = {"class_distribution"}
"""Parts of other ops that no library has; their gradients and the ops that use them are tested."""
