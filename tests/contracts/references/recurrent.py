"""What the ops of linear and recurrent should give, for those whose name or arguments differ from PyTorch's."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
F = torch.nn.functional


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
    "linear": F.linear,
    "lstm_layer": _lstm_layer,
}
