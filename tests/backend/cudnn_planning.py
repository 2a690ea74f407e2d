"""cuDNN without a GPU: it makes plans for a device that is only described. Run as a program, it prints what it said.

The driver and the runtime are stand-ins of a few lines: they say that there is an H200, and can do nothing else. So
cuDNN's own heuristics choose an engine for each graph and check that it fits; what the engine computes stays open.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

H200 = {
    "deviceName": "NVIDIA H200", "deviceVer": 900, "driverVer": 13000, "cudaDeviceId": 0, "pciDeviceId": 0,
    "multiProcessorCount": 132, "smClockRateKHz": 1980000, "memClockRateKHz": 3201000, "memoryBusWidth": 6144,
    "l2CacheSize": 62914560, "totalGlobalMem": 150000000000, "warpSize": 32, "regsPerBlock": 65536,
    "maxRegistersPerSM": 65536, "maxGridSize": [2147483647, 65535, 65535], "maxBlockSize": [1024, 1024, 64],
    "maxThreadsPerBlock": 1024, "maxThreadsPerSM": 2048, "maxCtasPerSM": 32, "maxSharedMemoryPerBlock": 49152,
    "maxSharedMemoryPerBlockOptin": 232448, "reservedSharedMemoryPerBlock": 1024, "isTccDriver": 0,
    "supportCoopLaunch": 1,
}  # fmt: skip
DRIVER = """
#include <stddef.h>
int cuGetErrorString(int error, const char **text) { *text = "no driver"; return 0; }
int cuGetErrorName(int error, const char **text) { *text = "none"; return 0; }
/* What engines of norms look up while they are planned: modules and kernels that nobody will run. */
#define FINDS(name) int name(void **found) { *found = (void *)8; return 0; }
FINDS(cuModuleGetFunction) FINDS(cuModuleLoadData) FINDS(cuLibraryLoadData) FINDS(cuLibraryLoadFromFile)
FINDS(cuLibraryGetKernel) FINDS(cuKernelGetFunction) FINDS(cuCtxGetCurrent) FINDS(cuCtxPopCurrent)
#define COUNTS(name, number) int name(int *found) { *found = number; return 0; }
COUNTS(cuDriverGetVersion, 13000) COUNTS(cuDeviceGetCount, 1) COUNTS(cuDeviceGet, 0) COUNTS(cuKernelGetAttribute, 32)
COUNTS(cuOccupancyMaxPotentialClusterSize, 8)
int cuCtxGetLimit(size_t *found) { *found = 1024; return 0; }
int cuStreamGetCtx(void *stream, void **found) { *found = (void *)8; return 0; }
#define DOES(name, error) int name(void) { return error; }
DOES(cuModuleUnload, 0) DOES(cuLibraryUnload, 0) DOES(cuKernelSetAttribute, 0) DOES(cuCtxPushCurrent, 0)
DOES(cuTensorMapEncodeIm2col, 0) DOES(cuTensorMapEncodeTiled, 0)
DOES(cuLaunchKernel, 100) DOES(cuLaunchKernelEx, 100) DOES(cuLaunchCooperativeKernel, 100)
DOES(cuLinkCreate, 100) DOES(cuLinkAddData, 100) DOES(cuLinkComplete, 100) DOES(cuLinkDestroy, 0)
"""
RUNTIME = """
#include <string.h>
int cudaGetDevice(int *device) { *device = 0; return 0; }
int cudaGetDeviceCount(int *count) { *count = 1; return 0; }
int cudaDriverGetVersion(int *version) { *version = 13000; return 0; }
int cudaRuntimeGetVersion(int *version) { *version = 13000; return 0; }
int cudaStreamIsCapturing(void *stream, int *status) { *status = 0; return 0; }
const char *cudaGetErrorString(int error) { return "no driver"; }
/* Places in the struct of CUDA 13: the name at 0, then the generation, and the number of multiprocessors. */
int cudaGetDeviceProperties(char *found, int device) {
    memset(found, 0, 1008);
    strcpy(found, "NVIDIA H200");
    *(int *)(found + 360) = 9;
    *(int *)(found + 384) = 132;
    *(int *)(found + 308) = 32;
    return 0;
}
int cudaGetDeviceProperties_v2(char *found, int device) { return cudaGetDeviceProperties(found, device); }
"""

PACKAGES = ("nvidia/cu13/lib", "nvidia/cudnn/lib")
CASES = [
    {"x": (8, 64, 56, 56), "weight": (32, 64, 3, 3), "padding": ((1, 1), (1, 1))},
    {"x": (2, 3, 224, 224), "weight": (64, 3, 7, 7), "stride": (2, 2), "padding": ((3, 3), (3, 3))},
    {"x": (4, 8, 12, 9), "weight": (8, 1, 3, 3), "padding": ((1, 1), (0, 2))},
    {"x": (2, 6, 9, 9), "weight": (4, 3, 3, 2), "dilation": (2, 1)},
    {"x": (5, 1, 1, 30), "weight": (4, 1, 1, 5), "stride": (1, 2)},
]
"""Sizes as the ops get them: an image network's, groups of one channel, uneven borders, one axis."""
NORMS = [
    ("layer_norm", (4, 6, 768), (2,)),
    ("layer_norm", (5, 3, 11), (1, 2)),
    ("rms_norm", (4, 6, 768), (2,)),
    ("rms_norm", (5, 33), (1,)),
    ("group_norm", (4, 3, 1, 9, 7), (2, 3, 4)),
    ("batch_norm", (8, 64, 14, 14), (0, 2, 3)),
    ("batch_norm", (32, 16), (0,)),
]
"""Op, shape and axes. For batch norm channels come by 8: for others cuDNN 9.28 has no engine in every dtype."""
ATTENTION = [
    {"query": (2, 4, 128, 64), "key": (2, 4, 128, 64), "value": (2, 4, 128, 64)},
    {"query": (2, 3, 100, 32), "key": (2, 3, 77, 32), "value": (2, 3, 77, 64)},
    {"query": (1, 2, 5, 8), "key": (1, 2, 5, 8), "value": (1, 2, 5, 8)},
]


