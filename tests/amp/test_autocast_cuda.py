"""autocast on a GPU against PyTorch's: dtypes alone, on a double of CuPy here and on tensors without data there."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad.nn import functional as F

from ..backend.conftest import gpu, twin
from .test_autocast import CASES, NF, _inputs, corner, torch, up

fake_tensor = pytest.importorskip("torch._subclasses.fake_tensor")
assert gpu
assert twin

NAMES = "acos asin cosh erfinv exp expm1 log log10 log1p log2 reciprocal rsqrt sinh tan sin sqrt sigmoid tanh erf"
OTHERS = "cumsum cumprod logsumexp softmax log_softmax sum prod"
MORE = {
    **{name: lambda lib, f, x, b, w, name=name: getattr(lib, name)(b) for name in NAMES.split()},
    **{f"{name} along": lambda lib, f, x, b, w, name=name: getattr(lib, name)(b, 0) for name in OTHERS.split()},
    "number to a power": lambda lib, f, x, b, w: 2.0**b,
    "power by tensors": lambda lib, f, x, b, w: b**b,
    "softplus": lambda lib, f, x, b, w: f.softplus(b),
    "softmin": lambda lib, f, x, b, w: f.softmin(b, 0),
    "gelu": lambda lib, f, x, b, w: f.gelu(b),
    "group_norm": lambda lib, f, x, b, w: f.group_norm(b, 1),
    "rms_norm": lambda lib, f, x, b, w: f.rms_norm(b, (5,)),
    "cdist": lambda lib, f, x, b, w: lib.cdist(b, b),
    "pdist": lambda lib, f, x, b, w: f.pdist(b),
    "dist": lambda lib, f, x, b, w: lib.dist(b, b),
    "renorm": lambda lib, f, x, b, w: lib.renorm(b, 2, 0, 1.0),
    "vector_norm": lambda lib, f, x, b, w: lib.linalg.vector_norm(b),
    "matrix_norm": lambda lib, f, x, b, w: lib.linalg.matrix_norm(b),
    "mean": lambda lib, f, x, b, w: b.mean(),
    "addcdiv": lambda lib, f, x, b, w: lib.addcdiv(x, b, b),
    "addcmul": lambda lib, f, x, b, w: lib.addcmul(b, x, b),
    "atan2": lambda lib, f, x, b, w: lib.atan2(b, x),
    "cross": lambda lib, f, x, b, w: lib.cross(corner(b, 3, 3), corner(x, 3, 3), 1),
    "mixed dot": lambda lib, f, x, b, w: lib.dot(b.select(0, 0), w),
    "vdot": lambda lib, f, x, b, w: lib.vdot(b.select(0, 0), w),
    "tensordot": lambda lib, f, x, b, w: lib.tensordot(b, x.T, 1),
    "addmv": lambda lib, f, x, b, w: lib.addmv(x.select(1, 0), x, w),
    "addr": lambda lib, f, x, b, w: lib.addr(x, x.select(1, 0), w),
    "conv3d": lambda lib, f, x, b, w: f.conv3d(up(x, 3), up(corner(x, 2, 2), 3)),
    "interpolate": lambda lib, f, x, b, w: f.interpolate(up(b, 2), scale_factor=2.0, mode="bilinear"),
    "nearest": lambda lib, f, x, b, w: f.interpolate(up(b), scale_factor=2.0),
    "scatter_add": lambda lib, f, x, b, w: lib.scatter_add(x, 0, (b * 0).long(), b),
    "avg_pool2d": lambda lib, f, x, b, w: f.avg_pool2d(up(b), 2),
    "var": lambda lib, f, x, b, w: b.var(),
}
ONLY_WITH_DATA = {"gaussian_nll_loss"}
"""PyTorch looks at numbers there, which tensors without data have not."""


def _theirs(case, low):
    """The dtype of PyTorch's result, without a GPU and without data."""
    inputs = _inputs(torch, low)
    with fake_tensor.FakeTensorMode(allow_non_fake_inputs=True):
        moved = [torch.empty(entry.shape, dtype=entry.dtype, device="cuda") for entry in inputs]
        torch.set_autocast_enabled("cuda", True)
        torch.set_autocast_dtype("cuda", getattr(torch, low))
        try:
            return str(case(torch, NF, *moved).dtype).removeprefix("torch.")
        except RuntimeError as error:
            if "unsafe to autocast" not in str(error):
                raise
            return "refused"
        finally:
            torch.set_autocast_enabled("cuda", False)


def _dtype(case, inputs):
    try:
        return case(pg, F, *inputs).dtype.name
    except pg.errors.DtypeError as error:
        return "refused" if "autocast refuses it" in str(error) else str(error)


@pytest.mark.parametrize("low", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", sorted({*CASES, *MORE} - ONLY_WITH_DATA))
def test_functions_on_a_gpu_run_in_the_dtype_that_pytorch_chooses(name, low, gpu):
    case = {**CASES, **MORE}[name]
    with pg.autocast("cuda", dtype=getattr(pg, low)):
        assert _dtype(case, [entry.cuda() for entry in _inputs(pg, low)]) == _theirs(case, low)
