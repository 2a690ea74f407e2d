"""What a tensor tells of itself, what Python asks of it, and what changes in place what it is: as PyTorch has it."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import patchgrad as pg
from patchgrad.errors import ArgumentError, DtypeError, GradError, RangeError, ShapeError

from .compare import torch

X = numpy.arange(6.0).reshape(2, 3)
ASKED: dict[str, Any] = {
    "itemsize": lambda t, x: x.itemsize,
    "nbytes": lambda t, x: x.nbytes,
    "element_size": lambda t, x: x.element_size(),
    "nelement": lambda t, x: x.nelement(),
    "numel": lambda t, x: (x.numel(), t.numel(x), x.shape.numel(), x.shape[1:].numel(), x.size().numel()),
    "ndimension": lambda t, x: x.ndimension(),
    "is_nonzero": lambda t, x: (t.is_nonzero(x[0, 0]), x[1, 1].is_nonzero()),
    "is_same_size": lambda t, x: (x.is_same_size(x + 1), t.is_same_size(x, x.T)),
    "is_set_to": lambda t, x: (x.is_set_to(x[:]), x.is_set_to(x.clone()), x.is_set_to(x[:1])),
    "is_signed": lambda t, x: (t.is_signed(x), t.is_signed(x.bool())),
    "is_tensor": lambda t, x: (t.is_tensor(x), t.is_tensor(1), t.is_storage(x)),
    "get_device": lambda t, x: (x.get_device(), t.get_device(x)),
    "output_nr": lambda t, x: (x.output_nr, x.is_nested, x.name, x.layout == t.strided),
    "isinstance": lambda t, x: [isinstance(x, t.DoubleTensor), isinstance(x, t.IntTensor), isinstance(x.shape, t.Size)],
    "dim_order": lambda t, x: (x.dim_order(), x.T.dim_order()),
    "in": lambda t, x: (3.0 in x, 7 in x, t.tensor(2.0) in x),
    "format": lambda t, x: (f"{x[0, 1]:.3f}", f"{x.sum().int():4d}"),
    "reversed": lambda t, x: reversed(x).tolist(),
    "float of complex": lambda t, x: float(t.tensor(2 + 0j)),
    "sum_to_size": lambda t, x: (x.sum_to_size(3).tolist(), x.sum_to_size(2, 1).tolist(), x.sum_to_size((1,)).tolist()),
    "nonzero_static": lambda t, x: (
        t.nonzero_static(x, size=3).tolist(), x.nonzero_static(size=7, fill_value=-2).tolist(),
    ),
    "fill": lambda t, x: (t.fill(x, 3).tolist(), t.fill(x, t.tensor(2.0)).tolist()),
    "as_strided_scatter": lambda t, x: t.as_strided_scatter(x, t.ones(2, 2).double(), (2, 2), (1, 2), 1).tolist(),
    "unsafe_split_with_sizes": lambda t, x: [part.tolist() for part in x.unsafe_split_with_sizes((1, 2), 1)],
    "printing of one number": lambda t, x: str(x[0, 1].item()),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_is_answered_as_in_pytorch(name):
    assert ASKED[name](pg, pg.tensor(X)) == ASKED[name](torch, torch.tensor(X))


CHANGED: dict[str, Any] = {
    "t_": lambda t, x: x.t_(),
    "transpose_": lambda t, x: x.transpose_(0, 1),
    "swapaxes_": lambda t, x: x.swapaxes_(0, 1),
    "swapdims_": lambda t, x: x.swapdims_(-1, 0),
    "unsqueeze_": lambda t, x: x.unsqueeze_(1),
    "squeeze_": lambda t, x: x.unsqueeze_(0).unsqueeze_(-1).squeeze_(),
    "squeeze_ of an axis": lambda t, x: x.unsqueeze_(0).unsqueeze_(-1).squeeze_(0),
    "as_strided_": lambda t, x: x.as_strided_((2, 2), (1, 2), 1),
    "top level": lambda t, x: t.neg_(t.as_strided_(x, (3,), (2,))),
    "fill_diagonal_": lambda t, x: x.fill_diagonal_(9.0),
    "fill_": lambda t, x: t.fill_(x, 4),
    "index_put_": lambda t, x: t.index_put_(x, (t.tensor([0, 1]), t.tensor([2, 0])), t.tensor([7.0, 8.0]).double()),
    "pow_ by name": lambda t, x: x.pow_(exponent=2),
    "clamp_": lambda t, x: t.clamp_(x, min=1, max=3),
    "threshold_": lambda t, x: t.threshold_(x, 2, -1),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_is_changed_in_place_is_changed_with_its_views_and_gradients(name):
    results: list[Any] = []
    for library in (pg, torch):
        leaf = library.tensor(X, requires_grad=True)
        x = leaf * 2
        part = x[1]
        found = CHANGED[name](library, x)
        assert found is x
        x.mul_(3)
        weights = library.arange(float(x.numel())).double().reshape(x.shape)
        (x * weights).sum().backward()
        results.append([array.detach().numpy() for array in (x, part, leaf.grad)])
    for mine, theirs in zip(*results, strict=True):
        numpy.testing.assert_allclose(mine, theirs)


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (3, 3, 3)])
@pytest.mark.parametrize("wrap", [False, True])
def test_a_diagonal_is_filled_as_in_pytorch(shape, wrap):
    mine, theirs = (library.zeros(*shape).fill_diagonal_(5, wrap) for library in (pg, torch))
    numpy.testing.assert_array_equal(mine.numpy(), theirs.numpy())


def test_a_size_and_a_memory_are_changed_in_place():
    for library in (pg, torch):
        x = library.arange(6.0)
        assert x.resize_(2, 2).tolist() == [[0, 1], [2, 3]]
        assert tuple(x.resize_as_(library.ones(3, 4)).shape) == (3, 4)
        y = library.zeros(2)
        assert y.set_(x[0, :3]) is y
        y.add_(1)
        assert x[0, :3].tolist() == [1, 2, 3]
        assert library.zeros(2).set_().numel() == 0
    x = pg.ones(3)
    view = x[1:]
    with pytest.raises(ArgumentError, match="share"):
        x.resize_(5)
    with pytest.raises(GradError, match="resize_"):
        pg.ones(2, requires_grad=True).resize_(3)
    assert view.tolist() == [1, 1]


def test_python_functions_are_applied_to_each_element():
    for library in (pg, torch):
        x = library.arange(4.0).reshape(2, 2)
        assert x.apply_(lambda value: value * 10).tolist() == [[0, 10], [20, 30]]
        assert x.map_(library.ones(2), lambda a, b: a + b).tolist() == [[1, 11], [21, 31]]


def test_what_has_no_answer_is_refused():
    x = pg.tensor(X)
    for bad, kind in (
        (lambda: "a" in x, ArgumentError),
        (lambda: x.is_nonzero(), ArgumentError),
        (lambda: float(pg.tensor(1j)), DtypeError),
        (lambda: int(x), ArgumentError),
        (lambda: x.sum_to_size(4), ShapeError),
        (lambda: pg.zeros(3).fill_diagonal_(1), ShapeError),
        (lambda: x.fill_(pg.ones(2)), ShapeError),
        (lambda: x.as_strided_((9,), (1,)), RangeError),
        (lambda: pg.ones(2, requires_grad=True).unsqueeze_(0), GradError),
        (lambda: x.nonzero_static(size=-1), ArgumentError),
    ):
        with pytest.raises(kind):
            bad()


def test_a_quotient_and_what_remains_come_together():
    whole, rest = divmod(pg.tensor(X), 2)
    assert (whole * 2 + rest).tolist() == X.tolist()
    assert [part.tolist() for part in divmod(7, pg.tensor([2]))] == [[3], [1]]


PLAIN: dict[str, Any] = {
    "celu_ and selu_": lambda t, x: t.selu_(t.celu_(x.clone())),
    "batch_norm": lambda t, x: t.batch_norm(
        x, None, None, t.zeros(4).double(), t.ones(4).double(), True, 0.1, 1e-5, True
    ),
    "instance_norm": lambda t, x: t.instance_norm(x.unsqueeze(0), None, None, None, None, True, 0.1, 1e-5, True),
    "layer_norm": lambda t, x: t.layer_norm(x, (4,)),
    "group_norm": lambda t, x: t.group_norm(x, 2, None, None, 1e-5, True),
    "rms_norm": lambda t, x: t.rms_norm(x, (4,)),
    "embedding": lambda t, x: t.embedding(x, t.tensor([2, 0, 2])),
    "dropout": lambda t, x: t.dropout(x, 0.5, False),
    "dropout_": lambda t, x: t.dropout_(x.clone(), 0.5, train=False),
    "kl_div": lambda t, x: t.kl_div(x, x.abs(), 2),
    "kl_div of logs": lambda t, x: t.kl_div(x, x / 2, log_target=True),
    "binary_cross_entropy_with_logits": lambda t, x: t.binary_cross_entropy_with_logits(x, x.sigmoid(), None, None, 0),
    "cosine_embedding_loss": lambda t, x: t.cosine_embedding_loss(x, x + 1, t.tensor([1.0, -1, 1]).double(), 0.2, 1),
    "hinge_embedding_loss": lambda t, x: t.hinge_embedding_loss(x, t.ones(3, 4).double(), reduction=0),
    "margin_ranking_loss": lambda t, x: t.margin_ranking_loss(x[0], x[1], t.ones(4).double(), 0.5),
    "poisson_nll_loss": lambda t, x: t.poisson_nll_loss(x, x.abs(), True, False, 1e-8, 1),
    "triplet_margin_loss": lambda t, x: t.triplet_margin_loss(x, x + 1, x - 2, 1.0, reduction=2),
    "adaptive_max_pool1d": lambda t, x: t.adaptive_max_pool1d(x, 2)[1],
    "max_pool1d": lambda t, x: t.max_pool1d(x, 2),
    "avg_pool1d": lambda t, x: t.avg_pool1d(x, 2),
    "conv1d": lambda t, x: t.conv1d(x.unsqueeze(0), t.ones(2, 3, 2).double()),
    "pixel_shuffle": lambda t, x: t.pixel_shuffle(x.reshape(1, 4, 3, 1), 2),
    "bilinear": lambda t, x: t.bilinear(x, x, t.ones(2, 4, 4).double()),
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_forms_of_functions_take_pytorchs_order_of_arguments(name):
    values = numpy.random.default_rng(4).normal(size=(3, 4))
    mine, theirs = PLAIN[name](pg, pg.tensor(values)), PLAIN[name](torch, torch.tensor(values))
    numpy.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-9)
