"""cuDNN itself, without a GPU: its frontend takes every graph, and has an engine for it on a device that is described.

Needs packages that are too large for every test run: ``make cuda-check`` installs them beside.
"""

from __future__ import annotations

import shutil

import pytest

from patchgrad.backend.kernels.cudnn_graph import CuDNN, find_cudnn

from . import cudnn_planning as planning


@pytest.fixture(scope="module")
def cudnn():
    found = pytest.importorskip("cudnn", reason="cuDNN's frontend is not installed (make cuda-check)")
    if find_cudnn(None) is None:
        pytest.skip("cuDNN's frontend is installed without cuDNN (make cuda-check)")
    return found


def test_the_shapes_that_ops_give_fit_together_in_every_graph(cudnn):
    for name, (build, given, made, settings) in planning.every_graph():
        if "attention" in name:  # cuDNN asks a device about it even here: in the next test there is one
            continue
        _, tensors = CuDNN(cudnn, None).graph(build, given, made, settings)
        outputs = tensors.keys() - given.keys()
        assert {entry: tuple(tensors[entry].get_dim()) for entry in outputs} == {
            entry: made[entry].shape for entry in outputs
        }, name
        assert outputs, name


def test_cudnn_has_an_engine_for_every_graph(cudnn, tmp_path):
    if not planning.libraries() or shutil.which("gcc") is None:
        pytest.skip("cuDNN 9 for CUDA 13, cuBLAS and NVRTC are not all installed (make cuda-check)")
    found = planning.said(tmp_path)
    assert found.keys() == {name for name, _ in planning.every_graph()}
    assert {name: why for name, why in found.items() if why != "ok"} == {}
