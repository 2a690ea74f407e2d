"""Networks that learn: step by step as in PyTorch, and to a good end on real data."""

from itertools import islice

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import datasets, nn, optim
from patchgrad.data import DataLoader

STEPS, BATCH = 50, 16

MODELS = {
    "MLP": "nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 24), nn.Tanh(), nn.Linear(24, 10))",
    "CNN": """nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3, padding=1), nn.GELU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(48, 20), nn.LayerNorm(20), nn.ReLU(), nn.Linear(20, 10),
    )""",
}
OPTIMIZERS = [
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 1e-4}),
    ("Adam", {"lr": 3e-3}),
    ("AdamW", {"lr": 3e-3}),
]


def batches():
    """Fifty batches of real scans, in float64."""
    loader = DataLoader(datasets.digits(), BATCH, shuffle=True, seed=2)
    return [(images.data.astype(np.float64), labels.data) for images, labels in islice(loader, STEPS)]


def losses_here(model, name, settings):
    optimizer, loss_function, losses = getattr(optim, name)(model.parameters(), **settings), nn.CrossEntropyLoss(), []
    for images, labels in batches():
        optimizer.zero_grad()
        loss = loss_function(model(pg.tensor(images)), pg.tensor(labels))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def losses_there(torch, model, name, settings):
    optimizer = getattr(torch.optim, name)(model.parameters(), **settings)
    loss_function, losses = torch.nn.CrossEntropyLoss(), []
    for images, labels in batches():
        optimizer.zero_grad()
        loss = loss_function(model(torch.tensor(images)), torch.tensor(labels))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize(("name", "settings"), OPTIMIZERS, ids=[name for name, _ in OPTIMIZERS])
def test_the_loss_curve_is_that_of_pytorch(kind, name, settings):
    torch = pytest.importorskip("torch")
    pg.manual_seed(0)
    ours = eval(MODELS[kind], {"nn": nn}).double()
    theirs = eval(MODELS[kind], {"nn": torch.nn}).double()
    theirs.load_state_dict({key: torch.tensor(value.data) for key, value in ours.state_dict().items()})
    own, their = losses_here(ours, name, settings), losses_there(torch, theirs, name, settings)
    np.testing.assert_allclose(own, their, rtol=1e-9)
    assert own[-1] < 0.8 * own[0]
    for key, value in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[key].data, value.numpy(), rtol=1e-7, atol=1e-10, err_msg=key)


def fit(model, optimizer, loader, epochs, schedule):
    loss_function = nn.CrossEntropyLoss()
    for _ in range(epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            loss_function(model(images), labels).backward()
            optimizer.step()
        schedule.step()


def accuracy(model, dataset):
    model.eval()
    with pg.no_grad():
        right = [(model(images).argmax(1).data == labels.data).sum() for images, labels in DataLoader(dataset, 500)]
    return sum(right) / len(dataset)


def learned(model, train, test, epochs):
    """Test accuracy after training with Adam and a cosine schedule."""
    optimizer = optim.Adam(model.parameters(), lr=4e-3)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    fit(model, optimizer, DataLoader(train, 32, shuffle=True, drop_last=True), epochs, schedule)
    return accuracy(model, test)


def test_a_network_learns_the_digits():
    pg.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10))
    assert learned(model, datasets.digits(), datasets.digits(train=False), 12) >= 0.97


def test_a_network_learns_mnist(shared_data):
    folder = shared_data / "mnist"
    if not folder.is_dir():
        pytest.skip(f"no MNIST in {folder}")
    pg.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip
    train, test = (datasets.mnist(folder, train=part, small=True) for part in (True, False))
    assert learned(model, train, test, 3) >= 0.97
