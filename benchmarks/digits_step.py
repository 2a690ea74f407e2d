"""One training step of the digits MLP (64-128-128-10, batch 32, Adam, float32) beside PyTorch eager."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import patchgrad as pg
from benchmarks.timing import Row, race
from patchgrad.backend import host

SIZES = (64, 128, 128, 10)


def _batch() -> tuple[object, object]:
    rng = host.random.default_rng(0)
    return rng.standard_normal((32, 64)).astype("float32"), rng.integers(0, 10, 32)


def _step(library: object, nn: object, optim: object) -> Callable[[], object]:
    """The same step in a library with PyTorch's names."""
    images, labels = (library.tensor(part) for part in _batch())
    layers = [part for a, b in pairwise(SIZES) for part in (nn.Linear(a, b), nn.ReLU())][:-1]
    model, loss = nn.Sequential(*layers), nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=1e-3)

    def step() -> object:
        optimizer.zero_grad()
        value = loss(model(images), labels)
        value.backward()
        optimizer.step()
        return value

    return step


def run() -> list[Row]:
    contestants = {}
    try:
        import torch

        torch.set_num_threads(2)
        contestants["PyTorch eager"] = _step(torch, torch.nn, torch.optim)
    except ImportError:
        print("PyTorch is not installed: left out")
    contestants["patchgrad eager"] = _step(pg, pg.nn, pg.optim)
    return race(contestants)
