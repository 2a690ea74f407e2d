"""Short trainings: data, networks, and a loop that is watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.nn import functional as F
from patchgrad.recorder import Watch


@dataclass(frozen=True)
class Run:
    """A watch, and the model that it does not keep."""

    view: Watch
    model: nn.Module


Data = tuple[pg.Tensor, pg.Tensor]
Batches = Callable[[int], Data]


def blobs(classes: int = 3, features: int = 8, count: int = 512, seed: int = 0, apart: float = 2.0) -> Data:
    """Clouds around a point for each class, normalised."""
    random = host.random.default_rng(seed)
    labels = random.integers(0, classes, count)
    x = random.normal(size=(classes, features))[labels] * apart + random.normal(size=(count, features))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return pg.tensor(x.astype("float32")), pg.tensor(labels)


def batches(data: Data, size: int = 32) -> Batches:
    """Batches in order, pass after pass."""
    x, y = data
    count = len(x) // size

    def batch(step: int) -> Data:
        rows = slice(step % count * size, (step % count + 1) * size)
        return x[rows], y[rows]

    return batch


def mlp(features: int = 8, classes: int = 3, width: int = 32, depth: int = 2, act: Any = nn.ReLU) -> nn.Sequential:
    sizes = [features, *[width] * depth]
    layers = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), act())]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], classes))


def train(
    model: nn.Module,
    batch: Batches,
    *,
    steps: int = 120,
    optimizer: Any = None,
    loss: Callable[..., pg.Tensor] = F.cross_entropy,
    every: int = 2,
    problems: tuple[str, ...] = (),
) -> Run:
    """Train and watch."""
    moved = optimizer or optim.SGD(model.parameters(), lr=0.1)
    view = pg.watch(model, every=every)
    for step in range(steps):
        x, y = batch(step)
        moved.zero_grad()
        value = loss(model(x), y)
        value.backward()
        moved.step()
        view.loss(value.item())
    assert tuple(view.recorder.problems) == problems
    return Run(view, model)