def libraries() -> list[Path]:
    """Folders of NVIDIA's packages; empty where one is missing."""
    for folder in map(Path, sys.path):
        found = [folder / name for name in PACKAGES]
        if all(path.is_dir() for path in found) and any(found[0].glob("libcublasLt.so.13")):
            return found
    return []


def said(folder: Path) -> dict[str, Any]:
    """For each graph "ok", or what cuDNN had against it. ``folder`` is for the stand-ins."""
    for name, text in (("libcuda.so.1", DRIVER), ("libcudart.so.13", RUNTIME)):
        subprocess.run(["gcc", "-shared", "-fPIC", "-xc", "-", "-o", folder / name], input=text, text=True, check=True)
    paths = os.pathsep.join(map(str, (folder, *libraries())))
    environment = {**os.environ, "LD_LIBRARY_PATH": paths, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, __file__], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def _specs(dtype: str, **shapes: tuple[int, ...]) -> Any:
    from patchgrad.backend.kernels.cudnn_graph import Spec

    strides = {name: [1] for name in shapes}
    for name, shape in shapes.items():
        for size in shape[:0:-1]:
            strides[name].insert(0, strides[name][0] * size)
    return {name: Spec(tuple(shape), tuple(strides[name]), dtype) for name, shape in shapes.items()}


def graphs(dtype: str, x: Any, weight: Any, stride: Any = (1, 1), padding: Any = ((0, 0),) * 2, dilation: Any = (1, 1)):
    """What `CuDNN.plan` takes, for the forward with and without a bias and for both gradients of one convolution."""
    from patchgrad.backend.kernels import cudnn_conv

    attrs = {"stride": stride, "padding": padding, "dilation": dilation}
    size = [cudnn_conv._windows(x[i], weight[i], i - 2, **attrs) for i in (2, 3)]
    y, settings = (x[0], weight[0], *size), cudnn_conv.settings_of(**attrs)
    for build, inputs, out in (
        (cudnn_conv.forward_graph, {"x": x, "weight": weight}, y),
        (cudnn_conv.forward_graph, {"x": x, "weight": weight, "bias": (1, weight[0], 1, 1)}, y),
        (cudnn_conv.input_graph, {"ct": y, "weight": weight}, x),
        (cudnn_conv.weight_graph, {"x": x, "ct": y}, weight),
    ):
        yield build, _specs(dtype, **inputs), _specs(dtype, y=out), settings


