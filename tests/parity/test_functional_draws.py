"""Functions whose inputs the common table cannot hold: sequences of labels, given random numbers, indices, draws."""

from __future__ import annotations

import numpy
import pytest

import patchgrad as pg
from patchgrad.errors import PatchgradError
from patchgrad.nn import functional as F

torch = pytest.importorskip("torch", reason="PyTorch is the reference")
T = torch.nn.functional
RNG = numpy.random.default_rng(3)


def same(ours, theirs, rtol=1e-9):
    numpy.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=rtol, atol=1e-11)


def both(array, grad=False):
    return pg.tensor(array, requires_grad=grad), torch.tensor(array, requires_grad=grad)


CTC = {
    "table": ((7, 3, 5), [[1, 2, 2], [3, 3, 0], [4, 0, 0]], [7, 6, 5], [3, 2, 1]),
    "one after another": ((7, 3, 5), [1, 2, 2, 3, 3, 4], [7, 7, 7], [3, 2, 1]),
    "an empty target": ((6, 2, 4), [[1, 2], [0, 0]], [6, 3], [2, 0]),
    "too many labels for the time": ((4, 2, 5), [[1, 1, 1, 2], [1, 2, 0, 0]], [4, 4], [4, 2]),
    "repeated labels that just fit": ((5, 1, 3), [[1, 1, 2]], [4], [3]),
}


