"""Law 7 without a GPU: forwards and rules run under the strict array API and give what they give under NumPy.

What runs there uses nothing that only NumPy has, so it runs on CuPy. An op that needs more says why in its record.
"""

from __future__ import annotations

from typing import Any

import pytest

from patchgrad.autograd.op import OpSpec, Sample, Saved, find
from patchgrad.backend import cpu, host
from patchgrad.backend.base import Backend, Namespace, Operations
from patchgrad.backend.dtype import dtype as Dtype

from .op_samples import every_sample

strict = pytest.importorskip("array_api_strict")
Array = type(strict.asarray(0))

FUNCTIONS = {name: getattr(strict, name) for name in dir(strict) if not name.startswith("_")}
FUNCTIONS |= {"linalg": strict.linalg, "fft": strict.fft}
BACKEND = Backend("strict", Namespace("array_api_strict", FUNCTIONS), (Array,))
BACKEND.xp.ops = Operations(BACKEND, find)

REPEATED = "repeated rows"
"""Sample of ``select`` that mixes an index array with slices, which the standard leaves open."""


def _strict(value: Any) -> Any:
    """The same value in the strict library's terms."""
    if isinstance(value, host.ndarray):
        return strict.asarray(value)
    if isinstance(value, host.dtype):
        return getattr(strict, value.name)
    if isinstance(value, tuple):
        return tuple(_strict(entry) for entry in value)
    if isinstance(value, dict):
        return {key: _strict(entry) for key, entry in value.items()}
    return value


class StrictDtype:
    """A patchgrad dtype whose library's dtype is the strict one."""

    def __init__(self, name: str) -> None:
        self.numpy = getattr(strict, name)


def _attrs(sample: Sample, backend: Backend) -> dict[str, Any]:
    if backend is cpu.backend:
        return sample.attrs
    return {k: StrictDtype(v.name) if isinstance(v, Dtype) else _strict(v) for k, v in sample.attrs.items()}


def _host(value: Any) -> Any:
    return host.from_dlpack(value) if isinstance(value, Array) else host.asarray(value)


def _forward(op: OpSpec, sample: Sample, backend: Backend) -> tuple[list[Any], tuple[Any, ...]]:
    arrays = list(sample.inputs) if backend is cpu.backend else [_strict(entry) for entry in sample.inputs]
    found = backend.run(op, arrays, _attrs(sample, backend))
    return arrays, found if len(op.outputs) > 1 else (found,)


def _rules(op: OpSpec, sample: Sample, backend: Backend) -> list[Any]:
    """Gradients by every input, for the same cotangents."""
    arrays, outputs = _forward(op, sample, backend)
    rng = host.random.default_rng(1)
    units = [{"f": 0, "c": 1j}.get(_host(y).dtype.kind) for y in outputs]
    cts = [
        None if unit is None else rng.standard_normal(y.shape) + unit * rng.standard_normal(y.shape)
        for y, unit in zip(outputs, units, strict=True)
    ]
    cts = cts if backend is cpu.backend else [None if ct is None else strict.asarray(ct) for ct in cts]
    named: dict[str, Any] = {op.inputs[i]: arrays[i] for i in op.saved_inputs}
    named |= {op.outputs[i]: outputs[i] for i in op.saved_outputs}
    if op.variadic and op.saved_inputs:
        named[op.inputs[0]] = arrays
    shapes = [getattr(array, "shape", ()) for array in arrays]
    dtypes = [getattr(array, "dtype", None) for array in arrays]
    saved = Saved(op, named, _attrs(sample, backend), shapes, dtypes)
    ct = tuple(cts) if len(cts) > 1 else cts[0]
    if op.joint is not None:
        return list(op.joint(backend.xp, ct, saved, [array is not None for array in arrays]))
    if op.variadic:
        return [op.vjps[op.inputs[0]](backend.xp, ct, saved, i) for i in range(len(arrays))]
    return [
        op.vjps[name](backend.xp, ct, saved)
        for name, array in zip(op.inputs, arrays, strict=True)
        if name in op.vjps and getattr(array, "dtype", None) is not None
    ]


def _same(mine: Any, theirs: Any) -> None:
    assert (mine is None) == (theirs is None)
    if mine is not None:
        host.testing.assert_allclose(_host(mine), _host(theirs), rtol=1e-10, atol=1e-13)
        assert _host(mine).dtype == _host(theirs).dtype


@pytest.mark.parametrize(
    ("op", "sample"), [p for p in every_sample() if not p.values[0].beyond and p.values[1].label != REPEATED]
)
def test_the_forward_needs_only_the_standard(op, sample):
    for mine, theirs in zip(_forward(op, sample, BACKEND)[1], _forward(op, sample, cpu.backend)[1], strict=True):
        _same(mine, theirs)


@pytest.mark.parametrize(
    ("op", "sample"),
    [p for p in every_sample() if p.values[0].differentiable and not (p.values[0].beyond or p.values[0].beyond_rules)],
)
def test_the_rules_need_only_the_standard(op, sample):
    for mine, theirs in zip(_rules(op, sample, BACKEND), _rules(op, sample, cpu.backend), strict=True):
        _same(mine, theirs)


@pytest.mark.parametrize(("op", "sample"), [p for p in every_sample() if p.values[0].beyond])
def test_an_op_that_says_so_does_need_more(op, sample):
    with pytest.raises((TypeError, AttributeError, IndexError)):
        _forward(op, sample, BACKEND)
