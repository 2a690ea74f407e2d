"""When the host waits for a GPU: a double of CuPy counts it. Launching must run ahead, or the GPU idles."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad.backend.waiting import MOST
from patchgrad.errors import ArgumentError
from patchgrad.nn import functional as F

OPTIMIZERS = ("SGD", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "Adagrad", "Adadelta", "RMSprop", "Rprop", "ASGD",
              "Adafactor")  # fmt: skip


class Network(pg.nn.Module):
    """Images and words in, classes out: layers that look at indices among them."""

    def __init__(self):
        super().__init__()
        self.image = pg.nn.Sequential(
            pg.nn.Conv2d(1, 4, 3, padding=1), pg.nn.BatchNorm2d(4), pg.nn.ReLU(), pg.nn.MaxPool2d(2),
            pg.nn.Dropout(0.2), pg.nn.Flatten(), pg.nn.Linear(36, 8), pg.nn.LayerNorm(8),
        )  # fmt: skip
        self.words = pg.nn.Embedding(9, 8)
        self.mix = pg.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.head = pg.nn.Linear(8, 3)

    def forward(self, image, words):
        return self.head(self.mix(self.words(words)).mean(1) + self.image(image))


def _batch():
    return pg.randn(2, 1, 6, 6).cuda(), pg.tensor([[0, 1, 8], [3, 4, 2]]).cuda(), pg.tensor([2, 0]).cuda()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_of_training_does_not_wait(name, double):
    model, (image, words, target) = Network().cuda(), _batch()
    optimizer = getattr(pg.optim, name)(model.parameters())
    double.waits.clear()
    for _ in range(2):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(image, words), target, label_smoothing=0.1)
        loss.backward()
        pg.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    assert double.waits == []
    loss.item()
    assert double.waits[-1] == "asnumpy"


def test_muon_does_not_wait_either(double):
    layer = pg.nn.Linear(4, 3, bias=False).cuda()
    optimizer = pg.optim.Muon(layer.parameters())
    layer(pg.ones(2, 4, device="cuda")).square().sum().backward()
    double.waits.clear()
    optimizer.step()
    assert double.waits == []


def test_a_scaled_step_waits_once_to_know_whether_to_step(double):
    model, (image, words, target) = Network().cuda(), _batch()
    optimizer, scaler = pg.optim.Adam(model.parameters()), pg.amp.GradScaler("cuda")
    double.waits.clear()
    with pg.autocast("cuda"):
        loss = F.cross_entropy(model(image, words), target)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    pg.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    assert double.waits == []
    scaler.step(optimizer)
    scaler.update()
    assert double.waits == ["__bool__"]


def test_an_index_out_of_range_is_told_at_the_next_wait_with_the_line_that_used_it(double):
    words = pg.nn.Embedding(4, 2).cuda()
    found = words(pg.tensor([1, 7]).cuda())  # the line
    found.sum().backward()
    assert words.weight.grad.is_cuda
    with pytest.raises(ArgumentError, match="an index lies outside the table") as error:
        found.sum().item()
    assert error.value.got == "indices from 1 to 7"
    assert "words(pg.tensor([1, 7]).cuda())" in error.value.source
    assert pg.ones(1).cuda().item() == 1.0


def test_a_target_that_is_no_class_is_told_by_synchronize(double):
    F.cross_entropy(pg.zeros(2, 3).cuda(), pg.tensor([0, 3]).cuda())
    with pytest.raises(ArgumentError, match="a target is not one of the classes"):
        pg.cuda.synchronize()
    pg.cuda.synchronize()


def test_checks_do_not_pile_up(double):
    x, index = pg.zeros(2, 3).cuda(), pg.tensor([[0], [1]]).cuda()
    double.waits.clear()
    for _ in range(MOST + 1):
        x.gather(1, index)
    assert double.waits == ["__bool__"] * (MOST + 1)


def test_on_the_cpu_an_index_is_looked_at_at_once():
    with pytest.raises(ArgumentError, match="an index lies outside the table"):
        pg.nn.Embedding(4, 2)(pg.tensor([1, 7]))
