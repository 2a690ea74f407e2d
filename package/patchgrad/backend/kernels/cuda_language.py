"""CUDA kernels as text, written once for float and double, with their own way to be launched.

A `Kernel` knows its source and how many threads it wants; ``xp.launch`` runs it (``cuda.py`` gives CuPy's). The whole
source is here, without headers, so that it can be compiled where there is no GPU and no CuPy: by NVRTC to see that it
compiles, and by a C++ compiler, thread by thread, to see that it computes what the plain forward computes.
"""

from __future__ import annotations

from typing import Any

BLOCK = 128
"""Threads of a block."""
REALS = {"float32": "float", "float64": "double"}
"""The type that `real` stands for, by dtype. Low precision is widened before a kernel is asked."""
ALL: list[Kernel] = []
"""Every kernel, for the tests."""

_HEAD = """typedef long long whole;
typedef unsigned long long bits64;
typedef unsigned int bits32;
typedef {real} real;
"""
_EACH = """
extern "C" __global__ void {name}({arguments}, whole count) {{
    whole i = (whole)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
{body}}}
"""
_ROWS = """
extern "C" __global__ void {name}({arguments}, whole count) {{
    __shared__ real shared[{block}];
    whole row = blockIdx.x;
    int thread = threadIdx.x;
{body}}}
"""
TOTAL = """
/* The sum of what all threads of a block hold, given to each of them. */
__device__ real total(real *shared, real mine) {
    int thread = threadIdx.x;
    shared[thread] = mine;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (thread < half) shared[thread] += shared[thread + half];
        __syncthreads();
    }
    real found = shared[0];
    __syncthreads();
    return found;
}
/* The largest number that a thread of a block holds, given to each of them. */
__device__ real largest(real *shared, real mine) {
    int thread = threadIdx.x;
    shared[thread] = mine;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (thread < half && shared[thread + half] > shared[thread]) shared[thread] = shared[thread + half];
        __syncthreads();
    }
    real found = shared[0];
    __syncthreads();
    return found;
}
"""


class Kernel:
    """A kernel: one thread per element (``i`` below ``count``), or, with ``rows``, one block per row.

    Parameters
        arguments  in C, without the last one, ``whole count``
        body       in C; ``real`` is float or double
    """

    def __init__(self, name: str, arguments: str, body: str, *, rows: bool = False, before: str = "") -> None:
        self.name = name
        self.arguments = arguments
        self.rows = rows
        self._body = body
        self._before = before
        ALL.append(self)

    def source(self, real: str) -> str:
        """The whole text for one type."""
        frame = _ROWS if self.rows else _EACH
        text = frame.format(name=self.name, arguments=self.arguments, body=self._body, block=BLOCK)
        return _HEAD.format(real=real) + self._before + text

    def blocks(self, count: int) -> int:
        """How many blocks: one per row, or enough threads for every element."""
        return count if self.rows else -(-count // BLOCK)

    def __call__(self, xp: Any, real: str, count: int, *arguments: Any) -> None:
        """Run on arrays, whole numbers and (for ``real``) floats; nothing where there is nothing to do."""
        if count:
            whole = [xp.int64(entry) if isinstance(entry, int) else entry for entry in arguments]
            xp.launch(self, real, (*whole, xp.int64(count)))


def real_of(*arrays: Any) -> str:
    """The C type that all of these arrays hold; empty where there is none, or they differ."""
    kinds = {REALS.get(str(array.dtype), "") for array in arrays if array is not None}
    return kinds.pop() if len(kinds) == 1 else ""