@pytest.mark.parametrize("zero_infinity", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("kind", CTC)
def test_ctc_loss_and_its_gradient_are_those_of_pytorch(kind, reduction, zero_infinity):
    shape, targets, times, counts = CTC[kind]
    scores, results = numpy.sin(numpy.arange(numpy.prod(shape))).reshape(shape), []
    for library in (pg, torch):
        x = library.tensor(scores, requires_grad=True)
        functional = library.nn.functional
        lengths = library.tensor(times), library.tensor(counts)
        settings = {"reduction": reduction, "zero_infinity": zero_infinity}
        loss = functional.ctc_loss(functional.log_softmax(x, 2), library.tensor(targets), *lengths, **settings)
        if numpy.isfinite(loss.detach().numpy()).all():
            (loss * library.tensor(1.7)).sum().backward()
        results.append((loss, x.grad))
    same(results[0][0], results[1][0])
    assert (results[0][1] is None) == (results[1][1] is None)
    if results[0][1] is not None:
        same(results[0][1], results[1][1])


def test_ctc_loss_of_one_sample_and_another_blank_is_that_of_pytorch():
    x = numpy.cos(numpy.arange(24.0)).reshape(6, 4)
    ours = F.ctc_loss(F.log_softmax(pg.tensor(x), 1), pg.tensor([0, 1]), pg.tensor(6), pg.tensor(2), blank=3)
    theirs = T.ctc_loss(
        T.log_softmax(torch.tensor(x), 1), torch.tensor([0, 1]), torch.tensor(6), torch.tensor(2), blank=3
    )
    same(ours, theirs)


def test_ctc_loss_has_second_gradients():
    x = pg.tensor(numpy.cos(numpy.arange(40.0)).reshape(5, 2, 4), requires_grad=True)

    def loss(x):
        return F.ctc_loss(F.log_softmax(x, 2), pg.tensor([[1, 2], [3, 3]]), [5, 4], [2, 2], reduction="sum")

    assert pg.testing.gradcheck(loss, [x]) in (None, True)
    assert pg.testing.gradgradcheck(loss, [x]) in (None, True)


@pytest.mark.parametrize(("axes", "size"), [(2, (3, 4)), (3, (3, 2, 4))])
@pytest.mark.parametrize("kwargs", [{}, {"output_ratio": 1}, {"return_indices": True}])
def test_fractional_pooling_with_given_numbers_is_that_of_pytorch(axes, size, kwargs):
    x, samples = RNG.normal(size=(2, 3, *(7, 9, 8)[:axes])), RNG.uniform(size=(2, 3, axes))
    ratio = {"output_ratio": (0.6, 0.5, 0.7)[:axes]}
    settings = ratio if "output_ratio" in kwargs else {"output_size": size, **kwargs}
    name = f"fractional_max_pool{axes}d"
    ours, theirs = both(x, True)
    found = getattr(F, name)(ours, 2, _random_samples=pg.tensor(samples), **settings)
    expected = getattr(T, name)(theirs, 2, _random_samples=torch.tensor(samples), **settings)
    if kwargs.get("return_indices"):
        assert found[1].tolist() == expected[1].tolist()
        found, expected = found[0], expected[0]
    same(found, expected)
    (found * found).sum().backward()
    (expected * expected).sum().backward()
    same(ours.grad, theirs.grad)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("settings", [{"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1}])
def test_unpooling_is_that_of_pytorch(axes, settings):
    # Without overlaps of windows that chose one element twice, which both libraries leave open.
    x = numpy.arange(2 * 3 * 6**axes, dtype=float).reshape(2, 3, *(6,) * axes)
    results = []
    for library in (pg, torch):
        functional = library.nn.functional
        y, places = getattr(functional, f"max_pool{axes}d")(library.tensor(x), **settings, return_indices=True)
        y.requires_grad_()
        back = getattr(functional, f"max_unpool{axes}d")(y, places, **settings, output_size=x.shape)
        (back * library.tensor(numpy.cos(x))).sum().backward()
        results.append((back, y.grad))
    for ours, theirs in zip(*results, strict=True):
        same(ours, theirs)


def test_rows_longer_than_max_norm_are_shortened_in_the_table_as_in_pytorch():
    table, index = RNG.normal(size=(6, 4)), [[1, 1], [4, 2]]
    ours, theirs = both(table)
    found = F.embedding(pg.tensor(index), ours, max_norm=0.8, norm_type=1.5)
    expected = T.embedding(torch.tensor(index), theirs, max_norm=0.8, norm_type=1.5)
    same(found, expected)
    same(ours, theirs)
    same(
        F.embedding_bag(pg.tensor(index), ours, max_norm=0.3),
        T.embedding_bag(torch.tensor(index), theirs, max_norm=0.3),
    )
    same(ours, theirs)


def test_a_bag_scales_gradients_by_frequency_as_its_embeddings_do():
    """PyTorch 2.13 divides by the count of another row on the CPU: its own embedding is the reference."""
    table, index = RNG.normal(size=(6, 4)), [[1, 1, 2], [4, 2, 1]]
    ours, theirs = both(table, True)
    F.embedding_bag(pg.tensor(index), ours, scale_grad_by_freq=True, mode="sum").square().sum().backward()
    T.embedding(torch.tensor(index), theirs, scale_grad_by_freq=True).sum(1).square().sum().backward()
    same(ours.grad, theirs.grad)


DROPS = {
    "dropout": (200, 50), "dropout1d": (200, 50, 3), "dropout2d": (200, 50, 3, 2), "dropout3d": (100, 100, 2, 2, 1),
    "alpha_dropout": (200, 50), "feature_alpha_dropout": (200, 50, 3),
}  # fmt: skip


@pytest.mark.parametrize("name", DROPS)
def test_dropout_drops_the_asked_part_and_keeps_the_mean(name):
    pg.manual_seed(1)
    shape = DROPS[name]
    ones = pg.ones(*shape, dtype=pg.float64)
    x = pg.tensor(RNG.normal(size=shape)) if "alpha" in name else ones
    y = getattr(F, name)(x, 0.3, training=True).numpy()
    if "alpha" in name:
        assert abs(y.mean()) < 0.04
        assert abs(y.std() - 1) < 0.04
        return
    flat = y.reshape(shape[0] * shape[1], -1) if name != "dropout" else y.reshape(-1, 1)
    assert (flat == flat[:, :1]).all(), "a channel is dropped as a whole"
    assert set(numpy.unique(y)) == {0.0, 1 / 0.7}
    assert abs((y == 0).mean() - 0.3) < 0.02
    assert getattr(F, name)(ones, 0.3, training=False) is ones


def test_gumbel_softmax_draws_classes_as_often_as_their_chances():
    pg.manual_seed(2)
    logits = pg.tensor([0.0, 1.0, 2.0], dtype=pg.float64).expand(20000, 3).clone().requires_grad_()
    hard = F.gumbel_softmax(logits, tau=0.7, hard=True)
    shares = hard.detach().numpy().mean(0)
    numpy.testing.assert_allclose(shares, numpy.exp([0, 1, 2]) / numpy.exp([0, 1, 2]).sum(), atol=0.015)
    assert set(numpy.unique(hard.detach().numpy().round(12))) == {0.0, 1.0}
    (hard * pg.tensor([1.0, 2.0, 3.0], dtype=pg.float64)).sum().backward()
    assert abs(logits.grad.numpy().sum(1)).max() < 1e-9 < abs(logits.grad.numpy()).max()
    soft = F.gumbel_softmax(logits.detach(), tau=5.0)
    numpy.testing.assert_allclose(soft.numpy().sum(1), 1.0)


X, IMAGE = pg.zeros(2, 3), pg.zeros(1, 2, 4, 4)
MISTAKES = [
    lambda: F.ctc_loss(pg.zeros(3, 1, 4), pg.tensor([[9]]), [3], [1]),
    lambda: F.ctc_loss(pg.zeros(3, 1, 4), pg.tensor([[1]]), [4], [1]),
    lambda: F.ctc_loss(pg.zeros(3, 2, 4), pg.tensor([[1]]), [3], [1]),
    lambda: F.fold(pg.zeros(1, 8, 5), 3, 2),
    lambda: F.unfold(X, 2),
    lambda: F.grid_sample(IMAGE, pg.zeros(2, 3, 3, 2)),
    lambda: F.grid_sample(IMAGE, pg.zeros(1, 3, 3, 2), mode="cubic"),
    lambda: F.affine_grid(pg.zeros(1, 2, 2), (1, 1, 2, 2)),
    lambda: F.max_unpool2d(IMAGE, pg.zeros(1, 2, 4, 3, dtype=pg.int64), 2),
    lambda: F.max_unpool2d(IMAGE, pg.zeros(1, 2, 4, 4, dtype=pg.int64), 2, output_size=(20, 8)),
    lambda: F.conv_transpose2d(IMAGE, pg.zeros(2, 1, 2, 2), output_padding=1),
    lambda: F.conv_transpose3d(IMAGE, pg.zeros(2, 1, 2, 2, 2)),
    lambda: F.max_pool3d(X, 2),
    lambda: F.avg_pool3d(pg.zeros(1, 2, 2, 2), 2, divisor_override=0),
    lambda: F.adaptive_max_pool2d(IMAGE, (1, 2, 3)),
    lambda: F.adaptive_avg_pool3d(X, 1),
    lambda: F.fractional_max_pool2d(IMAGE, 2),
    lambda: F.fractional_max_pool2d(IMAGE, 2, output_size=5),
    lambda: F.interpolate(IMAGE, 3, align_corners=True),
    lambda: F.interpolate(IMAGE, 3, antialias=True),
    lambda: F.dropout2d(X),
    lambda: F.dropout1d(pg.zeros(1, 2, 3), 1.5),
    lambda: F.pdist(IMAGE),
    lambda: F.embedding_bag(pg.tensor([[1]]), X, scale_grad_by_freq=True, mode="max"),
    lambda: F.multi_head_attention_forward(X, X, X, 3, 2, None, None, None, None, False, 0.0, None, None),
]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_what_it_got(mistake):
    with pytest.raises(PatchgradError) as error:
        mistake()
    assert error.value.got
