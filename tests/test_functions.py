"""Functions that are made of ops: values, dtypes and gradients equal PyTorch's."""

import warnings

import pytest

import patchgrad as pg
from patchgrad.autograd.state import observing
from patchgrad.backend import host
from patchgrad.nn import functional as F
from patchgrad.tensor import Tensor

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
rng = host.random.default_rng(3)


def real(*shape, low=-2.0, high=2.0):
    return rng.uniform(low, high, shape)


def both(*arrays):
    """The same arrays as tensors of patchgrad and of PyTorch; floating ones require a gradient."""
    mine = [pg.tensor(x, requires_grad=x.dtype.kind == "f") if isinstance(x, host.ndarray) else x for x in arrays]
    theirs = [torch.tensor(x, requires_grad=x.dtype.kind == "f") if isinstance(x, host.ndarray) else x for x in arrays]
    return mine, theirs


def flat(found):
    return list(found) if isinstance(found, (tuple, list)) else [found]


def assert_same(function, reference, *arrays):
    """Results and the gradients of their weighted sum are equal."""
    mine, theirs = both(*arrays)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = flat(reference(*theirs))
    found = flat(function(*mine))
    for a, b in zip(found, expected, strict=True):
        assert a.shape == tuple(b.shape)
        assert str(a.dtype).split(".")[1] == str(b.dtype).split(".")[1]
        host.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-9, atol=1e-11)
    pairs = [(a, b) for a, b in zip(found, expected, strict=True) if b.requires_grad]
    if not pairs:
        return
    weights = [rng.standard_normal(a.shape) for a, _ in pairs]
    sum((a * pg.tensor(w)).sum() for (a, _), w in zip(pairs, weights, strict=True)).backward()
    sum((b * torch.tensor(w)).sum() for (_, b), w in zip(pairs, weights, strict=True)).backward()
    for a, b in zip(mine, theirs, strict=True):
        if isinstance(a, Tensor) and b.grad is not None:
            host.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-7, atol=1e-8)


CURVES = [
    "celu", "elu", "gelu", "glu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "logsigmoid",
    "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softplus", "softshrink", "softsign", "tanhshrink",
]  # fmt: skip


@pytest.mark.parametrize("name", CURVES)
def test_activations_with_their_defaults(name):
    x = host.concat([real(5, 4, low=-7.0, high=7.0), real(5, 4, low=-0.4, high=0.4)])
    assert_same(getattr(F, name), getattr(torch.nn.functional, name), x)


@pytest.mark.parametrize("name", ["acosh", "asinh", "atanh", "exp2", "frac", "logit", "trunc", "erf", "erfc"])
def test_functions_of_one_number(name):
    low, high = {"acosh": (1.1, 3.0)}.get(name, (0.1, 0.9))
    assert_same(getattr(pg, name), getattr(torch, name), real(3, 4, low=low, high=high))


SPECIAL = [0.0, -0.0, 1e-30, -1e-8, 0.5, 0.99999, 1.0, 1.00001, 2.0, 3.99, 4.5, 6.0, 10.0, 26.0, 40.0]


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 5e-15), ("float32", 4e-7)])
def test_erf_and_erfc_are_accurate_everywhere(dtype, tolerance):
    x = host.asarray([*SPECIAL, *(-value for value in SPECIAL), host.inf, -host.inf, host.nan], dtype=dtype)
    for name in ("erf", "erfc"):
        found, expected = getattr(pg, name)(pg.tensor(x)).numpy(), getattr(torch, name)(torch.tensor(x)).numpy()
        host.testing.assert_allclose(found, expected, rtol=tolerance, atol=1e-40)


