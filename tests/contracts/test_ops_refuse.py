"""What no op may take: every op whose shape rule refuses an input says what it got or wants, and computes nothing."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

import patchgrad as pg
from patchgrad.autograd.op import OpSpec, Sample, all_ops
from patchgrad.backend import host
from patchgrad.errors import DtypeError, PatchgradError
from patchgrad.tensor import Tensor, apply

from .op_samples import bad, every_sample, good, tensors
from .references import reference

CHECKED_BEFORE = {
    "conv2d_input", "conv2d_weight", "embedding", "ldl_factor", "log_softmax", "matrix_exp", "pad", "softmax", "tile",
}  # fmt: skip
"""Ops whose public function refuses such inputs (``tests/errors``): the op itself is never given them."""
SHAPES = ((11,), (2, 3, 5, 7, 11, 13), (0,))


def wrong_inputs() -> list[Any]:
    """The inputs of the first sample of each op, with one in another shape, where its shape rule refuses that."""
    found: list[Any] = []
    seen = {*CHECKED_BEFORE}
    for param in every_sample():
        op, sample = param.values
        inputs = tensors(sample)
        if op.name in seen or not any(isinstance(entry, Tensor) for entry in inputs):
            continue
        seen.add(op.name)
        for place, shape in product(range(len(inputs)), SHAPES):
            wrong = [*inputs]
            if isinstance(inputs[place], Tensor):
                wrong[place] = pg.ones(shape, dtype=inputs[place].dtype)
                if refused(op, wrong, sample.attrs):
                    found.append(pytest.param(op, wrong, sample.attrs, id=f"{op.name}-{place}-{shape}"))
    return found


def refused(op: OpSpec, inputs: list[Any], attrs: dict[str, Any]) -> bool:
    """Does the op's own shape rule refuse inputs of these shapes?"""
    try:
        op.shape(*[getattr(entry, "shape", None if entry is None else ()) for entry in inputs], **attrs)
    except PatchgradError:
        return True
    return False


@pytest.mark.parametrize(("op", "inputs", "attrs"), wrong_inputs())
def test_shapes_that_do_not_fit_are_told_with_what_was_got_or_wanted(
    op: OpSpec, inputs: list[Any], attrs: dict[str, Any]
) -> None:
    with pytest.raises(PatchgradError) as caught:
        apply(op, *inputs, **attrs)
    assert caught.value.got or caught.value.want


REAL = [op for op in all_ops() if op.real]


def _complex(entry):
    return host.ones(entry.shape, dtype="complex128") if hasattr(entry, "shape") else entry


def _on(device, entry):
    return entry.to(device) if isinstance(entry, Tensor) else entry


@pytest.mark.parametrize("op", REAL, ids=lambda op: op.name)
def test_complex_numbers_are_refused_where_pytorch_refuses_them(op: OpSpec) -> None:
    sample = good(op)[0]
    given = Sample(tuple(_complex(entry) for entry in sample.inputs), sample.attrs)
    for device in ("cpu", "meta"):
        with pytest.raises(DtypeError, match="complex") as caught:
            apply(op, *[_on(device, entry) for entry in tensors(given)], **sample.attrs)
        assert caught.value.got == f"{op.inputs[0]}: complex128"
    with pytest.raises((RuntimeError, NotImplementedError)):
        reference(op, given)


ANY_TENSOR = {
    "as_strided", "band", "diag_embed", "dropout", "fft_whole", "flip", "frexp", "index_add", "index_put", "isin",
    "last_of_longest_run", "median", "nanmedian", "roll", "to_device", "view_as_real", "view_dtype", "write_view",
}  # fmt: skip
"""Ops of several numbers that take whatever they are given: their functions have checked sizes, axes and indices."""
PARTS = {"avg_pool2d_spread", "class_distribution", "embedding_weight", "max_pool2d_pick", "max_pool2d_spread"}
"""Ops that gradient rules alone call, with what the forward had."""


def test_every_op_refuses_something_or_takes_any_tensor() -> None:
    tested = {param.values[0].name for param in wrong_inputs()} | {op.name for op in REAL}
    silent = {op.name for op in all_ops() if op.name not in tested and not bad(op)}
    of_one_number = {op.name for op in all_ops() if op.elementwise and len(op.inputs) == 1}
    assert silent - of_one_number == ANY_TENSOR | PARTS | (CHECKED_BEFORE & silent)
