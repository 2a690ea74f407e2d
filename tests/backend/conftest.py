"""CUDA kernels as a library for the CPU, and a GPU: a double of CuPy, and the real one where there is one."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad.backend import cuda, get_backend

from . import cuda_twin, cupy_double

assert cuda.KERNELS  # all that the twins are built of


@pytest.fixture(scope="session")
def twin(tmp_path_factory):
    if cuda_twin.COMPILER is None:
        pytest.skip("the twins of CUDA kernels need g++")
    return cuda_twin.build(tmp_path_factory.mktemp("twin"))


@pytest.fixture(params=["double", *([pytest.param("real", marks=pytest.mark.gpu)] if pg.cuda.is_available() else [])])
def gpu(request):
    if request.param == "real":
        yield get_backend("cuda")
        return
    with cupy_double.installed(request.getfixturevalue("twin")):
        yield get_backend("cuda")


@pytest.fixture
def double(twin):
    """The double alone: it counts how often the host waits."""
    with cupy_double.installed(twin):
        cupy_double.waits.clear()
        yield cupy_double
