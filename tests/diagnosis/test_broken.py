"""A network that is broken in one way gets the finding for that way, and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.nn import functional as F
from patchgrad.recorder import QUANTITIES, quantity

from .runs import Run, batches, blobs, mlp, train


def scaled(model: nn.Sequential, by: float) -> nn.Sequential:
    """With larger or smaller weights."""
    with pg.no_grad():
        for layer in model:
            if isinstance(layer, nn.Linear):
                layer.weight.mul_(by)
    return model


def vanishing() -> Run:
    return train(mlp(depth=8, act=nn.Sigmoid), batches(blobs()))


class Sine(nn.Module):
    """Bounded forwards, steep backwards."""

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return pg.sin(12 * x)


def exploding() -> Run:
    model = mlp(depth=8, act=Sine)
    return train(model, batches(blobs()), optimizer=optim.SGD(model.parameters(), lr=1e-7))


def dead() -> Run:
    model = mlp()
    with pg.no_grad():
        model[2].bias -= 20.0
    return train(model, batches(blobs()))


def too_high() -> Run:
    model = mlp()
    return train(model, batches(blobs(apart=0.3)), optimizer=optim.SGD(model.parameters(), lr=2.0))


def too_low() -> Run:
    model = mlp()
    return train(model, batches(blobs()), optimizer=optim.SGD(model.parameters(), lr=1e-6))


def one_layer_too_low() -> Run:
    model = mlp()
    others = [*model[0].parameters(), *model[4].parameters()]
    groups = [{"params": model[2].parameters(), "lr": 1e-8}, {"params": others}]
    return train(model, batches(blobs()), optimizer=optim.SGD(groups, lr=0.05))


def saturated() -> Run:
    model = mlp(width=64, depth=3, act=nn.Tanh)
    scaled(model, 8.0)
    return train(model, batches(blobs()), optimizer=optim.SGD(model.parameters(), lr=1e-3))


class Attention(nn.Module):
    """Attention over the features of an example, with a forgotten scale."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale
        self.query, self.key, self.value = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        weights = F.softmax(self.query(x) @ self.key(x).transpose(1, 2) * self.scale, dim=-1)
        return weights @ self.value(x)


def attending(scale: float) -> Run:
    model = nn.Sequential(nn.Linear(1, 16), Attention(scale), nn.Flatten(), nn.Linear(8 * 16, 3))
    x, y = blobs()
    return train(model, batches((x.reshape(-1, 8, 1), y)), optimizer=optim.Adam(model.parameters(), lr=1e-3))


def unread() -> Run:
    random = host.random.default_rng(0)
    words = random.integers(0, 12, size=(256, 5))
    model = nn.Sequential(nn.Embedding(1000, 8), nn.Flatten(), nn.Linear(40, 2))
    return train(model, batches((pg.tensor(words), pg.tensor((words[:, 0] > 5).astype("int64")))))


def unscaled() -> Run:
    x, y = blobs()
    return train(mlp(), batches((x * 100 + 400, y)), optimizer=None)


def uneven() -> Run:
    x, y = blobs()
    scales = pg.tensor([1e-3, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0])
    return train(mlp(), batches((x * scales, y)))


def one_class() -> Run:
    x, y = blobs()
    return train(mlp(), batches((x, y * 0 + 1)))


def shuffled() -> Run:
    """Labels drawn anew with each batch, as where inputs and labels are shuffled apart."""
    x, _ = blobs()
    random = host.random.default_rng(1)
    batch = batches((x, x))
    return train(mlp(), lambda step: (batch(step)[0], pg.tensor(random.integers(0, 3, 32))), steps=400)


class Constant(nn.Module):
    """Its output does not depend on its input."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return self.last(self.first(x) * 0)


def at_chance() -> Run:
    model = Constant()
    return train(model, batches(blobs()), steps=400, optimizer=optim.SGD(model.parameters(), lr=1e-3))


def evaluating() -> Run:
    model = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 3)).eval()
    return train(model, batches(blobs()))


def loose() -> Run:
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 3))
    trained = train(model, batches(blobs()))
    for step in range(5):
        with pg.no_grad():
            model(batches(blobs())(step)[0])
    return trained


def unheld() -> Run:
    model = mlp()
    return train(model, batches(blobs()), optimizer=optim.SGD(model[4].parameters(), lr=0.1))


class Unwired(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.spare, self.last = nn.Linear(8, 16), nn.Linear(16, 16), nn.Linear(16, 3)

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return self.last(F.relu(self.first(x)))


def unwired() -> Run:
    return train(Unwired(), batches(blobs()))


def twice_softmax() -> Run:
    return train(nn.Sequential(*mlp(), nn.Softmax(dim=1)), batches(blobs()))


def twins() -> Run:
    model = mlp()
    nn.init.constant_(model[0].weight, 0.1)
    nn.init.constant_(model[0].bias, 0.1)
    nn.init.constant_(model[2].weight, 0.1)
    nn.init.constant_(model[2].bias, 0.1)
    nn.init.constant_(model[4].weight[0], 0.1)
    nn.init.constant_(model[4].weight[1], -0.1)
    nn.init.constant_(model[4].weight[2], 0.2)
    return train(model, batches(blobs()))


def not_finite() -> Run:
    x, y = blobs()
    x[100, 3] = float("nan")
    return train(mlp(), batches((x, y)))


def failing() -> Run:
    """A quantity of the user's that raises at its first look."""

    @quantity("own")
    def own(evidence: Any) -> Any:
        raise ValueError("no such number")

    model = mlp()
    try:
        return train(model, batches(blobs()), problems=("own",))
    finally:
        del QUANTITIES["own"]


BROKEN: dict[str, tuple[Callable[[], Run], tuple[str, ...]]] = {
    "vanishing_gradient": (vanishing, ("0", "2", "4", "6")),
    "exploding_gradient": (exploding, ("0", "2", "4", "6")),
    "dead_relus": (dead, ("3",)),
    "rate_too_high": (too_high, ()),
    "rate_too_low": (too_low, ("0", "2", "4")),
    "rate_too_low for one layer": (one_layer_too_low, ("2",)),
    "saturated_units": (saturated, ()),
    "saturated_softmax": (lambda: attending(200.0), ("1",)),
    "unread_rows": (unread, ("0",)),
    "input_scale": (unscaled, ("0",)),
    "input_scale of features": (uneven, ("0",)),
    "one_class": (one_class, ()),
    "labels_unrelated": (shuffled, ()),
    "loss_at_chance": (at_chance, ()),
    "evaluation_mode": (evaluating, ("1", "3")),
    "training_mode": (loose, ("2",)),
    "unheld_parameters": (unheld, ("0", "2")),
    "unwired_parameters": (unwired, ("spare",)),
    "softmax_before_loss": (twice_softmax, ("5",)),
    "twin_units": (twins, ("0", "2")),
    "not_finite": (not_finite, ("0",)),
    "failed_quantity": (failing, ()),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found_and_nothing_else(name: str) -> None:
    pg.manual_seed(0)
    run, nodes = BROKEN[name]
    trained = run()
    found = pg.findings(trained.view)
    assert [finding.rule for finding in found] == [name.partition(" ")[0]], repr(found)
    if nodes:
        assert found[0].nodes == nodes
    assert found[0].source
    trained.view.close()


def test_every_rule_has_a_network_that_is_broken_in_its_way() -> None:
    from patchgrad.diagnosis import RULES

    assert {name.partition(" ")[0] for name in BROKEN} == set(RULES)
