"""Closer looks: against scikit-learn where it has the same, else against a case made by hand."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.backend import host
from patchgrad.look.examples import confusion_matrix, projected
from patchgrad.nn import functional as F

RANDOM = host.random.default_rng(0)


class Fixed(nn.Module):
    """Gives its input as logits."""

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return x


def test_the_confusion_matrix_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    logits, labels = RANDOM.normal(size=(40, 4)), RANDOM.integers(0, 4, 40)
    halves = [(pg.tensor(logits[part]), pg.tensor(labels[part])) for part in (slice(0, 25), slice(25, 40))]
    expected = metrics.confusion_matrix(labels, logits.argmax(axis=1), labels=range(4))
    assert (confusion_matrix(Fixed(), halves) == expected).all()
    made = pg.look.confusion(Fixed(), halves)
    assert made.layout.title.text == "Which classes are mistaken for which?"
    assert host.array(made.data[0].z).tolist() == expected.tolist()


def test_the_projection_is_that_of_scikit_learn() -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    rows = RANDOM.normal(size=(30, 6)) * host.arange(1, 7)
    peer = decomposition.PCA(2).fit(rows)
    points, shares = projected(rows)
    assert abs(points) == pytest.approx(abs(peer.transform(rows)))
    assert shares == pytest.approx(peer.explained_variance_ratio_)
    made = pg.look.embedding(nn.Embedding(30, 6).weight, ["a", "b", "c"] * 10)
    assert [line.name for line in made.data] == ["a", "b", "c"]


def test_saliency_is_the_weight_of_a_linear_model() -> None:
    model = nn.Linear(3, 2)
    made = pg.look.saliency(model, pg.ones(1, 3), target=1)
    assert list(made.data[0].z[0]) == pytest.approx(abs(model.weight.data[1]).tolist())
    assert model.weight.grad is None


def test_feature_maps_and_filters_are_the_numbers_of_the_layer() -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    x = pg.rand(2, 1, 5, 5)
    maps = pg.look.feature_maps(model, x, "1", example=1)
    sheet = host.array(maps.data[0].z, dtype=float)
    assert sheet.shape == (7, 7)
    with pg.no_grad():
        expected = model(x).data[1]
    assert sheet[4:, :3] == pytest.approx(expected[2])
    filters = host.array(pg.look.filters(model, "0").data[0].z, dtype=float)
    assert filters[:3, 4:] == pytest.approx(model[0].weight.data[1, 0])


def test_attention_is_the_softmax_that_ran() -> None:
    class Attention(nn.Module):
        def forward(self, x: pg.Tensor) -> pg.Tensor:
            return F.softmax(x @ x.transpose(1, 2), dim=-1) @ x

    x = pg.rand(2, 5, 3)
    made = pg.look.attention(nn.Sequential(Attention()), x)
    assert made.layout.title.text == "What attends to what in 0?"
    expected = F.softmax(x @ x.transpose(1, 2), dim=-1).data[0]
    assert host.array(made.data[0].z) == pytest.approx(expected)


def test_the_worst_and_the_best_examples_are_found() -> None:
    logits = pg.tensor([[5.0, 0.0], [0.0, 5.0], [1.0, 0.0]])
    batch = [(logits, pg.tensor([0, 0, 0]))]
    assert list(pg.look.samples(Fixed(), batch).data[0].x) == ["1", "2", "0"]
    assert list(pg.look.samples(Fixed(), batch, best=True, count=1).data[0].x) == ["0"]


def test_the_model_is_afterwards_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    before = {name: value.data.copy() for name, value in model.state_dict().items()}
    pg.look.confusion(model, [(pg.rand(8, 3), pg.zeros(8, dtype=pg.int64))])
    pg.look.saliency(model, pg.rand(1, 3))
    assert model.training
    assert all((value.data == before[name]).all() for name, value in model.state_dict().items())


def test_what_cannot_be_looked_at_says_why() -> None:
    model = nn.Sequential(nn.Linear(3, 2))
    with pytest.raises(pg.errors.ArgumentError, match="no layer 'conv'"):
        pg.look.feature_maps(model, pg.rand(1, 3), "conv")
    with pytest.raises(pg.errors.ArgumentError, match="no feature maps"):
        pg.look.feature_maps(model, pg.rand(1, 3), "0")
    with pytest.raises(pg.errors.ArgumentError, match="no filters"):
        pg.look.filters(model, "0")
    with pytest.raises(pg.errors.ArgumentError, match="no attention"):
        pg.look.attention(model, pg.rand(1, 3))
    with pytest.raises(pg.errors.ArgumentError, match="no examples"):
        pg.look.confusion(model, [])
    with pytest.raises(pg.errors.ArgumentError, match="no plane"):
        pg.look.embedding(pg.ones(1, 3))
