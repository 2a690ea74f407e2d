"""What no op may take: every op whose shape rule refuses an input says what it got or wants, and computes nothing."""

from __future__ import annotations

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


def first_samples() -> list[Any]:
    """The first sample of each op that has a tensor among its inputs."""
    found: dict[str, Any] = {}
    for param in every_sample():
        op, sample = param.values
        if (
            op.name not in found
            and op.name not in CHECKED_BEFORE
            and any(isinstance(entry, Tensor) for entry in tensors(sample))
        ):
            found[op.name] = pytest.param(op, sample, id=op.name)
    return list(found.values())


def refused(op: OpSpec, inputs: list[Any], attrs: dict[str, Any]) -> bool:
    """Does the op's own shape rule refuse inputs of these shapes?"""
    try:
        op.shape(*[getattr(entry, "shape", None if entry is None else ()) for entry in inputs], **attrs)
    except PatchgradError:
        return True
    return False


@pytest.mark.parametrize(("op", "sample"), first_samples())
def test_shapes_that_do_not_fit_are_told_with_what_was_got_and_wanted(op: OpSpec, sample: Any) -> None:
    inputs = tensors(sample)
    for place, entry in enumerate(inputs):
        for shape in SHAPES:
            if not isinstance(entry, Tensor):
                continue
            wrong = [*inputs]
            wrong[place] = pg.ones(shape, dtype=entry.dtype)
            if refused(op, wrong, sample.attrs):
                with pytest.raises(PatchgradError) as caught:
                    apply(op, *wrong, **sample.attrs)
                assert caught.value.got or caught.value.want
