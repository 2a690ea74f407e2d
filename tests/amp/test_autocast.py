"""autocast against PyTorch's on the CPU: the dtype of every listed function, nesting, the cache, training."""

from __future__ import annotations

import threading

import pytest

import patchgrad as pg
from patchgrad.backend import host
from patchgrad.errors import DtypeError
from patchgrad.nn import functional as F

torch = pytest.importorskip("torch")
NF = torch.nn.functional


def up(x, axes=1):
    """``x`` with axes of one element before its own. By methods, which PyTorch has for tensors without data, too."""
    return x.reshape((1,) * axes + tuple(x.shape))


def corner(x, *sizes):
    """The first so many along each axis."""
    for axis, size in enumerate(sizes):
        x = x.narrow(axis, 0, size)
    return x


CASES = {
    "matmul": lambda lib, f, x, b, w: x @ x.T,
    "matrix and vector by @": lambda lib, f, x, b, w: x @ w,
    "mv": lambda lib, f, x, b, w: lib.mv(x, w),
    "dot": lambda lib, f, x, b, w: lib.dot(w, w),
    "outer": lambda lib, f, x, b, w: lib.outer(w, w),
    "bmm": lambda lib, f, x, b, w: lib.bmm(up(x), up(x.T)),
    "addmm": lambda lib, f, x, b, w: lib.addmm(corner(x, 4, 4), x, x.T),
    "baddbmm": lambda lib, f, x, b, w: lib.baddbmm(up(corner(x, 4, 4)), up(x), up(x.T)),
    "einsum": lambda lib, f, x, b, w: lib.einsum("ij,kj->ik", x, x),
    "inner": lambda lib, f, x, b, w: lib.inner(x, x),
    "bilinear": lambda lib, f, x, b, w: f.bilinear(x, x, x.new_ones(3, 5, 5)),
    "linear": lambda lib, f, x, b, w: f.linear(x, x, corner(w, 4)),
    "conv1d": lambda lib, f, x, b, w: f.conv1d(up(x), up(corner(x, 4, 2))),
    "conv2d": lambda lib, f, x, b, w: f.conv2d(up(x, 2), up(corner(x, 2, 2), 2), corner(w, 1)),
    "conv_transpose2d": lambda lib, f, x, b, w: f.conv_transpose2d(up(x, 2), up(corner(x, 2, 2), 2)),
    "prelu": lambda lib, f, x, b, w: f.prelu(x, corner(w, 1)),
    "attention": lambda lib, f, x, b, w: f.scaled_dot_product_attention(up(x), up(x), up(x)),
    "double matmul": lambda lib, f, x, b, w: x.double() @ x.double().T,
    "mixed matmul": lambda lib, f, x, b, w: b @ x.T,
    "softmax": lambda lib, f, x, b, w: f.softmax(b, 0),
    "layer_norm": lambda lib, f, x, b, w: f.layer_norm(b, (5,), w, w),
    "exp": lambda lib, f, x, b, w: lib.exp(b),
    "pow": lambda lib, f, x, b, w: b**2.5,
    "sum": lambda lib, f, x, b, w: b.sum(),
    "prod": lambda lib, f, x, b, w: b.prod(),
    "trace": lambda lib, f, x, b, w: b.trace(),
    "norm": lambda lib, f, x, b, w: b.norm(),
    "cat": lambda lib, f, x, b, w: lib.cat([b, x]),
    "cat of low ones": lambda lib, f, x, b, w: lib.cat([b, b]),
    "stack": lambda lib, f, x, b, w: lib.stack([b, x]),
    "sum of mixed": lambda lib, f, x, b, w: b + x,
    "reflect": lambda lib, f, x, b, w: f.pad(b, (1, 1), mode="reflect"),
    "constant pad": lambda lib, f, x, b, w: f.pad(b, (1, 1)),
    "cosine_similarity": lambda lib, f, x, b, w: f.cosine_similarity(b, x),
    "pairwise_distance": lambda lib, f, x, b, w: f.pairwise_distance(b, x),
    "max_pool2d": lambda lib, f, x, b, w: f.max_pool2d(up(b), 2),
    "mse_loss": lambda lib, f, x, b, w: f.mse_loss(b, x),
    "l1_loss": lambda lib, f, x, b, w: f.l1_loss(b, b),
    "smooth_l1_loss": lambda lib, f, x, b, w: f.smooth_l1_loss(b, b),
    "huber_loss": lambda lib, f, x, b, w: f.huber_loss(b, b),
    "kl_div": lambda lib, f, x, b, w: f.kl_div(b, b.exp(), reduction="sum"),
    "cross_entropy": lambda lib, f, x, b, w: f.cross_entropy(b, (b.select(1, 0) * 0).long()),
    "nll_loss": lambda lib, f, x, b, w: f.nll_loss(b, (b.select(1, 0) * 0).long()),
    "binary_cross_entropy": lambda lib, f, x, b, w: f.binary_cross_entropy(b.sigmoid(), b.sigmoid()),
    "with logits": lambda lib, f, x, b, w: f.binary_cross_entropy_with_logits(b, b.sigmoid()),
    "poisson_nll_loss": lambda lib, f, x, b, w: f.poisson_nll_loss(b, b.abs()),
    "gaussian_nll_loss": lambda lib, f, x, b, w: f.gaussian_nll_loss(b, b, b.abs()),
    "margin_ranking_loss": lambda lib, f, x, b, w: f.margin_ranking_loss(b, b, b),
    "hinge_embedding_loss": lambda lib, f, x, b, w: f.hinge_embedding_loss(b, b.sign()),
    "soft_margin_loss": lambda lib, f, x, b, w: f.soft_margin_loss(b, b.sign()),
    "triplet_margin_loss": lambda lib, f, x, b, w: f.triplet_margin_loss(b, b + 1, b),
    "multilabel_soft_margin_loss": lambda lib, f, x, b, w: f.multilabel_soft_margin_loss(b, b.sigmoid()),
}


