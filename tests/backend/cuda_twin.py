"""CUDA kernels on the CPU: the same text through a C++ compiler, every thread of every block, on NumPy's arrays.

What this does not show: whether it runs fast, or whether a GPU's memory model forgives what threads do here one after
the other. Threads of a block do run at once where they wait for each other.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy

from patchgrad.backend import cpu
from patchgrad.backend.base import Namespace
from patchgrad.backend.kernels.cuda_language import ALL, BLOCK, Kernel

TEAM = 16
"""Threads that share a row here: fewer than on a GPU, because they wait for each other in real time."""
COMPILER = shutil.which("g++")
HEAD = """
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>
using namespace std;
struct Place { unsigned x; };
static thread_local Place blockIdx, threadIdx, blockDim;
static struct {
    mutex lock; condition_variable all; int waiting = 0; long turn = 0;
    void wait(int threads) {
        unique_lock<mutex> held(lock);
        long mine = turn;
        if (++waiting == threads) { waiting = 0; turn++; all.notify_all(); }
        else all.wait(held, [&] { return mine != turn; });
    }
} barrier;
#define __device__ static inline
#define __shared__ static
#define __syncthreads() barrier.wait(blockDim.x)
"""
DRIVE = """
namespace NAME_REAL {
SOURCE
extern "C" void drive_NAME_REAL(ARGUMENTS, whole count, int blocks, int block) {
    auto thread_of = [&](int thread, bool together) {
        threadIdx.x = thread;
        blockDim.x = block;
        for (int b = 0; b < blocks; b++) {
            blockIdx.x = b;
            NAME(NAMES, count);
            if (together) barrier.wait(block);
        }
    };
    if (!ROWS) { for (int t = 0; t < block; t++) thread_of(t, false); return; }
    vector<thread> threads;
    for (int t = 0; t < block; t++) threads.emplace_back(thread_of, t, true);
    for (auto &one : threads) one.join();
}
}
"""


def _driver(kernel: Kernel, real: str) -> str:
    names = ", ".join(entry.split()[-1].lstrip("*") for entry in kernel.arguments.split(","))
    source = kernel.source(real).replace('extern "C" __global__', "static")
    text = DRIVE.replace("SOURCE", source).replace("ARGUMENTS", kernel.arguments).replace("NAMES", names)
    return text.replace("ROWS", str(int(kernel.rows))).replace("NAME", kernel.name).replace("REAL", real)


def build(folder: Path) -> ctypes.CDLL:
    """Every kernel for both types, as one library."""
    text = HEAD + "".join(_driver(kernel, real) for kernel in ALL for real in ("float", "double"))
    source, library = folder / "twin.cpp", folder / "twin.so"
    source.write_text(text)
    command = [COMPILER, "-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-fPIC", "-shared"]
    subprocess.run([*command, "-pthread", str(source), "-o", str(library)], check=True)
    return ctypes.CDLL(str(library))


def _argument(value: Any) -> Any:
    if isinstance(value, numpy.ndarray):
        assert value.flags.c_contiguous, "a kernel was given an array with gaps"
        return ctypes.c_void_p(value.ctypes.data)
    types = {"float32": ctypes.c_float, "float64": ctypes.c_double, "int64": ctypes.c_int64, "uint64": ctypes.c_uint64}
    return types[value.dtype.name](value.item())


def namespace(library: ctypes.CDLL) -> tuple[Namespace, list[str]]:
    """NumPy with ``launch``, and the names of the kernels that were launched."""
    launched: list[str] = []

    def launch(kernel: Kernel, real: str, arguments: tuple[Any, ...]) -> None:
        _check_types(kernel, real, arguments)
        launched.append(kernel.name)
        count = int(arguments[-1])
        drive = getattr(library, f"drive_{kernel.name}_{real}")
        drive(
            *map(_argument, arguments), ctypes.c_int(kernel.blocks(count)), ctypes.c_int(TEAM if kernel.rows else BLOCK)
        )

    xp = Namespace("numpy", {**cpu.FUNCTIONS, "launch": launch, "cudnn": None})
    xp.ops = cpu.xp.ops
    return xp, launched


def _check_types(kernel: Kernel, real: str, arguments: tuple[Any, ...]) -> None:
    """Each argument has the type that the kernel declares: a GPU would read other bytes without a word."""
    names = {"real": {"float": "float32", "double": "float64"}[real], "whole": "int64", "int": "int32"}
    names |= {"bits64": "uint64", "bits32": "uint32"}
    for declared, value in zip(f"{kernel.arguments}, whole count".split(","), arguments, strict=True):
        kind, name = declared.replace("const", "").split()
        assert value.dtype.name == names[kind], f"{kernel.name}: {name} is {value.dtype}"
        assert isinstance(value, numpy.ndarray) == name.startswith("*"), f"{kernel.name}: {name}"
