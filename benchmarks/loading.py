"""What loading costs: the CNN's step on MNIST from a DataLoader beside the same step on batches that are there already.

Images are read from ``PATCHGRAD_DATA``/mnist. One loader indexes whole arrays, the others fetch and scale sample by
sample, as data sets of one's own do. Time is that of the processor, of all threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import patchgrad as pg
from benchmarks.steps import networks
from benchmarks.timing import Row, race
from patchgrad import nn, optim
from patchgrad.data import DataLoader, Dataset, TensorDataset

BATCH = 64


class Scaled(Dataset):
    """Samples one by one, with a little work on each."""

    def __init__(self, images: Any, labels: Any) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        return self.images[index] * 0.5 + 0.25, int(self.labels[index])


def _endless(loader: Any) -> Iterator[Any]:
    while True:
        yield from loader


def _step(batches: Iterator[Any]) -> Callable[[], None]:
    pg.manual_seed(0)
    model, loss = networks.cnn(pg), nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters())

    def step() -> None:
        images, labels = next(batches)
        optimizer.zero_grad()
        loss(model(images), labels).backward()
        optimizer.step()

    return step


def run() -> list[Row]:
    found = pg.datasets.mnist(train=False)
    images, labels = found.tensors
    images = images.reshape(-1, 1, 28, 28)
    resident = [(images[i : i + BATCH], labels[i : i + BATCH]) for i in range(0, 8 * BATCH, BATCH)]
    whole = TensorDataset(images, labels)
    single = Scaled(images.data, labels.data)
    loaders = {
        "resident batches": resident,
        "loader of whole arrays": DataLoader(whole, BATCH, shuffle=True),
        "loader of samples": DataLoader(single, BATCH, shuffle=True),
        "loader of samples, 1 worker": DataLoader(single, BATCH, shuffle=True, num_workers=1),
    }
    steps = {name: _step(_endless(loader)) for name, loader in loaders.items()}
    return race(steps, rounds=25, inner=4, warm_up=4, clock=time.process_time)