@pytest.mark.parametrize("name", ["sigmoid", "logsigmoid", "softplus", "silu", "gelu", "mish", "elu", "selu"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_activations_do_not_overflow_far_from_zero(name, dtype):
    x = host.asarray([-1e4, -800.0, -100.0, -20.5, 20.5, 100.0, 800.0, 1e4], dtype=dtype)
    mine, theirs = both(x)
    getattr(F, name)(mine[0]).sum().backward()
    getattr(torch.nn.functional, name)(theirs[0]).sum().backward()
    host.testing.assert_allclose(mine[0].grad.numpy(), theirs[0].grad.numpy(), rtol=1e-5, atol=1e-6)


LOSS_CASES = {
    "mse_loss": lambda m: (m.mse_loss, (real(3, 4), real(3, 4))),
    "l1_loss": lambda m: (m.l1_loss, (real(3, 4), real(3, 4))),
    "smooth_l1_loss": lambda m: (lambda a, b: m.smooth_l1_loss(a, b, beta=0.7), (real(3, 4), real(3, 4))),
    "huber_loss": lambda m: (lambda a, b: m.huber_loss(a, b, delta=0.7), (real(3, 4), real(3, 4))),
    "kl_div": lambda m: (
        lambda a, b: m.kl_div(a, b, reduction="batchmean"),
        (real(3, 4, low=-3.0, high=-0.1), real(3, 4, low=0.0, high=1.0)),
    ),
    "kl_div of logs": lambda m: (
        lambda a, b: m.kl_div(a, b, reduction="sum", log_target=True),
        (real(3, 4), real(3, 4)),
    ),
    "bce": lambda m: (m.binary_cross_entropy, (real(3, 4, low=0.1, high=0.9), real(3, 4, low=0.1, high=0.9))),
    "bce weighted": lambda m: (
        lambda a, b, w: m.binary_cross_entropy(a, b, w),
        (real(3, 4, low=0.1, high=0.9), real(3, 4, low=0.0, high=1.0), rng.integers(1, 4, 4)),
    ),
    "bce logits": lambda m: (
        lambda a, b, w, p: m.binary_cross_entropy_with_logits(a, b, w, pos_weight=p),
        (real(3, 4) * 30, real(3, 4, low=0.0, high=1.0), rng.integers(1, 4, (3, 1)), rng.integers(1, 4, 4)),
    ),
    "cross entropy of probabilities": lambda m: (
        lambda a, b, w: m.cross_entropy(a, b, w, label_smoothing=0.1),
        (real(4, 3), real(4, 3, low=0.0, high=1.0), real(3, low=0.5)),
    ),
    "cross entropy of images of probabilities": lambda m: (
        m.cross_entropy,
        (real(2, 3, 4), real(2, 3, 4, low=0.0, high=1.0)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LOSS_CASES)
def test_losses(case):
    function, arrays = LOSS_CASES[case](F)
    reference, _ = LOSS_CASES[case](torch.nn.functional)
    assert_same(function, reference, *arrays)


def test_a_loss_of_two_shapes_warns_that_it_broadcasts():
    with pytest.warns(UserWarning, match="differ and are broadcast"):
        F.mse_loss(pg.zeros(3, 1), pg.zeros(3))


INDEX = rng.integers(0, 3, (3, 4))
INDEXING = {
    "gather": lambda m, x, i: m.gather(x, 0, i),
    "take_along_dim": lambda m, x, i: m.take_along_dim(x, i[:1], 0),
    "scatter_add": lambda m, x, i: m.scatter_add(x, 0, i, x),
    "scatter of a number": lambda m, x, i: x.scatter(0, i, 5.0),
    "index_select": lambda m, x, i: m.index_select(x, 1, i[0]),
    "masked_select": lambda m, x, i: m.masked_select(x, x > 0),
    "masked_fill": lambda m, x, i: x.masked_fill(i > 1, 7.0),
    "nonzero": lambda m, x, i: m.nonzero(i),
    "sort": lambda m, x, i: m.sort(x, 1, descending=True),
    "argsort": lambda m, x, i: m.argsort(x, 0),
    "topk": lambda m, x, i: m.topk(x, 2, 1),
    "smallest": lambda m, x, i: m.topk(x, 2, 0, largest=False),
    "kthvalue": lambda m, x, i: m.kthvalue(x, 2, 1),
    "median": lambda m, x, i: m.median(x),
    "median along": lambda m, x, i: m.median(x, 1, True),
    "max": lambda m, x, i: m.max(x, 1),
    "min": lambda m, x, i: m.min(x, 0, True),
    "unique": lambda m, x, i: m.unique(i),
    "unique counted": lambda m, x, i: m.unique(i, return_counts=True),
    "roll": lambda m, x, i: m.roll(x, (1, -1), (0, 1)),
    "tile": lambda m, x, i: m.tile(x, (2,)),
    "repeat": lambda m, x, i: x.repeat(2, 1, 3),
    "repeat_interleave": lambda m, x, i: m.repeat_interleave(x, 2, 1),
    "meshgrid": lambda m, x, i: m.meshgrid(x[0], x[:, 0], indexing="xy"),
    "diagonal": lambda m, x, i: m.diagonal(x, 1),
    "diag": lambda m, x, i: m.diag(x[0], -1),
    "trace": lambda m, x, i: m.trace(x),
    "outer": lambda m, x, i: m.outer(x[0], x[:, 0]),
    "inner": lambda m, x, i: m.inner(x, x),
    "mv": lambda m, x, i: m.mv(x, x[0]),
    "addmm": lambda m, x, i: m.addmm(x[:, :3], x, x.T, beta=0.5, alpha=2),
    "cumprod": lambda m, x, i: m.cumprod(x, 1),
    "logsumexp": lambda m, x, i: m.logsumexp(x, 1),
    "isclose": lambda m, x, i: m.isclose(x, x + 1e-7),
    "fmod": lambda m, x, i: m.fmod(x, 0.7),
    "lerp": lambda m, x, i: m.lerp(x, x * 2, 0.3),
    "addcmul": lambda m, x, i: m.addcmul(x, x, x, value=0.5),
    "addcdiv": lambda m, x, i: m.addcdiv(x, x, x * x + 1),
    "nan_to_num": lambda m, x, i: m.nan_to_num(m.where(i > 1, x, float("inf"))),
    "or": lambda m, x, i: (i | 1) ^ (i & 2),
    "shift": lambda m, x, i: (i << 3) >> 1,
    "not": lambda m, x, i: ~i,
    "einsum product": lambda m, x, i: m.einsum("ij,kj->ik", x, x),
    "einsum three": lambda m, x, i: m.einsum("ij,kj,kl->il", x, x, x),
    "einsum trace": lambda m, x, i: m.einsum("ii", x[:, :3]),
    "einsum implicit": lambda m, x, i: m.einsum("ba", x),
    "einsum outer": lambda m, x, i: m.einsum("i,j->ji", x[0], x[1]),
    "einsum batch": lambda m, x, i: m.einsum("...ij,...kj->...ik", x.reshape(3, 2, 2), x[:2, :2]),
}


@pytest.mark.parametrize("case", INDEXING)
def test_indexing_sorting_and_arranging(case):
    x = real(3, 4)
    assert_same(
        lambda x, i: INDEXING[case](pg, x, i),
        lambda x, i: INDEXING[case](torch, x, i),
        x,
        INDEX,
    )


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_padding(mode):
    x = real(2, 3, 4)
    assert_same(lambda x: F_pad(pg, x, mode), lambda x: F_pad(torch, x, mode), x)


def F_pad(library, x, mode):
    if library is pg:
        from patchgrad.ops.arrange import pad
    else:
        pad = torch.nn.functional.pad
    return pad(x, (1, 2), mode=mode)


CONVOLUTIONS = {
    "conv1d": lambda m: (lambda x, w, b: m.conv1d(x, w, b, 2, 1, 2, 2), (real(2, 4, 9), real(6, 2, 3), real(6))),
    "same": lambda m: (lambda x, w: m.conv2d(x, w, padding="same"), (real(1, 2, 5, 5), real(3, 2, 2, 3))),
    "one image": lambda m: (lambda x, w: m.conv2d(x, w, padding=(1, 0)), (real(2, 5, 5), real(3, 2, 3, 3))),
    "transposed": lambda m: (
        lambda x, w, b: m.conv_transpose2d(x, w, b, 2, 1, 1, 2, 2),
        (real(2, 4, 3, 4), real(4, 3, 3, 2), real(6)),
    ),
    "max_pool ceil": lambda m: (lambda x: m.max_pool2d(x, 3, 2, 1, ceil_mode=True), (real(2, 2, 6, 8),)),
    "avg_pool ceil": lambda m: (lambda x: m.avg_pool2d(x, 3, 2, 1, True), (real(2, 2, 6, 8),)),
    "avg_pool uncounted": lambda m: (lambda x: m.avg_pool2d(x, 3, 2, 1, True, False), (real(2, 2, 6, 8),)),
    "adaptive": lambda m: (lambda x: m.adaptive_avg_pool2d(x, (3, 2)), (real(2, 2, 7, 5),)),
    "adaptive one": lambda m: (lambda x: m.adaptive_avg_pool2d(x, 1), (real(2, 2, 7, 5),)),
    "adaptive even": lambda m: (lambda x: m.adaptive_avg_pool2d(x, (None, 2)), (real(2, 2, 3, 6),)),
    "adaptive 1d": lambda m: (lambda x: m.adaptive_avg_pool1d(x, 3), (real(2, 2, 7),)),
    "max_pool1d": lambda m: (lambda x: m.max_pool1d(x, 3, 2, 1), (real(2, 2, 9),)),
    "avg_pool1d": lambda m: (lambda x: m.avg_pool1d(x, 3, 2, 1), (real(2, 2, 9),)),
    "group_norm": lambda m: (lambda x, w, b: m.group_norm(x, 2, w, b), (real(2, 4, 3), real(4), real(4))),
    "layer_norm": lambda m: (lambda x, w: m.layer_norm(x, (4, 3), w), (real(2, 4, 3), real(4, 3))),
}


@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_convolution_pooling_and_norms(case):
    function, arrays = CONVOLUTIONS[case](F)
    reference, _ = CONVOLUTIONS[case](torch.nn.functional)
    assert_same(function, reference, *arrays)


def test_the_places_of_maxima_are_counted_along_the_image():
    x = real(2, 2, 7, 7)
    _, mine = F.max_pool2d(pg.tensor(x), 3, 2, 1, return_indices=True)
    _, theirs = torch.nn.functional.max_pool2d(torch.tensor(x), 3, 2, 1, return_indices=True)
    assert (mine.numpy() == theirs.numpy()).all()


def test_batch_norm_moves_its_running_statistics_as_pytorch_does():
    x = real(4, 3, 2, 2)
    mean, var = real(3), real(3, low=0.5)
    mine = [pg.tensor(mean), pg.tensor(var)]
    theirs = [torch.tensor(mean), torch.tensor(var)]
    for training in (True, False, True):
        a = F.batch_norm(pg.tensor(x), *mine, training=training, momentum=0.3)
        b = torch.nn.functional.batch_norm(torch.tensor(x), *theirs, training=training, momentum=0.3)
        host.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12)
    for a, b in zip(mine, theirs, strict=True):
        host.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12)


MASKS = {
    "none": {},
    "causal": {"is_causal": True},
    "scale": {"scale": 0.3},
}


@pytest.mark.parametrize(("n", "m"), [(4, 6), (37, 40)])
@pytest.mark.parametrize("case", MASKS)
def test_attention(case, n, m):
    arrays = (real(2, 3, n, 5), real(2, 3, m, 5), real(2, 3, m, 2))
    assert_same(
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, **MASKS[case]),
        lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, **MASKS[case]),
        *arrays,
    )


