"""Law 7 for compiled kernels: each gives what the plain rule gives, forwards and backwards, whatever lies in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import patchgrad as pg
from patchgrad.autograd.op import OpSpec, Sample, all_ops, find
from patchgrad.backend import cpu, host
from patchgrad.backend import kernels as registry
from patchgrad.backend.kernels import cpu_arrays, cpu_generated
from patchgrad.backend.native.compiled import compiler
from patchgrad.backend.philox import philox
from patchgrad.tensor import Tensor

from .op_samples import drawer, good, run

pg.ones(1).sum()  # loads the kernels
FORWARDS = registry.entered("cpu")
RULES = registry.entered_rules("cpu")
WRITTEN = (
    "clamp", "dropout", "elu", "erf", "gelu", "gelu_tanh", "hardswish", "leaky_relu", "lerp", "relu", "sigmoid", "silu",
    "softplus", "sqrt", "tanh", "where",
)  # fmt: skip
"""Some of the ops whose kernels are written from their records; the slow tests look at all of them."""
SPREADING = ("embedding_weight", "max_pool2d_spread", "fused_attention")
"""Ops whose plain forwards are products with zeros, and spread NaN; their kernels do not."""
OPS = sorted({*FORWARDS, *RULES, *WRITTEN})
OTHERS = sorted({op.name for op in all_ops() if op.elementwise} - {*OPS})
DTYPES = ["float32", "float64"]
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}


WINDOW = {"kernel": (2, 3), "stride": (2, 3), "dilation": (1, 2)}


def _classes(*shape: int) -> Any:
    return host.arange(shape[0]) * 7 % shape[1]


def larger(name: str, draw: Any) -> list[Sample]:
    """Samples with odd sizes, one element, and none: what a loop over vectors has at its ends."""
    cases: dict[str, Callable[[int, int], Sample]] = {
        "softmax": lambda n, m: Sample((draw(n, m),), {"axis": -1}),
        "log_softmax": lambda n, m: Sample((draw(n, m),), {"axis": 1}),
        "layer_norm": lambda n, m: Sample((draw(n, m), draw(m), draw(m)), {"axes": (1,), "eps": 1e-5}),
        "batch_norm": lambda n, m: Sample(
            (draw(n, 3, m, 1), draw(3, 1, 1), draw(3, 1, 1)), {"axes": (0, 2, 3), "eps": 1e-5}
        ),
        "max_pool2d": lambda n, m: Sample((draw(n, m, 7, 9),), {**WINDOW, "padding": ((1, 1), (0, 1))}),
        "max_pool2d_spread": lambda n, m: Sample(
            (draw(n, m, 4, 2), (host.arange(n * m * 8) % 6).astype("uint8").reshape(n, m, 4, 2)),
            {**WINDOW, "padding": ((1, 1), (0, 1)), "size": (7, 9)},
        ),
        "embedding_weight": lambda n, m: Sample(
            (draw(n * 9, m), host.arange(n * 9) * 5 % 7), {"rows": 7, "padding_idx": None, "by_frequency": False}
        ),
        "cross_entropy": lambda n, m: Sample(
            (draw(n, m), _classes(n, m), None),
            {"ignore_index": 2, "label_smoothing": 0.0, "reduction": "mean" if n > 1 else "none"},
        ),
    }
    if name.startswith("conv2d"):
        return list(_convolutions(name, draw))
    if name == "lstm_layer":
        return list(_sequences(draw))
    if name == "fused_attention":
        return list(_attentions(draw))
    sizes = ((1, 1), (3, 17), (2, 67), *([] if name == "batch_norm" else [(0, 3)]))
    return [cases[name](n, m) for n, m in sizes] if name in cases else []


def _sequences(draw: Any) -> Iterator[Sample]:
    for length, batch, hidden, reverse in ((1, 1, 1, False), (5, 3, 9, True), (4, 2, 17, False)):
        arrays = (draw(length, batch, 4 * hidden), draw(batch, hidden), draw(batch, hidden), draw(4 * hidden, hidden))
        yield Sample((*arrays, draw(4 * hidden)), {"reverse": reverse})
        yield Sample((*arrays, None), {"reverse": not reverse})


def _attentions(draw: Any) -> Iterator[Sample]:
    for n, m, features, width, causal in ((1, 40, 65, 3, False), (53, 53, 16, 17, True), (9, 17, 5, 33, True)):
        arrays = (draw(2, 3, n, features), draw(2, 3, m, features), draw(2, 3, m, width))
        yield Sample(arrays, {"scale": 0.4, "causal": causal})


def _convolutions(name: str, draw: Any) -> Iterator[Sample]:
    """Strides, padding, dilation, groups and odd sizes together."""
    for x, w, groups, stride, padding, dilation in (
        ((3, 5, 9, 7), (7, 5, 3, 3), 1, (2, 2), ((1, 1), (0, 2)), (1, 1)),
        ((2, 6, 9, 17), (9, 2, 5, 3), 3, (3, 2), ((2, 1), (0, 2)), (1, 2)),
        ((1, 2, 4, 40), (1, 2, 2, 1), 1, (1, 1), ((0, 0), (0, 0)), (3, 1)),
        ((2, 3, 3, 3), (4, 3, 2, 3), 1, (4, 3), ((2, 2), (3, 3)), (2, 1)),
        ((3, 9, 5, 8), (17, 9, 3, 3), 1, (1, 1), ((1, 1), (0, 2)), (1, 1)),
        ((3, 9, 13, 10), (17, 9, 3, 2), 1, (2, 3), ((2, 1), (0, 2)), (1, 2)),
    ):
        attrs = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        ct = find("conv2d").shape(x, w, None, **attrs)
        if name == "conv2d":
            yield Sample((draw(*x), draw(*w), draw(w[0])), attrs)
        elif name == "conv2d_input":
            yield Sample((draw(*ct), draw(*w)), {**attrs, "size": x[2:]})
        else:
            yield Sample((draw(*x), draw(*ct)), {**attrs, "kernel": w[2:]})


def variants(op: OpSpec) -> Iterator[tuple[str, Sample]]:
    """Every sample as it is, with strides, and with NaN and infinity in it."""
    draw = drawer()
    for number, sample in enumerate([*good(op), *larger(op.name, draw)]):
        yield f"{number} {sample.label}", sample
        yield f"{number} {sample.label} strided", _changed(sample, _strided)
        if op.name not in SPREADING and "_polynomial_" not in op.name:  # the degree of a polynomial is a whole number
            yield f"{number} {sample.label} not finite", _changed(sample, _not_finite)


def _changed(sample: Sample, change: Callable[[Any], Any]) -> Sample:
    inputs = tuple(change(x) if isinstance(x, host.ndarray) and x.dtype.kind == "f" else x for x in sample.inputs)
    return Sample(inputs, sample.attrs, sample.label)


def _strided(x: Any) -> Any:
    return host.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x


def _not_finite(x: Any) -> Any:
    found = x.copy()
    flat = found.reshape(-1)
    flat[::5], flat[1::7], flat[2::11] = host.inf, -host.inf, host.nan
    return found


def as_dtype(sample: Sample, dtype: str) -> Sample:
    return _changed(sample, lambda x: x.astype(dtype))


def outcome(op: OpSpec, sample: Sample) -> list[Any]:
    """The results, and the gradients of all inputs."""
    inputs = [
        Tensor(x, x.dtype.kind == "f" and (op.joint is not None or name in op.vjps))
        if isinstance(x, host.ndarray)
        else x
        for name, x in zip(op.inputs, sample.inputs, strict=False)
    ]
    outputs = run(op, sample, inputs)
    found = [output.data for output in outputs]
    leaves = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
    first = outputs[0]
    if leaves and first.requires_grad:
        ct = host.asarray(host.arange(first.data.size).reshape(first.shape) % 5 - 1.7, dtype=first.data.dtype)
        loss = Tensor(ct)
        if len(outputs) > 1 and op.name == "lstm_layer":  # the cells are used, too
            first, loss = (outputs[0] * Tensor(ct)).sum() + outputs[1].sum(), None
        first.backward(loss)
        found += [leaf.grad.data for leaf in leaves if leaf.grad is not None]
    return found


@pytest.fixture(autouse=True)
def _kernels_take_small_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_arrays, "SMALL", 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*OPS, *[pytest.param(name, marks=pytest.mark.slow) for name in OTHERS]])
def test_a_kernel_equals_the_plain_rule(name: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    op = find(name)
    for label, sample in variants(op):
        sample = as_dtype(sample, dtype)
        fast = outcome(op, sample)
        with monkeypatch.context() as off:
            off.setattr(compiler, "present", False)
            plain = outcome(op, sample)
        assert len(fast) == len(plain)
        for a, b in zip(fast, plain, strict=True):
            assert (a.shape, a.dtype) == (b.shape, b.dtype), label
            tolerance = TOLERANCE[dtype]
            host.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * 10, err_msg=f"{name} {label}")


@pytest.mark.parametrize("name", OPS)
def test_how_numbers_lie_in_memory_does_not_change_their_bits(name: str) -> None:
    op = find(name)
    for sample in [*good(op), *larger(op.name, drawer())]:
        sample = as_dtype(sample, "float32")
        for a, b in zip(outcome(op, sample), outcome(op, _changed(sample, _strided)), strict=True):
            assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", sorted(FORWARDS))
def test_a_kernel_takes_what_it_was_written_for(name: str, dtype: str) -> None:
    """At least one sample is computed by the kernel itself."""
    samples = [as_dtype(sample, dtype) for sample in [*good(find(name)), *larger(name, drawer())]]
    taken = [FORWARDS[name](cpu.xp, *sample.inputs, **sample.attrs) is not NotImplemented for sample in samples]
    assert any(taken) or not compiler.present


@pytest.mark.parametrize("name", WRITTEN)
def test_a_kernel_is_written_from_the_record(name: str) -> None:
    forward, rules = cpu_generated.kernels_of(find(name), find)
    assert forward is not None or rules


def test_a_row_that_is_added_to_every_other_is_one_pass() -> None:
    """Broadcasting along leading axes."""
    x, weight = host.linspace(-2, 2, 60, dtype="float32").reshape(5, 3, 4), host.ones((1, 3, 4), "float32")
    forward, _ = cpu_generated.kernels_of(find("prelu"), find)
    assert (forward(cpu.xp, x, weight) == x).all()
    assert forward(cpu.xp, x, weight[:, :, :1]) is NotImplemented


def test_an_attribute_that_changes_all_the_time_is_not_compiled_each_time() -> None:
    forward, _ = cpu_generated.kernels_of(find("leaky_relu"), find)
    x = host.ones((3, 2), "float32")
    taken = [forward(cpu.xp, x, negative_slope=slope / 100) is not NotImplemented for slope in range(12)]
    assert sum(taken) == cpu_generated.MOST


def test_the_compiled_generator_gives_the_same_bits() -> None:
    for key, offset, blocks in ((0, 0, 1), (2**64 - 1, 2**63 - 40, 33), (12345, 2**64 + 7, 5), (7, 3, 1000)):
        found = cpu.backend.kernels["philox"](cpu.xp, key, offset, blocks)
        assert (found == philox(cpu.xp, key, offset, blocks)).all()
        assert found.dtype == "uint32"
