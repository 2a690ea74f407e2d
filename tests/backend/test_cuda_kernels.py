"""CUDA kernels without a GPU: they compile for every generation, and compute what the plain forwards compute."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest

from patchgrad.autograd.op import Sample, find
from patchgrad.backend import cpu, host, kernels
from patchgrad.backend.kernels import cuda_conv, cuda_language, cuda_philox, cuda_rows, cuda_segments, cuda_windows
from patchgrad.backend.philox import philox

from ..contracts.op_samples import drawer, every_sample
from . import cuda_twin

assert cuda_conv
assert cuda_windows
KERNELS = kernels._KERNELS["cuda"]
OLD = "Architectures prior to"
"""How the compiler says that it will not know sm_70 for ever, each time."""
GENERATIONS = {"12": ("sm_70", "sm_75", "sm_80", "sm_90"), "13": ("sm_75", "sm_80", "sm_90")}
"""Turing, Ampere and Hopper; CUDA 12 still knows Volta."""


def _compilers():
    """NVIDIA's run-time compilers, which need no GPU: CUDA's version and the library."""
    for folder in map(Path, sys.path):
        for path in (folder / "nvidia").glob("c*/lib/libnvrtc.so.1?"):
            yield path.name[-2:], path


@pytest.fixture(scope="module")
def nvrtc():
    found = {version: ctypes.CDLL(str(path)) for version, path in _compilers()}
    if not found:
        pytest.skip("NVRTC is not installed (nvidia-cuda-nvrtc-cu12)")
    return found


def compiled(nvrtc, source: str, generation: str) -> str:
    """What the compiler has to say; empty where all is well."""
    program, size = ctypes.c_void_p(), ctypes.c_size_t()
    assert nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"kernel.cu", 0, None, None) == 0
    options = [f"--gpu-architecture={generation}".encode(), b"--std=c++14"]
    failed = nvrtc.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    said = [line for line in log.value.decode().splitlines() if line and OLD not in line]
    return "\n".join(said) or ("failed" if failed else "")


@pytest.mark.parametrize("real", ["float", "double"])
def test_every_kernel_compiles_for_every_generation_without_a_warning(real, nvrtc):
    together = "".join(f"namespace {made.name}_alone {{\n{made.source(real)}}}\n" for made in cuda_language.ALL)
    for version, compiler in nvrtc.items():
        for generation in GENERATIONS[version]:
            assert compiled(compiler, together, generation) == ""


def test_the_compiler_does_refuse_what_is_wrong(nvrtc):
    wrong = cuda_philox.PHILOX.source("float").replace("out[4 * i]", "nowhere[4 * i]")
    for compiler in nvrtc.values():
        assert "nowhere" in compiled(compiler, wrong, "sm_80")


def _wider(draw) -> dict[str, list[Sample]]:
    """Larger samples than the ops' own: more rows than one, longer than a block, values that break careless code."""
    long = draw(5, 300)
    long[0, 7], long[1, 3], long[2, :] = host.inf, host.nan, -host.inf
    images = draw(2, 3, 9, 8)
    images[0, 0, 2, 2] = host.nan
    window = {"kernel": (3, 2), "stride": (2, 1), "padding": ((1, 1), (0, 1)), "dilation": (1, 2)}
    index = host.random.default_rng(0).integers(0, 6, (40, 7))
    return {
        "softmax": [Sample((long,), {"axis": 1}), Sample((long,), {"axis": 0})],
        "log_softmax": [Sample((long,), {"axis": 1})],
        "layer_norm": [Sample((draw(3, 4, 200), draw(200), draw(200)), {"axes": (2,), "eps": 1e-5})],
        "rms_norm": [Sample((draw(3, 4, 200), draw(200)), {"axes": (2,), "eps": 1e-5})],
        "batch_norm": [Sample((draw(6, 4, 7, 9), draw(4, 1, 1), draw(4, 1, 1)), {"axes": (0, 2, 3), "eps": 1e-5})],
        "max_pool2d": [Sample((images,), window), Sample((images,), {**window, "kernel": (2, 2)})],
        "embedding_weight": [
            Sample((draw(40, 7, 3), index), {"rows": 6, "padding_idx": 2, "by_frequency": frequent})
            for frequent in (False, True)
        ],
        "scatter_add": [
            Sample((draw(40, 8), index, draw(40, 7)), {"axis": 1}),
            Sample((draw(6, 7), index[:5], draw(9, 9)), {"axis": 0}),
        ],
    }


