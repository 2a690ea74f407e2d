"""The same program in both libraries, and whether it gives the same."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import pytest

import patchgrad as pg
from patchgrad.backend import host
from patchgrad.nn import functional

torch: Any = pytest.importorskip("torch", reason="PyTorch is the reference")

OURS = SimpleNamespace(lib=pg, func=pg.func, autograd=pg.autograd, F=functional, tensor=pg.tensor, nn=pg.nn)
THEIRS = SimpleNamespace(
    lib=torch, func=torch.func, autograd=torch.autograd, F=torch.nn.functional, tensor=torch.tensor, nn=torch.nn
)

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore", DeprecationWarning
    )  # PyTorch's first forward-mode call compiles with what it deprecates
    torch.func.jvp(torch.sin, (torch.ones(1),), (torch.ones(1),))


def numbers(*shape: int, seed: int = 0) -> Any:
    """Reproducible float64 numbers."""
    return host.random.default_rng(seed).standard_normal(shape)


def assert_same(mine: Any, theirs: Any) -> None:
    """Equal trees of tensors: nesting, shapes, dtypes, values."""
    if isinstance(theirs, tuple | list):
        assert isinstance(mine, tuple | list)
        for a, b in zip(mine, theirs, strict=True):
            assert_same(a, b)
    elif isinstance(theirs, dict):
        assert set(mine) == set(theirs)
        for key in theirs:
            assert_same(mine[key], theirs[key])
    elif theirs is None or isinstance(theirs, bool | str | int):
        assert mine == theirs
    else:
        a, b = mine.detach().numpy(), theirs.detach().numpy()
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        host.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def agree(program: Any) -> None:
    """``program(library)`` gives the same in both."""
    assert_same(program(OURS), program(THEIRS))
