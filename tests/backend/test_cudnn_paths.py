"""How convolutions reach cuDNN, on doubles of it and of CuPy: dispatch, a plan per signature, and without it."""

from __future__ import annotations

import sys

import pytest

import patchgrad as pg
from patchgrad.backend import get_backend, host
from patchgrad.nn import functional as F

from . import cudnn_double, cupy_double

FORMS = [
    {"padding": 1}, {"stride": 2, "groups": 2}, {"dilation": 2, "padding": (2, 1)}, {"padding": "same"},
]  # fmt: skip


@pytest.fixture
def frontend(twin, monkeypatch):
    """Both doubles; ``frontend(refuses=True)`` has an engine for nothing."""

    def put(**settings):
        monkeypatch.setitem(sys.modules, "cudnn", cudnn_double.module(**settings))
        cudnn_double.Graph.built = 0
        return get_backend("cuda")

    with cupy_double.installed(twin):
        yield put


def _results(place, dtype, form):
    pg.manual_seed(0)
    x, weight = pg.randn(2, 4, 6, 5).to(dtype), pg.randn(6, 4 // form.get("groups", 1), 3, 2).to(dtype)
    leaves = [entry.to(place).requires_grad_() for entry in (x, weight, pg.randn(6).to(dtype))]
    y = F.conv2d(*leaves, **form)
    (y.float() ** 2).sum().backward()
    return [entry.detach().float().cpu().numpy() for entry in (y, *[leaf.grad for leaf in leaves])]


@pytest.mark.parametrize("refuses", [False, True])
@pytest.mark.parametrize("dtype", [pg.float32, pg.float16, pg.bfloat16, pg.float64], ids=lambda kind: kind.name)
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_convolution_by_cudnn_is_that_of_the_cpu_and_so_is_the_one_without(form, dtype, refuses, frontend):
    backend = frontend(refuses=refuses)
    for mine, theirs in zip(_results("cuda", dtype, form), _results("cpu", dtype, form), strict=True):
        host.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)
    assert bool(cudnn_double.Graph.built) == (not refuses and dtype is not pg.float64)
    assert bool(backend.xp.cudnn.declined) == (refuses and dtype is not pg.float64)
    assert all(why == "no engine" for why in backend.xp.cudnn.declined.values())


def test_a_plan_is_made_once_for_each_signature(frontend):
    frontend()
    x, weight = pg.ones(1, 2, 5, 5, device="cuda"), pg.ones(3, 2, 3, 3, device="cuda")
    for _ in range(3):
        F.conv2d(x, weight)
    assert cudnn_double.Graph.built == 1
    F.conv2d(x, weight, padding=1)
    F.conv2d(x.half(), weight.half())
    assert cudnn_double.Graph.built == 3


def test_engines_that_round_or_add_in_any_order_are_left_out(frontend, monkeypatch):
    seen = []
    monkeypatch.setattr(cudnn_double.Graph, "deselect_numeric_notes", lambda self, notes: seen.append(set(notes)))
    frontend()
    for dtype in (pg.float32, pg.float16):
        F.conv2d(pg.ones(1, 2, 5, 5, dtype=dtype, device="cuda"), pg.ones(3, 2, 3, 3, dtype=dtype, device="cuda"))
    assert all("NONDETERMINISTIC" in notes for notes in seen)
    assert ["TENSOR_CORE" in notes for notes in seen] == [True, False]


def test_without_cudnn_nothing_changes(frontend, monkeypatch):
    monkeypatch.setitem(sys.modules, "cudnn", None)
    assert get_backend("cuda").xp.cudnn is None
    assert F.conv2d(pg.ones(1, 1, 3, 3, device="cuda"), pg.ones(1, 1, 3, 3, device="cuda")).item() == 9.0