def norm_graphs(dtype: str, op: str, shape: Any, axes: Any) -> Any:
    """The forward and the gradients of one norm."""
    from patchgrad.backend.kernels import cudnn_norm as norm
    from patchgrad.backend.kernels.cudnn_graph import Spec

    layout = norm.layout_of(op, shape, axes)
    sizes = {"each": layout.each, "number": (1, 1, 1, 1)}
    x = _specs(dtype, x=layout.x)
    given = _specs("float32", **{name: sizes[kind] for name, kind in norm.inputs_of(layout.kind).items()})
    numbers = [name for name, kind in norm.inputs_of(layout.kind).items() if kind == "number"]
    given |= {name: Spec((1,) * 4, (1,) * 4, "float32", True) for name in numbers}
    made = _specs("float32", **dict.fromkeys(norm.outputs_of(layout.kind), layout.kept)) | {"y": x["x"]}
    yield norm.forward_graph, x | given, made, {"kind": layout.kind}
    kept = ("scale",) if layout.kind == "rmsnorm" else ("scale", "mean")
    inputs = _specs("float32", **dict.fromkeys(kept, layout.kept), weight=layout.each)
    gradients = _specs("float32", dx=layout.x, dweight=layout.each, dbias=layout.each)
    both = _specs("float32", ct=layout.x, x=layout.x)
    yield norm.backward_graph, both | inputs, gradients, {"kind": layout.kind}


def attention_graphs(dtype: str, causal: bool, **shapes: tuple[int, ...]) -> Any:
    """The forward and the gradients of one attention."""
    from patchgrad.backend.kernels import cudnn_attention as attention

    y = (*shapes["query"][:-1], shapes["value"][-1])
    level, settings = _specs("float32", level=(*y[:-1], 1)), {"scale": 0.125, "causal": causal}
    yield attention.forward_graph, _specs(dtype, **shapes), _specs(dtype, y=y) | level, settings
    gradients = _specs(dtype, **{f"d{name}": shape for name, shape in shapes.items()})
    yield attention.backward_graph, _specs(dtype, **shapes, y=y, ct=y) | level, gradients, settings


def every_graph() -> Any:
    """A name, and what `CuDNN.plan` takes."""
    for dtype in ("float32", "float16", "bfloat16"):
        for number, case in enumerate(CASES):
            for found in graphs(dtype, **case):
                yield f"{dtype} {number} {found[0].__name__}{' with bias' if 'bias' in found[1] else ''}", found
        for op, shape, axes in NORMS:
            for found in norm_graphs(dtype, op, shape, axes):
                yield f"{dtype} {op} {shape} {found[0].__name__}", found
        for shapes, causal in product(ATTENTION if dtype != "float32" else (), (False, True)):
            for found in attention_graphs(dtype, causal, **shapes):
                yield f"{dtype} attention {shapes['query']} {causal} {found[0].__name__}", found


def _report() -> dict[str, str]:
    import cudnn

    from patchgrad.backend.kernels.cudnn_graph import CuDNN

    device = cudnn.create_device_properties(json.dumps(H200))
    planner, found = CuDNN(cudnn, None), {}
    for name, (build, given, made, settings) in every_graph():
        try:
            planner.plan(build, given, made, settings, device_property=device)
            found[name] = "ok"
        except (cudnn.cudnnGraphNotSupportedError, RuntimeError) as error:
            found[name] = str(error)[:300]
    return found


if __name__ == "__main__":
    print(json.dumps(_report()))
