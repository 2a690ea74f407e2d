"""Every op in float16 and bfloat16: its result in float32, rounded once."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad.backend import host
from patchgrad.errors import PatchgradError
from patchgrad.tensor import Tensor

from ..contracts.op_samples import every_sample, run, tensors

BITS = ("view_dtype", "view_as_complex")
"""Views of the same memory, whose bits mean something else by dtype."""
SAMPLES = [
    param
    for param in every_sample()
    if any(getattr(x, "dtype", None) == "float64" for x in param.values[1].inputs) and param.values[0].name not in BITS
]


def _cast(entry, kind):
    return entry.to(kind) if isinstance(entry, Tensor) and entry.dtype is pg.float64 else entry


def _outcome(op, sample, inputs):
    """What comes out, or that the op refuses."""
    try:
        return run(op, sample, inputs)
    except PatchgradError:
        return None


@pytest.mark.parametrize("kind", [pg.bfloat16, pg.float16], ids=lambda kind: kind.name)
@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_an_op_in_low_precision_is_computed_in_float32_and_rounded_once(op, sample, kind):
    low = [_cast(entry, kind) for entry in tensors(sample)]
    wide = [entry.float() if isinstance(entry, Tensor) and entry.dtype is kind else entry for entry in low]
    found, expected = _outcome(op, sample, low), _outcome(op, sample, wide)
    assert (found is None) == (expected is None)
    for port, (mine, exact) in enumerate(zip(found or (), expected or (), strict=True)):
        wider = exact.dtype is not pg.float32 or (op.dtype == "normalized" and port)  # mean and variance stay float32
        assert mine.dtype is (exact.dtype if wider else kind)
        host.testing.assert_array_equal(mine.float().numpy(), exact.to(mine.dtype).float().numpy())
