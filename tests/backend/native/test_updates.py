"""Steps of optimizers by kernels: bit for bit those of the plain way, wherever an element lies."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad.backend import host
from patchgrad.backend.kernels import cpu_arrays
from patchgrad.backend.native.compiled import compiler

SETTINGS: dict[str, dict[str, Any]] = {
    "Adam": {"lr": 0.01},
    "Adam decayed": {"lr": 0.01, "weight_decay": 0.1, "maximize": True},
    "AdamW": {"lr": 0.01, "betas": (0.8, 0.95)},
    "SGD": {"lr": 0.1, "weight_decay": 0.01},
    "SGD momentum": {"lr": 0.1, "momentum": 0.9, "dampening": 0.1},
    "SGD nesterov": {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
}


def trained(name: str, size: int, dtype: Any, steps: int = 3) -> bytes:
    rng = host.random.default_rng(size)
    parameter = pg.nn.Parameter(pg.tensor(rng.standard_normal(size), dtype=dtype))
    optimizer = getattr(pg.optim, name.split()[0])([parameter], **SETTINGS[name])
    for _ in range(steps):
        parameter.grad = pg.tensor(rng.standard_normal(size), dtype=dtype)
        optimizer.step()
    return parameter.detach().numpy().tobytes()


@pytest.mark.parametrize("name", list(SETTINGS))
def test_a_step_by_a_kernel_has_the_bits_of_the_plain_step(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_arrays, "SMALL", 0)
    for dtype in (pg.float32, pg.float64):
        for size in (1, 37, 1000):
            fast = trained(name, size, dtype)
            with monkeypatch.context() as off:
                off.setattr(compiler, "present", False)
                assert fast == trained(name, size, dtype)


def test_arrays_with_gaps_are_stepped_in_place() -> None:
    pg.ones(1).sum()
    update = pg.tensor(0.0).backend.update
    value, gradient = host.ones((2, 300), "float32"), host.ones((2, 300), "float32")
    assert update("sgd", (value[:, ::2], gradient[:, ::2]), (1.0, 0.0, 0.25), decayed=False) is compiler.present
    if compiler.present:
        assert (value[:, ::2] == 0.75).all()
    assert (value[:, 1::2] == 1).all()
