"""Three networks on real data, by patchgrad and by PyTorch: same first weights, same batches, how well both do.

MNIST: 8,000 of the test set's images to learn from, 2,000 to test with. Shakespeare: the last tenth is unseen, mean
surprise for a letter in nats. MovieLens (latest-small): a tenth of the ratings is unseen, error in stars. For scale: an
SVD reaches 0.934 on the related MovieLens 100K by the table of the Surprise library (surpriselib.com).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import patchgrad
from benchmarks.steps import networks

BATCHES_TO_TEST = 40


@dataclass
class Row:
    """``patchgrad`` and ``torch``: the measure in the end; ``simple`` what a simple guess gets."""

    task: str
    measure: str
    steps: int
    patchgrad: float
    torch: float
    simple: float
    seconds: float
    torch_seconds: float


@dataclass(frozen=True)
class Task:
    """``batches(number)`` gives arrays, the target last; ``judge(forward)`` measures a function of arrays."""

    name: str
    measure: str
    steps: int
    network: Callable[[Any], Any]
    loss: str
    optimizer: tuple[str, dict[str, float]]
    batch: Callable[[Any], list[Any]]
    judge: Callable[[Callable[..., Any]], float]
    simple: float


def images() -> Task:
    train, test = (patchgrad.datasets.mnist(train=part, small=True) for part in (True, False))
    pictures, labels = (part.numpy() for part in train.tensors)
    unseen, wanted = (part.numpy() for part in test.tensors)

    def batch(rng: Any) -> list[Any]:
        chosen = rng.integers(0, len(labels), 64)
        return [pictures[chosen], labels[chosen]]

    def judge(forward: Callable[..., Any]) -> float:
        found = np.concatenate([forward(part).argmax(1) for part in np.split(unseen, BATCHES_TO_TEST)])
        return float((found == wanted).mean())

    adam = ("Adam", {"lr": 1e-3})
    return Task("MNIST, CNN", "accuracy", 600, networks.cnn, "CrossEntropyLoss", adam, batch, judge, 0.1)


def language() -> Task:
    text, unseen = patchgrad.datasets.shakespeare(), patchgrad.datasets.shakespeare(train=False)
    alphabet = patchgrad.datasets.Alphabet(text + unseen)
    seen, hidden = (alphabet.encode(part).numpy() for part in (text, unseen))
    context, letters = 64, len(alphabet)

    def cut(source: Any, starts: Any) -> list[Any]:
        windows = source[starts[:, None] + np.arange(context + 1)]
        return [windows[:, :-1].copy(), windows[:, 1:].reshape(-1).copy()]

    def judge(forward: Callable[..., Any]) -> float:
        starts = np.arange(0, len(hidden) - context - 1, context)[: 16 * BATCHES_TO_TEST]
        return float(np.mean([surprise(forward, *cut(hidden, part)) for part in np.split(starts, BATCHES_TO_TEST)]))

    def network(library: Any) -> Any:
        return networks.gpt(library, layers=2, width=64, heads=4, context=context, vocabulary=letters)

    shares = np.bincount(seen, minlength=letters) / len(seen)
    alone = -float(np.log(np.maximum(shares, 1e-9))[hidden].mean())
    optimizer = ("AdamW", {"lr": 2e-3, "weight_decay": 0.1})
    return Task(
        "Shakespeare, GPT 2 x 64",
        "surprise",
        1000,
        network,
        "CrossEntropyLoss",
        optimizer,
        lambda rng: cut(seen, rng.integers(0, len(seen) - context - 1, 16)),
        judge,
        alone,
    )


def surprise(forward: Callable[..., Any], inputs: Any, wanted: Any) -> float:
    scores = forward(inputs).astype(np.float64)
    highest = scores.max(1, keepdims=True)
    logs = scores - highest - np.log(np.exp(scores - highest).sum(1, keepdims=True))
    return -float(logs[np.arange(len(wanted)), wanted].mean())


def ratings() -> Task:
    data = patchgrad.datasets.movielens()
    train, test = data.split(test_fraction=0.1, seed=0)
    pairs, stars = (part.numpy() for part in train.tensors)
    unseen, wanted = (part.numpy() for part in test.tensors)
    mean, rows = float(stars.mean()), max(data.user_count, data.item_count)

    def batch(rng: Any) -> list[Any]:
        chosen = rng.integers(0, len(stars), 512)
        who, what = pairs[chosen].T
        return [who.copy(), what.copy(), (stars[chosen] - mean).astype("float32")]

    def judge(forward: Callable[..., Any]) -> float:
        who, what = unseen.T
        return float(np.sqrt(np.mean((forward(who.copy(), what.copy()) + mean - wanted) ** 2)))

    def network(library: Any) -> Any:
        model = networks.recommender(library, rows, 16)
        for parameter in model.parameters():
            library.nn.init.normal_(parameter, std=0.05)
        return model

    optimizer = ("AdamW", {"lr": 5e-3, "weight_decay": 0.1})
    alone = float(np.sqrt(np.mean((wanted - mean) ** 2)))
    return Task("MovieLens, two towers", "RMSE", 1000, network, "MSELoss", optimizer, batch, judge, alone)


def learned(task: Task, library: Any, first: dict[str, Any]) -> tuple[float, float]:
    """What the measure is in the end, and the seconds of training."""
    model = task.network(library)
    model.load_state_dict({name: library.tensor(value) for name, value in first.items()})
    loss = getattr(library.nn, task.loss)()
    name, settings = task.optimizer
    optimizer = getattr(library.optim, name)(model.parameters(), **settings)
    rng, begun = np.random.default_rng(0), time.perf_counter()
    for _ in range(task.steps):
        *inputs, target = (library.tensor(array) for array in task.batch(rng))
        optimizer.zero_grad()
        loss(model(*inputs), target).backward()
        optimizer.step()
    seconds = time.perf_counter() - begun

    def forward(*arrays: Any) -> Any:
        with library.no_grad():
            return model(*(library.tensor(array) for array in arrays)).numpy()

    return task.judge(forward), seconds


def run() -> list[Row]:
    import torch

    torch.set_num_threads(1)  # two that wait for each other awake take many times as long on a busy machine
    rows: list[Row] = []
    for make in (images, language, ratings):
        task = make()
        patchgrad.manual_seed(0)
        first = {name: value.numpy().copy() for name, value in task.network(patchgrad).state_dict().items()}
        ours, seconds = learned(task, patchgrad, first)
        theirs, torch_seconds = learned(task, torch, first)
        rows.append(Row(task.name, task.measure, task.steps, ours, theirs, task.simple, seconds, torch_seconds))
    return rows


def table(rows: list[Row]) -> str:
    lines = ["| task | measure | steps | patchgrad | PyTorch | a simple guess |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {row.task} | {row.measure} | {row.steps:,} | {row.patchgrad:.4f} | {row.torch:.4f} | {row.simple:.3f} |"
        for row in rows
    ]
    return "\n".join(lines)
