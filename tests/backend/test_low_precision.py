"""float16 and bfloat16 against PyTorch: computed in float32, rounded once; stored in two bytes."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad.backend import host
from patchgrad.nn import functional as F

torch = pytest.importorskip("torch")

LOW = ("bfloat16", "float16")
PLACES = {"bfloat16": 8, "float16": 11}
"""Binary digits of a number."""
EXACT = ("neg", "abs", "sqrt", "square", "reciprocal", "floor", "ceil", "trunc", "round")
CLOSE = ("exp", "expm1", "log", "log1p", "log2", "log10", "rsqrt", "sin", "cos", "tan", "tanh", "asin",
         "acos", "atan", "asinh", "acosh", "atanh", "sigmoid", "erfc", "exp2")  # fmt: skip
BINARY = ("add", "sub", "mul", "div", "maximum", "minimum", "pow", "atan2", "hypot")


def every_number(name):
    """All 65536 numbers of a dtype, here and in PyTorch."""
    bits = host.arange(65536, dtype=host.uint16)
    mine = pg.tensor(bits.view(getattr(pg, name).numpy))
    return mine, torch.from_numpy(bits.view("int16")).view(getattr(torch, name))


def numbers(name, *shape, seed=0):
    """The same random numbers here and in PyTorch."""
    values = host.random.default_rng(seed).standard_normal(shape).astype("float32")
    return pg.tensor(values).to(getattr(pg, name)), torch.from_numpy(values).to(getattr(torch, name))


def wide(tensor):
    return tensor.detach().float().numpy()


def same_bits(mine, theirs):
    """Equal numbers, signs of zero too; NaN where the other has NaN."""
    a, b = wide(mine), wide(theirs)
    host.testing.assert_array_equal(a, b)
    host.testing.assert_array_equal(host.signbit(a) & (a == 0), host.signbit(b) & (b == 0))
    assert mine.dtype.name == str(theirs.dtype).removeprefix("torch.")


def within_a_place(mine, theirs, places, atol=0.0):
    """At most one unit in the last place apart."""
    host.testing.assert_allclose(wide(mine), wide(theirs), rtol=2.0 ** (1 - places), atol=atol)
    assert mine.dtype.name == str(theirs.dtype).removeprefix("torch.")


@pytest.mark.parametrize("dtype", LOW)
@pytest.mark.parametrize("name", EXACT)
def test_functions_that_are_exact_give_pytorchs_bits_for_every_number(name, dtype):
    mine, theirs = every_number(dtype)
    same_bits(getattr(pg, name)(mine), getattr(torch, name)(theirs))


@pytest.mark.parametrize("dtype", LOW)
@pytest.mark.parametrize("name", CLOSE)
def test_other_functions_are_within_a_place_of_pytorch_for_every_number_and_mostly_equal(name, dtype):
    mine, theirs = every_number(dtype)
    a, b = getattr(pg, name)(mine), getattr(torch, name)(theirs)
    tiny = torch.finfo(theirs.dtype).tiny * 2.0 ** (1 - PLACES[dtype])
    within_a_place(a, b, PLACES[dtype], atol=tiny)
    differ = ~((wide(a) == wide(b)) | host.isnan(wide(a)))
    assert differ.mean() < 0.002


@pytest.mark.parametrize("dtype", LOW)
@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_numbers_give_pytorchs_bits(name, dtype):
    (a, x), (b, y) = numbers(dtype, 5000), numbers(dtype, 5000, seed=1)
    if name == "pow":
        a, x = a.abs(), x.abs()
    compare = within_a_place if name in ("pow", "atan2", "hypot") else same_bits
    compare(
        getattr(pg, name)(a, b), getattr(torch, name)(x, y), *([PLACES[dtype]] if compare is within_a_place else [])
    )


@pytest.mark.parametrize("dtype", LOW)
def test_python_numbers_and_tensors_without_axes_take_part_as_in_pytorch(dtype):
    a, x = numbers(dtype, 2000)
    for function in (lambda v: v * 0.1, lambda v: 0.3 + v, lambda v: v / 3, lambda v: 1 - v, lambda v: v > 0.1,
                     lambda v: v == 0.1, lambda v: v.clamp(-0.3, 0.3)):  # fmt: skip
        same_bits(function(a), function(x))
    for function in ("add", "sub", "mul", "div"):
        same_bits(getattr(pg, function)(a, pg.tensor(0.12345)), getattr(torch, function)(x, torch.tensor(0.12345)))


@pytest.mark.parametrize("dtype", LOW)
def test_casts_round_as_in_pytorch(dtype):
    values = host.random.default_rng(0).standard_normal(20000) * host.exp(host.linspace(-20, 20, 20000))
    for source in ("float64", "float32", "int64", "int16", "bool"):
        array = values.astype(source)
        same_bits(pg.tensor(array).to(getattr(pg, dtype)), torch.from_numpy(array).to(getattr(torch, dtype)))
    a, x = numbers(dtype, 500)
    for target in ("float64", "int32", "bool", "complex64", *LOW):
        mine, theirs = a.to(getattr(pg, target)), x.to(getattr(torch, target))
        assert mine.tolist() == theirs.tolist()


WHOLE = {
    "sum": lambda lib, f, x, w: x.sum(),
    "sum of rows": lambda lib, f, x, w: x.sum(1),
    "mean": lambda lib, f, x, w: x.mean(0),
    "var": lambda lib, f, x, w: x.var(1),
    "amax": lambda lib, f, x, w: x.amax(1),
    "matmul": lambda lib, f, x, w: x @ w,
    "linear": lambda lib, f, x, w: f.linear(x, w.T),
    "softmax": lambda lib, f, x, w: f.softmax(x, -1),
    "log_softmax": lambda lib, f, x, w: f.log_softmax(x, -1),
    "layer_norm": lambda lib, f, x, w: f.layer_norm(x, (x.shape[-1],)),
    "gelu": lambda lib, f, x, w: f.gelu(x),
    "silu": lambda lib, f, x, w: f.silu(x),
    "logsumexp": lambda lib, f, x, w: lib.logsumexp(x, 1),
    "mse_loss": lambda lib, f, x, w: f.mse_loss(x, x * 0.5),
    "norm": lambda lib, f, x, w: x.norm(),
    "max_pool": lambda lib, f, x, w: f.max_pool2d(x.reshape(1, 2, 8, -1), 2),
    "conv": lambda lib, f, x, w: f.conv2d(x.reshape(1, 2, 8, -1), w.reshape(-1)[:36].reshape(2, 2, 3, 3), padding=1),
}
ROUNDED_BETWEEN = {"log_softmax": 2, "logsumexp": 2}
"""Where PyTorch rounds inside the formula: how many places its own result is off."""


@pytest.mark.parametrize("dtype", LOW)
@pytest.mark.parametrize("name", WHOLE)
def test_sums_products_and_formulas_are_computed_in_float32_and_rounded_at_their_end(name, dtype):
    (a, x), (b, y) = numbers(dtype, 16, 48), numbers(dtype, 48, 6, seed=1)
    mine, theirs = WHOLE[name](pg, F, a, b), WHOLE[name](torch, torch.nn.functional, x, y)
    exact = WHOLE[name](torch, torch.nn.functional, x.float(), y.float()).to(x.dtype)
    within_a_place(mine, exact, PLACES[dtype], atol=2.0 ** -PLACES[dtype] * 0.01)
    within_a_place(mine, theirs, PLACES[dtype] - ROUNDED_BETWEEN.get(name, 0), atol=2.0 ** -PLACES[dtype] * 0.01)


@pytest.mark.parametrize("dtype", LOW)
@pytest.mark.parametrize("name", WHOLE)
def test_gradients_in_low_precision_are_as_near_to_the_exact_ones_as_those_of_pytorch(name, dtype):
    (a, x), (b, y) = numbers(dtype, 16, 48), numbers(dtype, 48, 6, seed=1)
    mine = _gradients(lambda v, w: WHOLE[name](pg, F, v, w), dtype, a, b)
    theirs = _gradients(lambda v, w: WHOLE[name](torch, torch.nn.functional, v, w), dtype, x, y)
    exact = _gradients(lambda v, w: WHOLE[name](torch, torch.nn.functional, v, w), dtype, x.double(), y.double())
    for m, t, e in zip(mine, theirs, exact, strict=True):
        assert (m is None) == (t is None) == (e is None)
        if m is not None:
            place = 2.0 ** -PLACES[dtype]
            assert _off(m, e) <= max(place, 1.1 * _off(t, e))
            assert m.dtype.name == dtype


def _gradients(function, dtype, *inputs):
    """Gradients of both inputs, for the same cotangent."""
    leaves = [entry.detach().clone().requires_grad_() for entry in inputs]
    y = function(*leaves)
    cotangent = numbers(dtype, *y.shape, seed=2)[isinstance(y, torch.Tensor)]
    y.backward(cotangent.to(y.dtype))
    return [leaf.grad for leaf in leaves]


def _off(found, exact):
    """The distance, in the sum of squares, as a share of the exact gradient."""
    return host.linalg.norm(wide(found) - wide(exact)) / host.linalg.norm(wide(exact))


def test_a_bfloat16_tensor_is_stored_moved_and_shown_like_any_other():
    x = pg.arange(6).to(pg.bfloat16).reshape(2, 3)
    x.T[1] = 7
    assert x.tolist() == [[0.0, 7.0, 2.0], [3.0, 7.0, 5.0]]
    assert pg.cat([x, x[:1]]).shape == (3, 3)
    assert x[x > 4].tolist() == [7.0, 7.0, 5.0]
    assert x.data.nbytes == 12
    assert repr(x[0]) == "tensor([0., 7., 2.], dtype=patchgrad.bfloat16)"
    assert pg.where(x > 2, x, -x).dtype is pg.bfloat16
    assert x.sum().item() == 24.0
    x += 0.1
    assert x.dtype is pg.bfloat16
    assert pg.zeros(2, device="meta", dtype=pg.bfloat16).softmax(0).dtype is pg.bfloat16


def test_second_derivatives_pass_through_low_precision():
    x = pg.tensor([0.5, 1.0, 2.0]).bfloat16().requires_grad_()
    (first,) = pg.grad((x * x * x).sum(), [x], create_graph=True)
    first.sum().backward()
    assert first.tolist() == [0.75, 3.0, 12.0]
    assert x.grad.tolist() == [3.0, 6.0, 12.0]
    assert first.dtype is x.grad.dtype is pg.bfloat16


@pytest.mark.parametrize("dtype", LOW)
def test_transforms_work_in_low_precision(dtype):
    x, w = numbers(dtype, 3, 4)[0], numbers(dtype, 4, 2, seed=1)[0]

    def function(v):
        return (v @ w * 0.3).softmax(-1)

    batched = pg.func.vmap(function)(x)
    assert batched.dtype.name == dtype
    assert batched.tolist() == pg.stack([function(row) for row in x]).tolist()
    value, tangent = pg.func.jvp(function, (x,), (x,))
    exact = pg.func.jvp(lambda v: (v @ w.float() * 0.3).softmax(-1), (x.float(),), (x.float(),))
    assert value.dtype is tangent.dtype is x.dtype
    host.testing.assert_allclose(wide(tangent), wide(exact[1]), rtol=0.05, atol=0.01)


CATEGORIES = {
    "cumsum": lambda lib, f, x, w: lib.cumsum(x, 0),
    "cumprod": lambda lib, f, x, w: lib.cumprod(x[:4], 0),
    "prod": lambda lib, f, x, w: x[:4].prod(0),
    "std": lambda lib, f, x, w: x.std(1),
    "median": lambda lib, f, x, w: x.median(1)[0],
    "sort": lambda lib, f, x, w: lib.sort(x, 1)[0],
    "topk": lambda lib, f, x, w: lib.topk(x, 3, 1)[0],
    "gather": lambda lib, f, x, w: x.gather(1, (x * 0).long()),
    "index_add": lambda lib, f, x, w: x.index_add(0, lib.tensor([0, 2, 2]), x[:3]),
    "scatter_add": lambda lib, f, x, w: x.scatter_add(0, (x * 0).long(), x),
    "where": lambda lib, f, x, w: lib.where(x > 0, x, x * 2),
    "cat": lambda lib, f, x, w: lib.cat([x, x]),
    "roll": lambda lib, f, x, w: lib.roll(x, 1, 0),
    "bmm": lambda lib, f, x, w: lib.bmm(x.reshape(2, 8, 48), w.expand(2, 48, 6)),
    "addmm": lambda lib, f, x, w: lib.addmm(x[:, :6], x, w),
    "einsum": lambda lib, f, x, w: lib.einsum("ij,jk->ki", x, w),
    "conv1d": lambda lib, f, x, w: f.conv1d(x.reshape(1, 4, -1), w.reshape(-1)[:24].reshape(2, 4, 3)),
    "conv_transpose2d": lambda lib, f, x, w: f.conv_transpose2d(
        x.reshape(1, 2, 8, -1), w.reshape(-1)[:36].reshape(2, 2, 3, 3), stride=2
    ),
    "avg_pool": lambda lib, f, x, w: f.avg_pool2d(x.reshape(1, 2, 8, -1), 2),
    "adaptive": lambda lib, f, x, w: f.adaptive_avg_pool2d(x.reshape(1, 2, 8, -1), 3),
    "batch_norm": lambda lib, f, x, w: f.batch_norm(x, None, None, training=True),
    "group_norm": lambda lib, f, x, w: f.group_norm(x, 4),
    "rms_norm": lambda lib, f, x, w: f.rms_norm(x, (48,)),
    "embedding": lambda lib, f, x, w: f.embedding(lib.tensor([1, 2, 2]), x),
    "cross_entropy": lambda lib, f, x, w: f.cross_entropy(x, lib.arange(16)),
    "bce": lambda lib, f, x, w: f.binary_cross_entropy_with_logits(x, x.sigmoid()),
    "smooth_l1": lambda lib, f, x, w: f.smooth_l1_loss(x, x * 0.5),
    "attention": lambda lib, f, x, w: f.scaled_dot_product_attention(*[x.reshape(1, 2, 8, 48)] * 3),
    "interpolate": lambda lib, f, x, w: f.interpolate(x.reshape(1, 2, 8, -1), scale_factor=2.0, mode="bilinear"),
    "grid_sample": lambda lib, f, x, w: f.grid_sample(
        x.reshape(1, 2, 8, -1), w.reshape(-1)[:32].reshape(1, 4, 4, 2).clamp(-1, 1), align_corners=False
    ),
    "softplus": lambda lib, f, x, w: f.softplus(x),
    "elu": lambda lib, f, x, w: f.elu(x),
    "mish": lambda lib, f, x, w: f.mish(x),
    "logsigmoid": lambda lib, f, x, w: f.logsigmoid(x),
    "hardswish": lambda lib, f, x, w: f.hardswish(x),
    "lerp": lambda lib, f, x, w: lib.lerp(x, x * 2, 0.3),
    "addcmul": lambda lib, f, x, w: lib.addcmul(x, x, x, value=0.5),
    "addcdiv": lambda lib, f, x, w: lib.addcdiv(x, x, x.abs() + 1, value=0.5),
    "clamp": lambda lib, f, x, w: x.clamp(-0.3, 0.7),
    "fmod": lambda lib, f, x, w: lib.fmod(x, 0.3),
    "remainder": lambda lib, f, x, w: lib.remainder(x, 0.3),
    "cosine": lambda lib, f, x, w: f.cosine_similarity(x, x + 1),
    "var_mean": lambda lib, f, x, w: lib.var_mean(x)[0],
    "pad": lambda lib, f, x, w: f.pad(x, (1, 2), mode="reflect"),
    "unfold": lambda lib, f, x, w: f.unfold(x.reshape(1, 2, 8, -1), 2),
    "pixel_shuffle": lambda lib, f, x, w: f.pixel_shuffle(x.reshape(1, 16, 4, 12), 2),
    "tril": lambda lib, f, x, w: x.tril(),
    "lp_pool": lambda lib, f, x, w: f.lp_pool2d(x.abs().reshape(1, 2, 8, -1), 2.0, 2),
    "linear": lambda lib, f, x, w: f.linear(x, w.T, x[0, :6]),
}
"""Functions of all families, many of them made of several ops."""


@pytest.mark.parametrize("dtype", LOW)
@pytest.mark.parametrize("name", CATEGORIES)
def test_functions_of_all_families_are_as_near_to_the_exact_result_as_those_of_pytorch(name, dtype):
    """Half a place from the exact result, or as far as PyTorch's own."""
    (a, x), (b, y) = numbers(dtype, 16, 48), numbers(dtype, 48, 6, seed=1)
    mine, theirs = CATEGORIES[name](pg, F, a, b), CATEGORIES[name](torch, torch.nn.functional, x, y)
    exact = CATEGORIES[name](torch, torch.nn.functional, x.double(), y.double()).numpy()
    assert mine.dtype.name == str(theirs.dtype).removeprefix("torch.")
    assert _places_off(wide(mine), exact, dtype) <= max(0.51, 1.05 * _places_off(wide(theirs), exact, dtype))


def _places_off(found, exact, dtype):
    return (host.abs(found - exact) / host.maximum(host.abs(exact), 1e-3)).max() * 2.0 ** PLACES[dtype]