EXTRA = [
    pytest.param(find(name), sample, id=f"{name}-larger {i}")
    for name, samples in _wider(drawer()).items()
    for i, sample in enumerate(samples)
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("op", "sample"), [p for p in every_sample() if p.values[0].name in KERNELS] + EXTRA)
def test_a_cuda_kernel_computes_what_the_plain_forward_computes(op, sample, dtype, twin):
    xp, launched = cuda_twin.namespace(twin)
    inputs = [x.astype(dtype) if getattr(x, "dtype", None) == "float64" else x for x in sample.inputs]
    with host.errstate(all="ignore"):
        plain = op.forward(cpu.xp, *inputs, **sample.attrs)
        fast = KERNELS[op.name](xp, *inputs, **sample.attrs)
    if fast is NotImplemented:
        assert _may_decline(op, sample)
        return
    assert launched or not all(getattr(x, "size", 1) for x in inputs)
    for mine, theirs in zip(_tuple(fast), _tuple(plain), strict=True):
        host.testing.assert_allclose(
            mine, theirs, **{"float64": {"rtol": 1e-12, "atol": 1e-15}, "float32": {"rtol": 2e-5, "atol": 1e-6}}[dtype]
        )
        assert mine.dtype == theirs.dtype


def _tuple(value):
    return value if isinstance(value, tuple) else (value,)


def _may_decline(op, sample) -> bool:
    """Weights that vary along some of the axes only are left to the plain forward."""
    return op.name == "group_norm"


def test_every_kernel_runs_in_one_of_these_tests():
    used = {made.name for made in cuda_language.ALL}
    assert used == {
        "philox", "segments", "softmax_rows", "log_softmax_rows", "normalize_rows", "root_mean_square_rows", "columns",
        "images", "max_pool", "spread_max", "pick_max", "avg_pool", "spread_avg",
    }  # fmt: skip
    assert set(KERNELS) - {"philox"} <= {p.values[0].name for p in every_sample()}


@pytest.mark.parametrize("offset", [0, 3, 2**32 - 5, 2**64 - 5, 2**96 - 5, 2**128 - 5])
def test_the_random_bits_of_a_gpu_are_those_of_the_cpu(offset, twin):
    xp, _ = cuda_twin.namespace(twin)
    key = 0xA40938222_99F31D0
    mine = cuda_philox.philox(xp, key, offset, 300)
    assert (mine == philox(cpu.xp, key, offset, 300)).all()


def test_sums_into_repeated_places_have_one_order(twin):
    """Adding up the same numbers, in whatever places, gives the same bits: no atomics."""
    xp, _ = cuda_twin.namespace(twin)
    values = host.random.default_rng(0).standard_normal((999, 2)).astype("float32")
    out = host.zeros((3, 2), "float32")
    cuda_segments.add_segments(xp, out, host.arange(999) % 3, values)
    for place in range(3):
        total = host.zeros(2, "float32")
        for row in values[place::3]:
            total += row
        assert (out[place] == total).all()


def test_declining_leads_to_the_plain_forward():
    backend = cuda_twin.cpu.Backend("cuda", cpu.xp, ()) if hasattr(cuda_twin.cpu, "Backend") else None
    assert backend is not None
    kernels.install(backend, find)
    whole = host.asarray([[3, 1], [2, 5]])
    attrs = {"kernel": (2, 2), "stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1)}
    assert backend.kernels["max_pool2d"](cpu.xp, whole[None], **attrs)[0].tolist() == [[[5]]]
    assert cuda_rows.softmax(cpu.xp, host.zeros((0, 3)), axis=1) is NotImplemented
