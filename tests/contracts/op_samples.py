"""Every op with every sample of it, as pytest parameters."""

from __future__ import annotations

from typing import Any

import pytest

from patchgrad import ops
from patchgrad.autograd.op import OpSpec, Sample, all_ops
from patchgrad.backend import host
from patchgrad.tensor import Tensor, apply

assert ops  # registers every op

SEED = 7


def drawer(seed: int = SEED) -> Any:
    """``draw(*shape, low, high)``: reproducible float64 numbers."""
    rng = host.random.default_rng(seed)

    def draw(*shape: int, low: float = -2.0, high: float = 2.0) -> Any:
        return host.asarray(rng.uniform(low, high, shape))

    return draw


def good(op: OpSpec) -> list[Sample]:
    return list(op.samples(drawer())) if op.samples is not None else []


def bad(op: OpSpec) -> list[Sample]:
    return list(op.errors(drawer())) if op.errors is not None else []


def _params(choose: Any) -> list[Any]:
    return [
        pytest.param(op, sample, id=f"{op.name}-{sample.label or i}")
        for op in all_ops()
        for i, sample in enumerate(choose(op))
    ]


def every_sample() -> list[Any]:
    return _params(good)


def every_error() -> list[Any]:
    return _params(bad)


def tensors(sample: Sample, requires_grad: bool = False) -> list[Any]:
    """The sample's arrays as tensors; floating ones may require a gradient."""
    return [
        Tensor(host.array(entry), requires_grad and entry.dtype.kind in "fc")
        if isinstance(entry, host.ndarray)
        else entry
        for entry in sample.inputs
    ]


def run(op: OpSpec, sample: Sample, inputs: list[Any]) -> tuple[Any, ...]:
    """The op's outputs, always as a tuple."""
    found = apply(op, *inputs, **sample.attrs)
    return found if isinstance(found, tuple) else (found,)
