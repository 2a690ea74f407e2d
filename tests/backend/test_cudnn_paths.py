"""How cuDNN is reached, on doubles of it and of CuPy: dispatch, a plan per signature, and without it."""

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


NORMS = {
    "layer": lambda x, w, b: F.layer_norm(x.flatten(1), (120,), w.repeat(30), b.repeat(30)),
    "layer, no weight": lambda x, w, b: F.layer_norm(x + w.sum() + b.sum(), (6, 5)),
    "rms": lambda x, w, b: F.rms_norm(x.flatten(1), (120,), w.repeat(30) + b.repeat(30)),
    "rms, no weight": lambda x, w, b: F.rms_norm(x * w.sum() + b.sum(), (6, 5), eps=1e-3),
    "instance": lambda x, w, b: F.instance_norm(x, weight=w, bias=b),
    "batch": lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
    "batch, no weight": lambda x, w, b: F.batch_norm(x.flatten(2) * w.sum() + b.sum(), None, None, training=True),
}


def _norm_results(place, dtype, norm):
    pg.manual_seed(0)
    leaves = [entry.to(dtype).to(place).requires_grad_() for entry in (pg.randn(3, 4, 6, 5), pg.randn(4), pg.randn(4))]
    y = NORMS[norm](*leaves)
    (y.float() * pg.linspace(-1, 2, y.numel()).reshape(y.shape).to(place)).sum().backward()
    return [entry.detach().float().cpu().numpy() for entry in (y, *[leaf.grad for leaf in leaves])]


@pytest.mark.parametrize("refuses", [False, True])
@pytest.mark.parametrize("dtype", [pg.float32, pg.bfloat16, pg.float64], ids=lambda kind: kind.name)
@pytest.mark.parametrize("norm", NORMS)
def test_a_norm_by_cudnn_is_that_of_the_cpu_and_so_is_the_one_without(norm, dtype, refuses, frontend):
    backend = frontend(refuses=refuses)
    margin = {"rtol": 2e-2, "atol": 5e-2} if dtype is pg.bfloat16 else {"rtol": 1e-4, "atol": 1e-4}
    for mine, theirs in zip(_norm_results("cuda", dtype, norm), _norm_results("cpu", dtype, norm), strict=True):
        host.testing.assert_allclose(mine, theirs, **margin)
    forward_and_backward = 0 if refuses or dtype is pg.float64 else 2
    assert cudnn_double.Graph.built == forward_and_backward
    assert bool(backend.xp.cudnn.declined) == (refuses and dtype is not pg.float64)


def test_running_statistics_by_cudnn_are_those_of_the_cpu(frontend):
    frontend()
    x = pg.randn(3, 4, 6, 5) * 1e-4
    layers = [pg.nn.BatchNorm2d(4).to(place) for place in ("cpu", "cuda")]
    for layer in layers:
        layer(x.to(layer.weight.device))
    for name in ("running_mean", "running_var"):
        mine, theirs = (getattr(layer, name).cpu().numpy() for layer in layers)
        host.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-12)
    assert cudnn_double.Graph.built == 1


def test_groups_of_several_channels_and_second_derivatives_do_without_cudnn(frontend):
    frontend()
    x = pg.randn(2, 4, 3, 3, device="cuda", requires_grad=True)
    F.group_norm(x, 2)
    assert cudnn_double.Graph.built == 0
    (first,) = pg.autograd.grad((F.instance_norm(x) ** 3).sum(), x, create_graph=True)
    first.sum().backward()
    assert x.grad.isfinite().all()
    assert cudnn_double.Graph.built == 1


def _attention_results(place, dtype, causal, features=8):
    pg.manual_seed(0)
    sizes = ((2, 3, 4, features), (2, 3, 4, features), (2, 3, 4, 8))
    leaves = [pg.randn(*size).to(dtype).to(place).requires_grad_() for size in sizes]
    y = F.scaled_dot_product_attention(*leaves, is_causal=causal)
    (y.float() * pg.linspace(-1, 2, y.numel()).reshape(y.shape).to(place)).sum().backward()
    return [entry.detach().float().cpu().numpy() for entry in (y, *[leaf.grad for leaf in leaves])]


@pytest.mark.parametrize("refuses", [False, True])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dtype", [pg.float16, pg.bfloat16, pg.float32], ids=lambda kind: kind.name)
def test_attention_by_cudnn_is_that_of_the_cpu_and_so_is_the_one_without(dtype, causal, refuses, frontend):
    frontend(refuses=refuses)
    margin = {pg.float16: 4e-3, pg.bfloat16: 3e-2, pg.float32: 1e-5}[dtype]
    for mine, theirs in zip(
        _attention_results("cuda", dtype, causal), _attention_results("cpu", dtype, causal), strict=True
    ):
        host.testing.assert_allclose(mine, theirs, rtol=margin, atol=margin)
    assert cudnn_double.Graph.built == (0 if refuses or dtype is pg.float32 else 2)


def test_attention_that_drops_masks_or_is_looked_at_runs_in_parts(frontend):
    frontend()
    x = pg.randn(1, 2, 4, 8, device="cuda", dtype=pg.float16)
    F.scaled_dot_product_attention(x, x, x, attn_mask=pg.ones(4, 4, dtype=pg.bool, device="cuda"))
    F.scaled_dot_product_attention(x, x, x, dropout_p=0.5)
    layer = pg.nn.Module()
    layer.forward = lambda x: F.scaled_dot_product_attention(x, x, x)
    assert pg.look.attention(layer, x) is not None
    assert cudnn_double.Graph.built == 0
    layer(x)
    assert cudnn_double.Graph.built == 1


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