@pytest.mark.parametrize("wants_maps", [False, True])
def test_attention_is_one_kernel_unless_someone_wants_to_see_its_map(wants_maps):
    pytest.importorskip("llvmlite", reason="the kernel is compiled")
    names = []

    class Watcher:
        def forward(self, op, attrs, inputs, outputs, node):
            names.append(op.name)

    Watcher.wants_maps = wants_maps
    x = pg.tensor(real(1, 2, 40, 8))
    with observing(Watcher()):
        F.scaled_dot_product_attention(x, x, x)
    assert ("softmax" in names, "fused_attention" in names) == (wants_maps, not wants_maps)


@pytest.mark.parametrize("mask", [rng.random((4, 6)) > 0.3, real(4, 6)], ids=["bool", "added"])
def test_attention_with_a_mask(mask):
    assert_same(
        F.scaled_dot_product_attention,
        torch.nn.functional.scaled_dot_product_attention,
        real(2, 4, 5), real(2, 6, 5), real(2, 6, 2), mask,
    )  # fmt: skip


def test_attention_with_fewer_heads_of_keys():
    assert_same(
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, enable_gqa=True),
        lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, enable_gqa=True),
        real(2, 4, 3, 5), real(2, 2, 3, 5), real(2, 2, 3, 5),
    )  # fmt: skip


