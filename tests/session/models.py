"""Small models and data for tests of the session: a step takes well under a millisecond."""

from __future__ import annotations

from typing import Any

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.session import Session


def batches(count: int = 8, size: int = 16, features: int = 6, *, seed: int = 0) -> list[tuple[Any, Any]]:
    """Points of a plane, and on which side of it they lie: (size, features) float32, (size,) int64."""
    rng = host.random.default_rng(seed)
    x = rng.normal(size=(count, size, features)).astype("float32")
    y = (x.sum(axis=2) > 0).astype("int64")
    return [(pg.tensor(inputs), pg.tensor(target)) for inputs, target in zip(x, y, strict=True)]


class Perceptron(nn.Module):
    """Six numbers in, two scores out; with batch norm and dropout, so that there is state of every sort."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(6, 8)
        self.norm1 = nn.BatchNorm1d(8)
        self.relu1 = nn.ReLU()
        self.drop1 = nn.Dropout(0.2)
        self.fc2 = nn.Linear(8, 2)

    def forward(self, x: Any) -> Any:
        return self.fc2(self.drop1(self.relu1(self.norm1(self.fc1(x)))))


def session(model: nn.Module | None = None, *, loader: Any = None, seed: int = 0, **settings: Any) -> Session:
    """A session with everything given; the same arguments give the same bits."""
    pg.manual_seed(seed)
    made = Perceptron() if model is None else model
    given = {"loss": nn.CrossEntropyLoss(), "optimizer": optim.Adam(made.parameters(), lr=1e-2), **settings}
    return Session(made, batches() if loader is None else loader, **given)


def losses(one: Session, steps: int) -> list[float]:
    """The losses of so many steps."""
    found: list[float] = []
    forget = one.subscribe(lambda event: found.append(one.loss) if event == "step" else None)
    one.run(steps, progress=False)
    forget()
    return found


def weights(one: Session) -> dict[str, Any]:
    """Copies of all parameters, buffers and optimizer slots by name."""
    found = {name: parameter.data.copy() for name, parameter in one.model.named_parameters()}
    found |= {name: buffer.data.copy() for name, buffer in one.model.named_buffers()}
    for name, parameter in one.model.named_parameters():
        for slot, value in one.optimizer.slots(parameter).items():
            found[f"{name}/{slot}"] = value.copy() if hasattr(value, "copy") else value
    return found


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Bitwise equal, name by name."""
    return a.keys() == b.keys() and all(
        host.asarray(a[name]).tobytes() == host.asarray(b[name]).tobytes() for name in a
    )


def dropout_edit(p: float) -> Any:
    """Put a Dropout in front of the last layer."""
    return pg.edit.insert("drop1 -> fc2", nn.Dropout(p))
