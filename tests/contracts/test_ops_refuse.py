"""What no op may take: every op whose shape rule refuses an input says what it got or wants, and computes nothing."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

import patchgrad as pg
from patchgrad.autograd.op import OpSpec
from patchgrad.errors import PatchgradError
from patchgrad.tensor import Tensor, apply

from .op_samples import every_sample, tensors

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
