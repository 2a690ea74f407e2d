"""What the ops of movement and arrange should give, for those whose name or arguments differ from PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
F = torch.nn.functional

REFERENCES: dict[str, Any] = {
    "cat": lambda *xs, axis: torch.cat(xs, axis),
    "pad": lambda x, widths, value: F.pad(x, [n for pair in widths[::-1] for n in pair], value=value),
    "roll": lambda x, shift, axis: torch.roll(x, shift, axis),
    "tile": lambda x, repeats: torch.tile(x, repeats),
    "expand": lambda x, shape: x.expand(shape),
    "flip": lambda x, axis: torch.flip(x, axis),
    "permute": lambda x, axes: x.permute(axes),
    "to_device": lambda x, device, home: x.to(device),
    "as_strided": lambda x, size, stride, offset, own: torch.as_strided(x, size, stride, offset),
    "unfold": lambda x, axis, size, step: x.unfold(axis, size, step),
    "view_dtype": lambda x, dtype, itemsize: x.view(getattr(torch, dtype.name)),
    "diagonal": lambda x, offset: torch.diagonal(x, offset, -2, -1),
    "diag_embed": lambda x, offset, rows, columns: torch.diag_embed(x, offset)[..., :rows, :columns],
}

OWN = {"write_view"}
"""Parts of other ops that no library has; their gradients and the ops that use them are tested."""
