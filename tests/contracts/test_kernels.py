"""Fast variants beside the plain forwards, the same ops on a GPU, and what a rule may read."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad.autograd.op import OpSpec, Saved, find
from patchgrad.backend import backend_of, get_backend, host
from patchgrad.backend.random import Stream
from patchgrad.errors import DeviceError, GradError
from patchgrad.tensor import Tensor, apply

from .op_samples import every_sample, run, tensors


def _missing_gpu() -> str:
    """Why there is no CUDA backend here; empty if there is one."""
    try:
        get_backend("cuda")
    except DeviceError as error:
        return f"{error.title} ({error.got})"
    return ""


MISSING = _missing_gpu()
GPU_SAMPLES = every_sample() if not MISSING else [pytest.param(None, None, id="every op")]
on_gpu = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@pytest.mark.gpu
@on_gpu
@pytest.mark.parametrize(("op", "sample"), GPU_SAMPLES)
def test_the_gpu_gives_what_the_cpu_gives(op, sample):
    backend = get_backend("cuda")
    moved = [Tensor(backend.asarray(x.data)) if isinstance(x, Tensor) else x for x in tensors(sample)]
    for mine, theirs in zip(run(op, sample, moved), run(op, sample, tensors(sample)), strict=True):
        assert backend_of(mine.data) is backend
        assert mine.dtype is theirs.dtype
        host.testing.assert_allclose(backend.to_host(mine.data), theirs.data, rtol=1e-9, atol=1e-12)


@pytest.mark.gpu
@on_gpu
def test_the_gpu_draws_the_same_random_bits():
    backend = get_backend("cuda")
    words = Stream(3, 5).bits(1000, backend)
    assert (backend.to_host(words) == Stream(3, 5).bits(1000)).all()


def test_a_rule_that_reads_what_is_not_kept_fails_by_name():
    careless = OpSpec(
        "careless",
        inputs=("x",),
        forward=lambda xp, x: x * x,
        shape=lambda x: x,
        vjps={"x": lambda xp, ct, s: 2 * ct * s.x},
    )
    y = apply(careless, pg.ones(2, requires_grad=True))
    with pytest.raises(GradError, match="the rule of careless reads 'x', which the op does not keep") as error:
        y.sum().backward()
    assert error.value.hint == "add 'x' to saves= in the definition of careless"


def test_an_op_keeps_only_what_it_says():
    """What a rule may read is exactly the saved names, the attributes, and shapes and dtypes."""
    saved = Saved(find("mul"), {"a": 1, "b": 2}, {}, [(), ()], [None, None])
    assert (saved.a, saved.b, saved.shape_of("a")) == (1, 2, ())
    with pytest.raises(GradError, match="reads 'y'"):
        saved.y
