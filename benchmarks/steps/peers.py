"""The libraries that take part. ``PEERS[name](workload, weights, batches)`` gives a step, a function of its number.

A step computes loss, gradients and update, and returns the loss. Weights are NumPy arrays by parameter name, in
PyTorch's layouts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.steps.workloads import Workload

Step = Callable[[int], Any]
THREADS = int(os.environ.get("BENCHMARK_THREADS") or 2)
"""For all contestants. On a busy machine one thread says more: those that wait for each other awake stall there."""


def _step(
    library: Any, workload: Workload, model: Any, forward: Any, batches: list[list[Any]], **execution: Any
) -> Step:
    """The loop that everyone writes; the same lines for PyTorch and patchgrad."""
    optim = import_module(f"{library.__name__}.optim")
    name, settings = workload.optimizer
    optimizer = getattr(optim, name)(model.parameters(), **settings, **execution)
    criterion = getattr(library.nn, workload.loss)()

    def step(number: int) -> Any:
        *inputs, target = batches[number % len(batches)]
        optimizer.zero_grad()
        loss = criterion(forward(*inputs), target)
        loss.backward()
        optimizer.step()
        return loss

    return step


def _start(library: Any, workload: Workload, weights: dict[str, Any], batches: list[list[Any]]) -> tuple[Any, Any]:
    model = workload.network(library)
    model.load_state_dict({name: library.tensor(value) for name, value in weights.items()}, strict=False)
    return model, [[library.tensor(array) for array in batch] for batch in batches]


def patchgrad(workload: Workload, weights: dict[str, Any], batches: list[list[Any]]) -> Step:
    library = import_module("patchgrad")
    model, data = _start(library, workload, weights, batches)
    return _step(library, workload, model, model, data)


def replayed(workload: Workload, weights: dict[str, Any], batches: list[list[Any]]) -> Step:
    """patchgrad with the step given to ``pg.replay``, as a Session does it by itself."""
    library = import_module("patchgrad")
    model, data = _start(library, workload, weights, batches)
    optim = import_module("patchgrad.optim")
    name, settings = workload.optimizer
    optimizer = getattr(optim, name)(model.parameters(), **settings)
    criterion = getattr(library.nn, workload.loss)()

    @library.replay
    def step(*batch: Any) -> Any:
        *inputs, target = batch
        optimizer.zero_grad()
        loss = criterion(model(*inputs), target)
        loss.backward()
        optimizer.step()
        return loss

    return lambda number: step(*data[number % len(data)])


def _torch() -> Any:
    torch = import_module("torch")
    torch.set_num_threads(THREADS)
    return torch


def eager(workload: Workload, weights: dict[str, Any], batches: list[list[Any]]) -> Step:
    torch = _torch()
    model, data = _start(torch, workload, weights, batches)
    return _step(torch, workload, model, model, data)


def fused(workload: Workload, weights: dict[str, Any], batches: list[list[Any]]) -> Step:
    torch = _torch()
    model, data = _start(torch, workload, weights, batches)
    return _step(torch, workload, model, model, data, fused=True)


def channels_last(workload: Workload, weights: dict[str, Any], batches: list[list[Any]]) -> Step:
    """PyTorch with its images in NHWC. Raises NotImplementedError where there are no images."""
    torch = _torch()
    model, data = _start(torch, workload, weights, batches)
    if all(tensor.ndim != 4 for batch in data for tensor in batch):
        raise NotImplementedError("no images")
    model = model.to(memory_format=torch.channels_last)
    data = [[t.contiguous(memory_format=torch.channels_last) if t.ndim == 4 else t for t in batch] for batch in data]
    return _step(torch, workload, model, model, data, fused=True)


def compiled(workload: Workload, weights: dict[str, Any], batches: list[list[Any]]) -> Step:
    torch = _torch()
    model, data = _start(torch, workload, weights, batches)
    return _step(torch, workload, model, torch.compile(model), data, fused=True)


def jax(workload: Workload, weights: dict[str, Any], batches: list[list[Any]]) -> Step:
    from benchmarks.steps.jax_networks import jitted

    return jitted(workload, weights, batches)


PEERS: dict[str, Callable[..., Step]] = {
    "PyTorch eager": eager,
    "PyTorch fused": fused,
    "PyTorch NHWC": channels_last,
    "torch.compile": compiled,
    "JAX jit": jax,
    "patchgrad": patchgrad,
    "patchgrad replay": replayed,
}
LIBRARIES = {
    "PyTorch eager": "torch",
    "PyTorch fused": "torch",
    "PyTorch NHWC": "torch",
    "torch.compile": "torch",
    "JAX jit": "jax",
    "patchgrad": "patchgrad",
    "patchgrad replay": "patchgrad",
}
"""What each must import."""
