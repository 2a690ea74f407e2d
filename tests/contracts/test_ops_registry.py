"""One set of promises, kept by every op on every sample of it."""

from __future__ import annotations

import pytest

from patchgrad.autograd.op import all_ops
from patchgrad.backend import MetaArray, host
from patchgrad.errors import PatchgradError
from patchgrad.tensor import Tensor, apply
from patchgrad.testing import gradcheck, gradgradcheck

from .op_samples import every_error, every_sample, run, tensors
from .references import reference

DIFFERENTIABLE = [
    param
    for param in every_sample()
    if param.values[0].differentiable
    and any(getattr(x, "dtype", None) in ("float64", "complex128") for x in param.values[1].inputs)
]


def test_every_differentiable_op_has_samples():
    assert [op.name for op in all_ops() if op.samples is None] == []


@pytest.mark.parametrize(("op", "sample"), every_sample())
def test_shape_rule_and_dtype_rule_give_what_really_comes_out(op, sample):
    inputs = tensors(sample)
    found = run(op, sample, inputs)
    shapes = op.shape(*[getattr(entry, "shape", None if entry is None else ()) for entry in inputs], **sample.attrs)
    arrays = [entry.data if isinstance(entry, Tensor) else entry for entry in inputs]
    assert [entry.shape for entry in found] == [tuple(s) for s in (shapes if len(op.outputs) > 1 else (shapes,))]
    assert [entry.data.dtype for entry in found] == list(op.result_dtypes(arrays, sample.attrs))


@pytest.mark.parametrize(("op", "sample"), every_sample())
def test_only_a_view_shares_memory_with_an_input(op, sample):
    inputs = [entry for entry in tensors(sample) if isinstance(entry, Tensor)]
    found = apply(op, *_with(sample, inputs), **sample.attrs)
    for output in found if isinstance(found, tuple) else (found,):
        if not op.view:
            assert not any(host.shares_memory(output.data, entry.data) for entry in inputs)
        elif host.shares_memory(output.data, inputs[0].data):
            assert output.lineage is not None


@pytest.mark.parametrize(("op", "sample"), every_sample())
def test_a_run_on_meta_tensors_foretells_the_real_run(op, sample):
    inputs = tensors(sample)
    found = run(op, sample, inputs)
    blank = [Tensor(MetaArray(x.shape, x.data.dtype)) if isinstance(x, Tensor) else x for x in inputs]
    if not any(isinstance(entry, Tensor) for entry in blank):
        pytest.skip("this sample has no tensor among its inputs")
    foretold = run(op, sample, blank)
    assert [(x.shape, x.dtype) for x in foretold] == [(x.shape, x.dtype) for x in found]


@pytest.mark.parametrize(("op", "sample"), every_sample())
def test_the_result_equals_the_reference(op, sample):
    expected = reference(op, sample)
    for mine, theirs in zip(run(op, sample, tensors(sample)), expected, strict=True):
        host.testing.assert_allclose(mine.data, theirs, rtol=1e-10, atol=1e-12)
        assert mine.data.dtype == theirs.dtype


@pytest.mark.parametrize(("op", "sample"), DIFFERENTIABLE)
def test_gradients_equal_finite_differences(op, sample):
    inputs = _differentiable(op, sample)
    gradcheck(lambda *xs: run(op, sample, xs), inputs)


@pytest.mark.parametrize(("op", "sample"), DIFFERENTIABLE)
def test_second_gradients_equal_finite_differences(op, sample):
    inputs = _differentiable(op, sample)
    gradgradcheck(lambda *xs: run(op, sample, xs), inputs)


@pytest.mark.parametrize(("op", "sample"), every_error())
def test_a_bad_call_says_what_it_got_and_wants_and_where(op, sample):
    with pytest.raises(PatchgradError) as error:
        apply(op, *tensors(sample), **sample.attrs)
    assert error.value.got
    assert "test_ops_registry.py" in error.value.where


def _with(sample, made):
    """The sample's inputs, with these tensors in place of its arrays."""
    rest = iter(made)
    return [next(rest) if isinstance(entry, host.ndarray) else entry for entry in sample.inputs]


def _differentiable(op, sample):
    """Inputs that have a rule require a gradient."""
    inputs = tensors(sample, requires_grad=True)
    if op.joint is None and not op.variadic:
        for name, entry in zip(op.inputs, inputs, strict=True):
            if isinstance(entry, Tensor) and name not in op.vjps:
                entry.requires_grad = False
    return inputs
