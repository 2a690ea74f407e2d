"""GradScaler against PyTorch's: the scale after good and bad steps, states, what is refused."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, GradError

torch = pytest.importorskip("torch")

FAMILIES = ("SGD", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "Adagrad", "Adadelta", "RMSprop", "Rprop", "ASGD",
            "Adafactor", "Muon")  # fmt: skip


def _run(library, gradients, **settings):
    """Scales and parameters after steps with these gradients."""
    scaler = library.amp.GradScaler("cpu", **settings)
    parameter = library.nn.Parameter(library.ones(2))
    optimizer = library.optim.SGD([parameter], lr=0.5)
    seen = []
    for value in gradients:
        optimizer.zero_grad()
        scaler.scale((parameter * library.tensor([value, 1.0])).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        seen.append((scaler.get_scale(), parameter.tolist(), scaler.state_dict()))
    return seen


def test_the_scale_grows_and_shrinks_as_in_pytorch_and_bad_steps_are_left_out():
    good, bad = 1.0, float("inf")
    gradients = [good, good, good, bad, good, float("nan"), bad, good, good, good, good]
    for settings in (
        {"init_scale": 8.0, "growth_interval": 2},
        {"init_scale": 4.0, "growth_interval": 3, "growth_factor": 4.0, "backoff_factor": 0.25},
        {"init_scale": 2.0**127, "growth_interval": 1},
        {"enabled": False},
    ):
        host.testing.assert_equal(_run(pg, gradients, **settings), _run(torch, gradients, **settings))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_scaled_step_of_every_optimizer_equals_the_plain_step(name):
    def after(scaled):
        parameter = pg.nn.Parameter(pg.tensor([[1.0, -2.0], [0.5, 3.0]]))
        optimizer = getattr(pg.optim, name)([parameter])
        scaler = pg.amp.GradScaler(init_scale=256.0, enabled=scaled)
        for _ in range(3):
            optimizer.zero_grad()
            scaler.scale((parameter * parameter).sum()).backward()
            scaler.step(optimizer)
            scaler.update()
        return parameter.tolist()

    assert after(True) == after(False)


def test_gradients_can_be_clipped_between_unscaling_and_the_step():
    parameter = pg.nn.Parameter(pg.tensor([3.0, 4.0]))
    optimizer, scaler = pg.optim.SGD([parameter], lr=1.0), pg.amp.GradScaler(init_scale=64.0)
    scaler.scale((parameter * parameter).sum() / 2).backward()
    scaler.unscale_(optimizer)
    assert parameter.grad.tolist() == [3.0, 4.0]
    assert pg.nn.utils.clip_grad_norm_([parameter], 1.0).item() == 5.0
    scaler.step(optimizer)
    host.testing.assert_allclose(parameter.tolist(), [2.4, 3.2], rtol=1e-5)


def test_two_optimizers_share_a_scaler_and_only_the_bad_one_waits():
    a, b = pg.nn.Parameter(pg.ones(1)), pg.nn.Parameter(pg.ones(1))
    first, second, scaler = pg.optim.SGD([a], lr=1.0), pg.optim.SGD([b], lr=1.0), pg.amp.GradScaler(init_scale=4.0)
    for loss in scaler.scale([a.sum(), b.sum() * float("inf")]):
        loss.backward()
    scaler.step(first)
    scaler.step(second)
    scaler.update()
    assert (a.tolist(), b.tolist(), scaler.get_scale()) == ([0.0], [1.0], 2.0)


def test_a_state_goes_over_from_pytorch_and_back():
    theirs = torch.amp.GradScaler("cpu", init_scale=32.0, growth_interval=7)
    mine = pg.amp.GradScaler()
    mine.load_state_dict(theirs.state_dict())
    assert mine.state_dict() == theirs.state_dict()
    assert mine.get_growth_interval() == 7
    with pytest.raises(ArgumentError, match="this state is empty"):
        mine.load_state_dict(pg.amp.GradScaler(enabled=False).state_dict())


def test_calls_out_of_order_are_told():
    parameter = pg.nn.Parameter(pg.ones(1))
    optimizer, scaler = pg.optim.SGD([parameter], lr=1.0), pg.amp.GradScaler()
    with pytest.raises(GradError, match="before any step"):
        scaler.update()
    scaler.scale(parameter.sum()).backward()
    scaler.unscale_(optimizer)
    with pytest.raises(GradError, match="unscaled already"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(GradError, match="twice"):
        scaler.step(optimizer)
    with pytest.raises(GradError, match="closure"):
        scaler.step(optimizer, closure=lambda: None)
    half = pg.nn.Parameter(pg.ones(1).half())
    half.grad = pg.ones(1).half()
    with pytest.raises(GradError, match="float16 cannot be unscaled"):
        pg.amp.GradScaler().unscale_(pg.optim.SGD([half], lr=1.0))
    with pytest.raises(ArgumentError, match="only tensors can be scaled"):
        scaler.scale(3)
    with pytest.raises(ArgumentError, match="must grow"):
        pg.amp.GradScaler(growth_factor=0.5)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_a_hundred_scaled_steps_follow_pytorchs(name):
    """Growth, overflow and clipping on the way: a float16 product overflows while the scale is too large."""
    rng = host.random.default_rng(0)
    x, y = rng.standard_normal((64, 8)).astype("float32"), rng.standard_normal((64, 1)).astype("float32")
    start = rng.standard_normal((8, 1)).astype("float32")
    found = {library: _trajectory(library, name, x, y, start) for library in (pg, torch)}
    scales, norms, weights = ([host.asarray(found[library][i]) for library in (pg, torch)] for i in range(3))
    host.testing.assert_array_equal(*scales)
    assert len(set(scales[0])) > 3
    host.testing.assert_array_equal(host.isfinite(norms[0]), host.isfinite(norms[1]))
    finite = host.isfinite(norms[0])
    assert not finite.all()
    host.testing.assert_allclose(norms[0][finite], norms[1][finite], rtol=1e-3)
    host.testing.assert_allclose(*weights, rtol=1e-3, atol=1e-4)


def _trajectory(library, name, x, y, start):
    weight = library.nn.Parameter(library.tensor(start))
    optimizer = getattr(library.optim, name)([weight], lr=0.01)
    scaler = library.amp.GradScaler("cpu", init_scale=2.0**18, growth_interval=12)
    scales, norms = [], []
    for step in range(100):
        part = slice(step % 4 * 16, step % 4 * 16 + 16)
        optimizer.zero_grad()
        with library.autocast("cpu", dtype=library.float16):
            loss = ((library.tensor(x[part]) @ weight).float() - library.tensor(y[part])).square().mean()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        norms.append(library.nn.utils.clip_grad_norm_([weight], 1.0).item())
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
        if step == 50:
            state = scaler.state_dict()
            scaler = library.amp.GradScaler("cpu")
            scaler.load_state_dict(state)
    return scales, norms, weight.detach().numpy()
