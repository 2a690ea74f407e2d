"""What is timed: seven networks with their batches, losses and optimizers, all in float32."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from benchmarks.steps import networks

Arrays = list[Any]
BATCHES = 4
"""Resident batches that take turns."""


@dataclass(frozen=True)
class Workload:
    """A network, a batch of random data, a loss and an optimizer.

    ``network(library)`` builds the module; ``batch(rng)`` draws NumPy arrays, the target last; ``optimizer`` is the
    name of a class and its settings.
    """

    title: str
    network: Callable[[Any], Any]
    batch: Callable[[Any], Arrays]
    loss: str = "CrossEntropyLoss"
    optimizer: tuple[str, dict[str, Any]] = ("Adam", {"lr": 1e-3})
    sizes: dict[str, int] = field(default_factory=dict[str, int])


def _labelled(shape: tuple[int, ...], classes: int, rng: Any) -> Arrays:
    return [rng.standard_normal(shape, dtype="float32"), rng.integers(0, classes, shape[0])]


def _text(batch: int, length: int, vocabulary: int, rng: Any) -> Arrays:
    text = rng.integers(0, vocabulary, (batch, length + 1))
    return [text[:, :-1].copy(), text[:, 1:].reshape(-1).copy()]


def _ratings(batch: int, rows: int, rng: Any) -> Arrays:
    scores = rng.standard_normal(batch, dtype="float32")
    return [rng.integers(0, rows, batch), rng.integers(0, rows, batch), scores]


def _sequences(length: int, batch: int, width: int, classes: int, rng: Any) -> Arrays:
    return [rng.standard_normal((length, batch, width), dtype="float32"), rng.integers(0, classes, batch)]


def mlp(*sizes: int, batch: int) -> Workload:
    """An MLP of these sizes with Adam."""
    title = f"MLP {'-'.join(map(str, sizes))}, batch {batch}, Adam"
    return Workload(
        title, partial(_mlp, sizes=sizes), partial(_labelled, (batch, sizes[0]), sizes[-1]), sizes={"n": len(sizes)}
    )


def _mlp(library: Any, sizes: tuple[int, ...]) -> Any:
    return networks.mlp(library, *sizes)


GPT = {"layers": 4, "width": 128, "heads": 4, "context": 128, "vocabulary": 65}

WORKLOADS = {
    "a": mlp(64, 128, 128, 10, batch=32),
    "b": mlp(784, 512, 256, 10, batch=128),
    "c": Workload("CNN 28x28, batch 64, Adam", networks.cnn, partial(_labelled, (64, 1, 28, 28), 10)),
    "d": Workload(
        "ResNet-8 32x32, batch 64, SGD momentum",
        networks.resnet8,
        partial(_labelled, (64, 3, 32, 32), 10),
        optimizer=("SGD", {"lr": 0.05, "momentum": 0.9}),
    ),
    "e": Workload(
        "character GPT 4 x 128, context 128, batch 16, AdamW",
        partial(networks.gpt, **GPT),
        partial(_text, 16, GPT["context"], GPT["vocabulary"]),
        optimizer=("AdamW", {"lr": 3e-4, "weight_decay": 0.1}),
        sizes=GPT,
    ),
    "f": Workload(
        "two-tower recommender 2 x 10k x 32, batch 1024, Adam",
        partial(networks.recommender, rows=10_000, width=32),
        partial(_ratings, 1024, 10_000),
        loss="MSELoss",
    ),
    "g": Workload(
        "LSTM 128, 64 steps, batch 32, Adam",
        partial(networks.lstm, width=128, classes=10),
        partial(_sequences, 64, 32, 128, 10),
    ),
}
"""The seven by their letter."""


def named(name: str) -> Workload:
    """A workload by its letter, or an MLP by ``mlp:sizes:batch``, as in ``mlp:64-64-10:32``."""
    if name in WORKLOADS:
        return WORKLOADS[name]
    _, sizes, batch = name.split(":")
    return mlp(*map(int, sizes.split("-")), batch=int(batch))
