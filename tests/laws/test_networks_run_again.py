"""Law 1 on networks of many kinds of layers: what they recorded, run again, gives the same bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.autograd.state import observing
from patchgrad.backend import host
from patchgrad.recorder import Trace, rerun
from tests.zoo.models import ZOO

NUMBERS = host.random.default_rng(7)


def images() -> pg.Tensor:
    return pg.tensor(NUMBERS.normal(size=(4, 3, 8, 8)).astype("float32"))


def vectors() -> pg.Tensor:
    return pg.tensor(NUMBERS.normal(size=(6, 12)).astype("float32"))


def sequences() -> pg.Tensor:
    return pg.tensor(NUMBERS.normal(size=(2, 5, 8)).astype("float32"))


class Residual(nn.Module):
    """A block with a skip, and one layer used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Linear(12, 12)
        self.norm = nn.LayerNorm(12)

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return self.shared(self.norm(self.shared(x)).relu()) + x


class Attends(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return self.attention(x, x, x)[0]


class Remembers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTM(8, 6, batch_first=True)

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return self.cell(x)[0]


NETWORKS: dict[str, tuple[Callable[[], nn.Module], Callable[[], pg.Tensor]]] = {
    "mlp with dropout": (
        lambda: nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3)),
        vectors,
    ),
    "batch norm of vectors": (lambda: nn.Sequential(nn.Linear(12, 8), nn.BatchNorm1d(8), nn.Tanh()), vectors),
    "residual with a shared layer": (Residual, vectors),
    "convolutions": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.SiLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 8, 3),
            nn.GroupNorm(2, 8),
            nn.GELU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(8, 2),
        ),
        images,
    ),
    "attention": (Attends, sequences),
    "lstm": (Remembers, sequences),
}


@pytest.mark.parametrize(("make", "data"), NETWORKS.values(), ids=NETWORKS)
def test_a_training_step_of_a_network_runs_again_bit_for_bit(make: Any, data: Any) -> None:
    model = make()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(3):
        names = {id(p): name for name, p in (*model.named_parameters(), *model.named_buffers())}
        trace = Trace(name_of=lambda tensor, names=names: names.get(id(tensor), ""), keep_values=True)
        optimizer.zero_grad()
        with observing(trace):
            output = model(data())
            loss = (output * output).mean()
            loss.backward()
        values = rerun(trace)
        for tensor in (output, loss):
            assert values[trace.value(tensor).number].tobytes() == tensor.data.tobytes()
        optimizer.step()
    trained = {name for name, parameter in model.named_parameters() if parameter.grad is not None}
    assert trained <= {facts.name for facts in trace.values}


@pytest.mark.parametrize("name", ZOO)
def test_a_training_step_of_the_zoo_runs_again_bit_for_bit(name: str) -> None:
    pg.manual_seed(3)
    make, example, _ = ZOO[name]
    model, batch = make(), example()
    names = {id(p): name for name, p in (*model.named_parameters(), *model.named_buffers())}
    trace = Trace(name_of=lambda tensor: names.get(id(tensor), ""), keep_values=True)
    with observing(trace):
        found = model(*batch)
        outputs = found if isinstance(found, tuple) else (found,)
        loss: Any = sum((output * output).mean() for output in outputs)
        loss.backward()
    values = rerun(trace)
    for tensor in (*outputs, loss):
        assert values[trace.value(tensor).number].tobytes() == tensor.data.tobytes()
