"""Short trainings that go well: no finding. Different data, networks, losses and optimizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import datasets, nn, optim
from patchgrad.backend import host
from patchgrad.nn import functional as F

from .runs import Run, batches, blobs, mlp, train


def adam(model: nn.Module, lr: float = 1e-3) -> Any:
    return optim.Adam(model.parameters(), lr=lr)


def digits() -> Any:
    images, labels = datasets.digits().tensors
    return batches((images, labels), 64)


def convolutions(act: Callable[[], nn.Module] = nn.ReLU, norm: bool = False) -> nn.Module:
    first: list[nn.Module] = [nn.Conv2d(1, 8, 3, padding=1), *([nn.BatchNorm2d(8)] if norm else []), act()]
    return nn.Sequential(*first, nn.Conv2d(8, 16, 3, stride=2, padding=1), act(), nn.Flatten(), nn.Linear(256, 10))


def text() -> Any:
    random = host.random.default_rng(0)
    words = random.integers(0, 20, size=(512, 6))
    return batches((pg.tensor(words), pg.tensor((words[:, 0] > words[:, 3]).astype("int64"))))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table, self.cells, self.out = nn.Embedding(20, 8), nn.GRU(8, 16, batch_first=True), nn.Linear(16, 2)

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return self.out(self.cells(self.table(x))[0][:, -1])


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(20, 16)
        self.layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
        self.out = nn.Linear(16, 2)

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return self.out(self.layer(self.table(x)).mean(1))


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(8, 32), nn.Linear(32, 3)
        self.norms = nn.ModuleList([nn.LayerNorm(32) for _ in range(12)])
        self.layers = nn.ModuleList([nn.Linear(32, 32) for _ in range(12)])

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        x = self.first(x)
        for norm, layer in zip(self.norms, self.layers, strict=True):
            x = x + F.gelu(layer(norm(x)))
        return self.last(x)


def regression() -> Any:
    x = pg.linspace(-2, 2, 256).reshape(-1, 1)
    return batches((x, pg.sin(2 * x)))


def binary(output: pg.Tensor, y: pg.Tensor) -> pg.Tensor:
    return F.binary_cross_entropy_with_logits(output[:, 0], y.float())


def autoencoder() -> Run:
    x, _ = blobs()
    model = nn.Sequential(nn.Linear(8, 3), nn.Tanh(), nn.Linear(3, 8))
    return train(model, batches((x, x)), optimizer=adam(model, 1e-2), loss=F.mse_loss)


def run(model: nn.Module, batch: Any, optimizer: Any = None, **more: Any) -> Run:
    return train(model, batch, optimizer=optimizer(model) if optimizer else None, **more)


def sgd(lr: float, momentum: float = 0.0) -> Callable[[nn.Module], Any]:
    return lambda model: optim.SGD(model.parameters(), lr=lr, momentum=momentum)


QUICK: dict[str, Callable[[], Run]] = {
    "perceptron, SGD": lambda: run(mlp(), batches(blobs())),
    "tanh, Adam": lambda: run(mlp(act=nn.Tanh), batches(blobs(seed=1)), lambda m: adam(m, 3e-3)),
    "logistic regression": lambda: run(nn.Linear(8, 3), batches(blobs(seed=2)), sgd(0.1)),
    "binary": lambda: run(mlp(classes=1), batches(blobs(2)), sgd(0.05, 0.9), loss=binary),
    "regression": lambda: run(mlp(1, 1, act=nn.Tanh), regression(), lambda m: adam(m, 3e-3), loss=F.mse_loss),
    "digits, convolutions": lambda: run(convolutions(), digits(), adam, steps=60),
    "words, embedding": lambda: run(
        nn.Sequential(nn.Embedding(20, 8), nn.Flatten(), nn.Linear(48, 2)), text(), lambda m: adam(m, 1e-2)
    ),
}
LONG: dict[str, Callable[[], Run]] = {
    "long perceptron, Adam": lambda: run(mlp(), batches(blobs(seed=3)), adam, steps=1500),
    "overlapping classes": lambda: run(mlp(), batches(blobs(apart=0.5)), sgd(0.05, 0.9), steps=600),
    "ten classes": lambda: run(mlp(16, 10, 64), batches(blobs(10, 16, 2048)), sgd(0.1, 0.9), steps=600),
    "residual, 12 blocks": lambda: run(Residual(), batches(blobs()), lambda m: optim.AdamW(m.parameters(), lr=1e-3)),
    "digits, perceptron": lambda: run(nn.Sequential(nn.Flatten(), *mlp(64, 10, 64)), digits(), adam, steps=500),
    "digits, batch norm": lambda: run(convolutions(norm=True), digits(), sgd(0.05, 0.9), steps=300),
    "digits, GELU": lambda: run(convolutions(nn.GELU), digits(), adam, steps=300),
    "digits, dropout": lambda: run(
        nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10)),
        digits(),
        lambda m: optim.RMSprop(m.parameters(), lr=1e-3),
        steps=400,
    ),
    "digits, NAdam": lambda: run(convolutions(), digits(), lambda m: optim.NAdam(m.parameters(), lr=2e-3), steps=200),
    "recurrent": lambda: run(Recurrent(), text(), lambda m: adam(m, 5e-3), steps=400),
    "transformer": lambda: run(Encoder(), text(), lambda m: adam(m, 2e-3), steps=400),
    "autoencoder": autoencoder,
    "sigmoid": lambda: run(mlp(depth=1, act=nn.Sigmoid), batches(blobs()), lambda m: adam(m, 1e-2), steps=400),
    "SiLU, Adagrad": lambda: run(
        mlp(act=nn.SiLU), batches(blobs()), lambda m: optim.Adagrad(m.parameters(), lr=0.02), steps=400
    ),
}


def healthy(trained: Run) -> None:
    found = pg.findings(trained.view)
    losses = trained.view.recorder.series("loss").values
    trained.view.close()
    assert losses[-10:].mean() < 0.9 * losses[:5].mean()
    assert found == (), repr(found)


@pytest.mark.parametrize("name", QUICK)
def test_a_short_run_that_goes_well_has_no_finding(name: str) -> None:
    pg.manual_seed(0)
    healthy(QUICK[name]())


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_a_run_that_goes_well_has_no_finding(name: str) -> None:
    pg.manual_seed(0)
    healthy(LONG[name]())
