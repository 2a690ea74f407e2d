"""Forward mode and batches of every op, on every sample of it."""

from __future__ import annotations

import pytest

from patchgrad.autograd.op import all_ops
from patchgrad.backend import host
from patchgrad.tensor import Tensor
from patchgrad.tensor.worlds import tensor_of
from patchgrad.transforms.batching import rules, run, ways
from patchgrad.transforms.batching.vmap import vmap
from patchgrad.transforms.forward import jvp
from patchgrad.transforms.reverse import vjp

from . import op_samples
from .op_samples import every_sample, tensors

SIZE = 3
DIFFERENTIABLE = [
    param
    for param in every_sample()
    if param.values[0].differentiable and any(getattr(x, "dtype", None) == "float64" for x in param.values[1].inputs)
]


def _moving(op, sample):
    """Places of the inputs that have a gradient rule."""
    return [
        i
        for i, entry in enumerate(sample.inputs)
        if getattr(entry, "dtype", None) == "float64" and (op.joint or op.variadic or op.inputs[i] in op.vjps)
    ]


def _as_function(op, sample, places):
    """The floating outputs as a function of the inputs at ``places``."""

    def function(*moving):
        inputs = tensors(sample)
        for place, entry in zip(places, moving, strict=True):
            inputs[place] = entry
        return tuple(y for y in op_samples.run(op, sample, inputs) if y.dtype.is_floating_point)

    return function, tuple(Tensor(sample.inputs[place].copy()) for place in places)


def _random(tensors, seed):
    rng = host.random.default_rng(seed)
    return tuple(Tensor(host.asarray(rng.standard_normal(x.shape)).astype(x.data.dtype)) for x in tensors)


def _inner(a, b):
    return sum(float((x.data * y.data).sum()) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize(("op", "sample"), DIFFERENTIABLE)
def test_products_with_the_jacobian_from_both_sides_agree(op, sample):
    function, primals = _as_function(op, sample, _moving(op, sample))
    moves = _random(primals, 1)
    y, moved = jvp(function, primals, moves)
    same, pulled = vjp(function, *primals)
    weights = _random(y, 2)
    assert [entry.shape for entry in moved] == [entry.shape for entry in same]
    assert [entry.dtype for entry in moved] == [entry.dtype for entry in same]
    left, right = _inner(moved, weights), _inner(moves, pulled(weights))
    assert left == pytest.approx(right, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("op", "sample"), DIFFERENTIABLE[::4])
def test_tangents_equal_finite_differences(op, sample):
    function, primals = _as_function(op, sample, _moving(op, sample))
    moves = _random(primals, 3)
    _, moved = jvp(function, primals, moves)
    eps = 1e-6
    ends = [
        function(*[tensor_of(x.data + sign * eps * v.data) for x, v in zip(primals, moves, strict=True)])
        for sign in (1, -1)
    ]
    for tangent, up, down in zip(moved, *ends, strict=True):
        if tangent.dtype.name == "float64":
            host.testing.assert_allclose(tangent.data, (up.data - down.data) / (2 * eps), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("op", "sample"), every_sample())
def test_a_batch_gives_what_a_loop_gives(op, sample):
    arrays = [i for i, entry in enumerate(sample.inputs) if isinstance(entry, host.ndarray)]
    if not arrays:
        pytest.skip("this sample has no tensor among its inputs")
    for batched in {tuple(arrays), *((i,) for i in arrays)}:
        _check_batch(op, sample, batched)


def _check_batch(op, sample, batched):
    batches = {i: _examples(sample.inputs[i], i) for i in batched}
    expected = [op_samples.run(op, sample, _inputs(sample, {i: x[k] for i, x in batches.items()})) for k in range(SIZE)]

    def one(*given):
        return op_samples.run(op, sample, _inputs(sample, dict(zip(batched, given, strict=True))))

    found = vmap(
        one, in_dims=tuple(x.ndim - 1 if i % 2 else 0 for i, x in zip(batched, batches.values(), strict=True))
    )(*[Tensor(host.moveaxis(x.data, 0, -1)) if i % 2 else x for i, x in batches.items()])
    for k, outputs in enumerate(expected):
        for mine, theirs in zip(found, outputs, strict=True):
            assert mine.dtype is theirs.dtype
            host.testing.assert_allclose(mine.data[k], theirs.data, rtol=1e-12, atol=1e-13)


def _examples(array, seed):
    """Three examples: the sample's values in three orders along its first axis."""
    rolled = [host.roll(array, k, axis=0) if array.ndim else array for k in range(SIZE)]
    scale = [1.0, 0.9, 0.8] if array.dtype.kind == "f" else [1] * SIZE
    return Tensor(host.stack([(x * s).astype(array.dtype) for x, s in zip(rolled, scale, strict=True)]))


def _inputs(sample, given):
    return [given.get(i, Tensor(x.copy()) if isinstance(x, host.ndarray) else x) for i, x in enumerate(sample.inputs)]


def test_every_way_to_run_a_batch_that_an_op_names_exists():
    names = {op.name for op in all_ops()}
    assert [op.name for op in all_ops() if op.batching and op.batching not in run.WAYS] == []
    assert [name for name in rules.RULES if name not in names | {"to_device"}] == []


def test_a_loop_is_counted():
    before = ways.loops["lstm_layer"]
    sample = next(iter(op_samples.good(next(op for op in all_ops() if op.name == "lstm_layer"))))
    _check_batch(next(op for op in all_ops() if op.name == "lstm_layer"), sample, (0,))
    assert ways.loops["lstm_layer"] == before + 1