def _inputs(library, low):
    values = host.random.default_rng(0).standard_normal((4, 5)).astype("float32")
    x = library.tensor(values) if library is pg else library.from_numpy(values)
    return x, x.to(getattr(library, low)), x[0]


@pytest.mark.parametrize("low", ["bfloat16", "float16"])
@pytest.mark.parametrize("name", CASES)
def test_functions_run_in_the_dtype_that_pytorch_chooses(name, low):
    (x, b, w), (tx, tb, tw) = _inputs(pg, low), _inputs(torch, low)
    with torch.autocast("cpu", dtype=getattr(torch, low)):
        theirs = CASES[name](torch, NF, tx, tb, tw)
    with pg.autocast("cpu", dtype=getattr(pg, low)):
        mine = CASES[name](pg, F, x, b, w)
    assert mine.dtype.name == str(theirs.dtype).removeprefix("torch.")
    host.testing.assert_allclose(mine.float().numpy(), theirs.float().numpy(), rtol=0.02, atol=0.02)


def test_blocks_nest_and_end():
    x = pg.ones(2, 2)
    assert not pg.is_autocast_enabled("cpu")
    with pg.autocast("cpu"):
        assert (x @ x).dtype is pg.bfloat16
        with pg.autocast("cpu", enabled=False):
            assert (x @ x).dtype is pg.float32
        with pg.amp.autocast("cpu", dtype=pg.float16):
            assert pg.get_autocast_dtype("cpu") is pg.float16
            assert (x @ x).dtype is pg.float16
        assert (x @ x).dtype is pg.bfloat16
        with pg.autocast("cuda"):
            assert pg.is_autocast_enabled("cuda")
            assert (x @ x).dtype is pg.bfloat16
    assert (x @ x).dtype is pg.float32
    assert pg.autocast("cpu")(lambda: (x @ x).dtype)() is pg.bfloat16
    with pytest.raises(DtypeError, match="autocast works in low precision"):
        pg.autocast("cpu", dtype=pg.float64)


def test_a_block_belongs_to_its_thread():
    seen = []
    with pg.autocast("cpu"):
        thread = threading.Thread(target=lambda: seen.append(pg.is_autocast_enabled("cpu")))
        thread.start()
        thread.join()
    assert seen == [False]


def test_a_parameter_is_cast_once_and_again_after_it_was_changed():
    w, x = pg.ones(2, 2, requires_grad=True), pg.ones(2, 2)
    with pg.autocast("cpu"):
        once, twice = (x @ w).node.parents[1], (x @ w).node.parents[1]
        assert once is twice
        with pg.no_grad():
            w.mul_(2)
        assert (x @ w).tolist() == [[4, 4], [4, 4]]
        pg.clear_autocast_cache()
        assert (x @ w).node.parents[1] is not once
    with pg.autocast("cpu", cache_enabled=False):
        assert (x @ w).node.parents[1] is not (x @ w).node.parents[1]
    with pg.autocast("cpu"):
        with pg.no_grad():
            x @ w
        (x @ w).sum().backward()
    assert w.grad.dtype is pg.float32


