"""The least time that a step can take on this machine: its arithmetic at the best measured rate of a matrix product,
and the bytes that no fusion can save at the measured speed of a copy.

Arithmetic: products and convolutions of the forward pass, and one more of the same cost for each input that wants a
gradient. Bytes: what these read and write, once per product; and every parameter, gradient and slot in the update.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import patchgrad as pg
from benchmarks.steps.workloads import Workload
from patchgrad.autograd.state import observing
from patchgrad.backend import host

PASSES = {"SGD": 2 + 3, "Adam": 2 + 5, "AdamW": 2 + 5}
"""Times that each parameter's bytes cross memory: written as gradient, read; weight and slots read and written."""
PRODUCTS = ("linear", "matmul", "conv2d", "lstm_layer")


@dataclass(frozen=True)
class Floor:
    """Floating-point operations and bytes of a step, and the milliseconds that they must take."""

    flops: float
    bytes: float
    ms: float

    def __str__(self) -> str:
        return f"floor {self.ms:.3f} ms: {self.flops / 1e6:.1f} MFLOP, {self.bytes / 1e6:.1f} MB"


class _Counter:
    """Adds up the products of a forward pass."""

    def __init__(self) -> None:
        self.flops = self.bytes = 0.0

    def forward(self, op: Any, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: Any, node: Any) -> None:
        if op.name not in PRODUCTS:
            return
        tensors = [entry for entry in inputs if isinstance(entry, pg.Tensor)]
        wanted = sum(1 for tensor in tensors[:2] if tensor.requires_grad)
        shapes = [None if entry is None else entry.shape for entry in inputs]
        products = 1 + wanted if op.name != "lstm_layer" else 3
        self.flops += products * op.cost(*shapes, **attrs)
        moved = sum(tensor.data.nbytes for tensor in (*tensors[:2], outputs[0]))
        self.bytes += products * moved

    def enter(self, *_: object) -> None: ...
    def leave(self, *_: object) -> None: ...


def _least_seconds(function: Callable[[], object], times: int = 25) -> float:
    taken: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return min(taken)


@cache
def product_rate() -> float:
    """Floating-point operations per second of a large product of matrices, with all threads."""
    n = 1536
    a, b = (host.ones((n, n), dtype="float32") for _ in range(2))
    return 2 * n**3 / _least_seconds(lambda: a @ b)


@cache
def copy_rate(size: int) -> float:
    """Bytes per second, read and written, of a copy between two arrays of ``size`` bytes in all."""
    a, b = (host.ones(max(size // 8, 1), dtype="float32") for _ in range(2))
    again = max(1, 2**24 // size)

    def copies() -> None:
        for _ in range(again):
            host.copyto(b, a)

    return 8 * a.size * again / _least_seconds(copies)


def floor(workload: Workload) -> Floor:
    model, counter = workload.network(pg), _Counter()
    batch = workload.batch(host.random.default_rng(0))
    with observing(counter):
        model(*[pg.tensor(array) for array in batch[:-1]])
    parameters = sum(parameter.data.nbytes for parameter in model.parameters())
    moved = counter.bytes + PASSES[workload.optimizer[0]] * parameters
    seconds = counter.flops / product_rate() + moved / copy_rate(2 ** min(28, int(moved).bit_length()))
    return Floor(counter.flops, moved, seconds * 1e3)
