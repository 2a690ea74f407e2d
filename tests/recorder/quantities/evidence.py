"""Hand-made evidence for the tests of quantities."""

from __future__ import annotations

from typing import Any

import patchgrad as pg
from patchgrad import nn
from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.layers import Layers


def two_layers() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1, bias=False))


def evidence(
    model: nn.Module | None = None,
    *,
    loss: float | None = None,
    activations: dict[str, Any] | None = None,
    peaks: dict[str, Any] | None = None,
    updates: dict[str, Any] | None = None,
) -> Evidence:
    layers = Layers(model or two_layers())
    return Evidence(7, loss, layers, activations or {}, peaks or {}, updates or {})


def with_gradients(values: dict[str, Any]) -> nn.Module:
    """The two layers with these gradients by parameter name."""
    model = two_layers()
    for name, parameter in model.named_parameters():
        if name in values:
            parameter.grad = pg.tensor(values[name])
    return model