def test_gradients_have_the_dtype_of_the_parameters():
    layer = pg.nn.Linear(3, 2)
    with pg.autocast("cpu"):
        loss = F.mse_loss(layer(pg.ones(4, 3)), pg.zeros(4, 2))
    loss.backward()
    assert loss.dtype is layer.weight.grad.dtype is layer.bias.grad.dtype is pg.float32


def _network(library):
    layers = [library.nn.Linear(8, 32), library.nn.ReLU(), library.nn.LayerNorm(32), library.nn.Linear(32, 3)]
    return library.nn.Sequential(*layers)


@pytest.mark.parametrize("low", ["bfloat16", "float16"])
def test_training_under_autocast_with_a_scaler_follows_pytorchs_loss(low):
    """Sixty steps of Adam; losses within 2 percent of the first one (bfloat16) or a half (float16)."""
    rng = host.random.default_rng(3)
    inputs = rng.standard_normal((64, 8)).astype("float32")
    classes = (inputs @ rng.standard_normal((8, 3))).argmax(1)
    theirs = _network(torch)
    mine = _network(pg)
    mine.load_state_dict({k: pg.tensor(v.numpy()) for k, v in theirs.state_dict().items()})
    losses = {}
    for library, model in ((pg, mine), (torch, theirs)):
        losses[library] = _train(library, model, inputs, classes, getattr(library, low))
    a, b = host.asarray(losses[pg]), host.asarray(losses[torch])
    assert b[-1] < 0.3 * b[0]
    assert abs(a - b).max() < {"bfloat16": 0.02, "float16": 0.005}[low] * b[0]


def _train(library, model, inputs, classes, low):
    optimizer = library.optim.Adam(model.parameters(), lr=0.01)
    scaler = library.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=20)
    x, target = library.tensor(inputs), library.tensor(classes)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        with library.autocast("cpu", dtype=low):
            loss = library.nn.functional.cross_entropy(model(x), target)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        library.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        losses.append(loss.item())
    assert scaler.get_scale() == 8192.0
    return losses


def _scaled_exp(library, **casts):
    """A function with a gradient of its own, and the dtypes that it sees."""
    seen = []

    class ScaledExp(library.autograd.Function):
        @staticmethod
        @library.amp.custom_fwd(device_type="cpu", **casts)
        def forward(ctx, x, w):
            y = x @ w
            seen.append(("forward", library.is_autocast_enabled("cpu"), x.dtype, w.dtype, y.dtype))
            ctx.save_for_backward(x, w)
            return y

        @staticmethod
        @library.amp.custom_bwd(device_type="cpu")
        def backward(ctx, ct):
            x, w = ctx.saved_tensors
            dx = ct @ w.T
            seen.append(("backward", library.is_autocast_enabled("cpu"), dx.dtype))
            return dx, x.T.to(ct.dtype) @ ct

    return ScaledExp, seen


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("cast", [None, "float32", "bfloat16"])
def test_a_custom_function_runs_backward_as_it_ran_forward(inside, cast):
    found = {}
    for library in (pg, torch):
        function, seen = _scaled_exp(library, **({} if cast is None else {"cast_inputs": getattr(library, cast)}))
        x = library.ones(2, 3).requires_grad_()
        w = library.ones(3, 2).to(library.bfloat16 if inside else library.float32)
        with library.autocast("cpu", enabled=inside):
            y = function.apply(x, w)
        y.float().sum().backward()
        names = [[str(entry).rpartition(".")[2] for entry in call] for call in seen]
        found[library] = names, str(y.dtype).rpartition(".")[2], x.grad.tolist()
    assert found[pg] == found[torch]


def test_autocast_knows_kinds_of_devices_as_pytorch_does():
    for kind in ("cpu", "cuda", "meta"):
        assert pg.amp.is_autocast_available(kind) == torch.amp.is_autocast_available(kind)
    with pytest.raises(pg.errors.DeviceError, match="is not a device"):
        pg.amp.is_autocast_available("gpu")
