"""How sharply the loss bends at the present weights."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from patchgrad.backend import host
from patchgrad.recorder.probe import Arrays, Probe, inner, unit
from patchgrad.recorder.quantities.registry import quantity

PROBES = 16
TURNS = 100
CLOSE = 1e-4
"""Relative change of the eigenvalue at which power iteration ends."""


@quantity(
    "curvature_trace",
    question="How curved is the loss on average?",
    formula=r"\operatorname{tr} H \approx \frac{1}{m} \sum_i v_i^\top H v_i,\quad v_i \in \{-1, 1\}^d",
    healthy="no single number; it grows in the first steps and settles",
    source="Hutchinson 1990, A stochastic estimator of the trace of the influence matrix",
    when="request",
)
def curvature_trace(probe: Probe) -> Mapping[str, float]:
    """The trace of the Hessian of the loss, from 16 random vectors, the same ones each time."""
    random = host.random.default_rng(0)
    total = 0.0
    with probe.curvature() as product:
        for _ in range(PROBES):
            signs = {name: random.choice([-1.0, 1.0], size=shape) for name, shape in probe.shapes().items()}
            total += inner(signs, product(signs))
    return {"": total / PROBES}


@quantity(
    "largest_eigenvalue",
    question="Is the rate at the edge of what the curvature allows?",
    formula=r"\lambda_{\max}(H):\; v \leftarrow H v / \lVert H v \rVert",
    healthy="below 2 / rate for gradient descent; above it steps along this direction grow",
    source="von Mises and Pollaczek-Geiringer 1929 (power iteration); Cohen et al. 2021, Gradient descent at the edge "
    "of stability, arXiv 2103.00065",
    when="request",
)
def largest_eigenvalue(probe: Probe) -> Mapping[str, float]:
    """The eigenvalue of the Hessian that is largest in size, with its sign, by at most 100 products."""
    with probe.curvature() as product:
        random = host.random.default_rng(0)
        direction: Arrays = unit({name: random.normal(size=shape) for name, shape in probe.shapes().items()})
        value = 0.0
        for _ in range(TURNS):
            moved = product(direction)
            before, value = value, inner(direction, moved)
            length = sqrt(inner(moved, moved))
            if length == 0 or abs(value - before) <= CLOSE * abs(value):
                break
            direction = {name: array / length for name, array in moved.items()}
    return {"": value}