def test_the_padding_row_of_an_embedding_gets_no_gradient():
    index = host.asarray([[0, 2, 2], [1, 2, 0]])
    assert_same(
        lambda i, w: F.embedding(i, w, 2), lambda i, w: torch.nn.functional.embedding(i, w, 2), index, real(4, 3)
    )


def test_dropout_keeps_the_mean_and_the_right_share():
    pg.manual_seed(0)
    x = pg.ones(200, 200, requires_grad=True)
    y = F.dropout(x, 0.25)
    share = float((y.detach() == 0).double().mean())
    assert abs(share - 0.25) < 0.01
    assert y.unique().tolist() == pytest.approx([0.0, 4 / 3])
    y.sum().backward()
    assert pg.equal(x.grad, y.detach())
    assert F.dropout(x, 0.25, training=False) is x


def test_random_tensors_have_their_shapes_dtypes_and_ranges():
    pg.manual_seed(1)
    assert pg.rand(2, 3).shape == pg.rand((2, 3)).shape == (2, 3)
    assert pg.randn(4, dtype=pg.float64).dtype is pg.float64
    assert pg.randint(3, 7, (50,)).unique().tolist() == [3, 4, 5, 6]
    assert pg.randint(2, (20,)).unique().tolist() == [0, 1]
    assert pg.randperm(10).sort().values.tolist() == list(range(10))
    assert pg.rand_like(pg.zeros(2, 2)).shape == pg.randn_like(pg.zeros(2, 2)).shape == (2, 2)
    assert 0.2 < float(pg.bernoulli(pg.full((1000,), 0.3)).mean()) < 0.4
    assert set(pg.multinomial(pg.tensor([0.0, 1.0, 3.0]), 2).tolist()) == {1, 2}
    drawn = pg.multinomial(pg.tensor([[0.0, 1.0, 3.0]]), 4000, replacement=True)
    assert abs(float((drawn == 2).double().mean()) - 0.75) < 0.03
    assert pg.rand(2, device="meta").shape == (2,)


def test_a_seed_repeats_everything():
    def draw():
        pg.manual_seed(5)
        return [pg.rand(3).tolist(), pg.randn(3).tolist(), pg.zeros(3).uniform_(1, 2).tolist(), pg.randperm(5).tolist()]

    assert draw() == draw()


def test_fills_write_in_place():
    x = pg.zeros(1000)
    before = x.data
    for fill in ("uniform_", "normal_", "bernoulli_", "random_"):
        assert getattr(x, fill)() is x
        assert x.data is before
        assert float(x.abs().sum()) > 0


EDGES = {
    "a product with a zero": lambda m, x: m.prod(x * m.tensor([[1.0, 0.0, 2.0, 3.0]]), 1),
    "a product with two zeros": lambda m, x: m.prod(x * m.tensor([[1.0, 0.0, 0.0, 3.0]]), 1),
    "a power of 0": lambda m, x: (x * 0) ** 0,
    "zero to the first": lambda m, x: (x * 0) ** 1,
    "a square": lambda m, x: x**2,
    "a root": lambda m, x: x.abs() ** 0.5,
    "a number to a power": lambda m, x: 2.5**x,
    "a power of tensors": lambda m, x: x.abs() ** (x * m.tensor([[1.0, 0.0, 2.0, 3.0]])),
    "the norm of zeros": lambda m, x: m.norm(x * 0, dim=1),
    "the norm": lambda m, x: m.norm(x),
    "the 1-norm": lambda m, x: m.norm(x, 1, 0),
    "the 3-norm": lambda m, x: m.norm(x, 3, 1, True),
    "the largest": lambda m, x: m.norm(x, float("inf"), 1),
    "the larger of equals": lambda m, x: m.maximum(x, x.detach()),
    "equal extremes": lambda m, x: m.amax(x * 0 + 1, 1),
    "the ends of a clamp": lambda m, x: m.clamp(m.round(x), -1, 1),
}


@pytest.mark.parametrize("case", EDGES)
def test_values_and_gradients_at_the_edges(case):
    assert_same(lambda x: EDGES[case](pg, x), lambda x: EDGES[case](torch, x), real(3, 4))


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "silu", "hardtanh", "hardswish"])
def test_activations_in_place(name):
    x = real(3, 4)
    assert_same(
        lambda x: getattr(F, name)(x * 2, inplace=True),
        lambda x: getattr(torch.nn.functional, name)(x * 2, inplace=True),
        x,
    )
    y = pg.tensor(x)
    assert getattr(F, name)(y, inplace=True) is y
