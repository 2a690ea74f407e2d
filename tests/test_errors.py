"""Law 9: the usual mistakes. Each error says where (layer and line), what it got, and what it wants or what to try."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import (
    ArgumentError,
    DataError,
    DeviceError,
    DtypeError,
    GradError,
    PatchgradError,
    ShapeError,
)
from patchgrad.nn import functional as F

X = pg.zeros(4, 3)


def leaf():
    return pg.ones(3, requires_grad=True)


def backward_twice():
    y = (leaf() * leaf()).sum()
    y.backward()
    y.backward()


def targets_of_floats():
    return F.cross_entropy(X, pg.zeros(4))


MISTAKES = {
    # what was done: (the call, class of the error, a part of its title)
    "matrix sizes": (lambda: X @ X, ShapeError, "matmul cannot take"),
    "one matrix transposed": (lambda: pg.zeros(4, 5) @ pg.zeros(7, 5), ShapeError, "matmul cannot take"),
    "batched product of matrices": (lambda: pg.bmm(X, X), ShapeError, "bmm wants 3 axes"),
    "sizes that do not broadcast": (lambda: X + pg.zeros(2, 3), ShapeError, "do not broadcast"),
    "linear layer, wrong features": (lambda: F.linear(X, pg.zeros(2, 5)), ShapeError, "linear cannot take"),
    "linear layer, not flattened": (lambda: F.linear(pg.zeros(2, 3, 3), pg.zeros(2, 9)), ShapeError, "linear cannot"),
    "convolution, wrong channels": (
        lambda: F.conv2d(pg.zeros(1, 3, 8, 8), pg.zeros(4, 1, 3, 3)), ShapeError, "cannot match the channels",
    ),
    "convolution, image too small": (
        lambda: F.conv2d(pg.zeros(1, 1, 2, 2), pg.zeros(4, 1, 3, 3)), ShapeError, "kernel is larger",
    ),
    "pooling, image too small": (lambda: F.max_pool2d(pg.zeros(1, 1, 2, 2), 3), ShapeError, "kernel is larger"),
    "padding without a meaning": (
        lambda: F.conv2d(pg.zeros(1, 1, 4, 4), pg.zeros(1, 1, 3, 3), padding="full"), ArgumentError, "no such padding",
    ),
    "class indices that are floats": (targets_of_floats, DtypeError, "class indices as integers"),
    "class index out of range": (
        lambda: F.cross_entropy(X, pg.tensor([0, 1, 2, 3])), ArgumentError, "not one of the classes",
    ),
    "one target too few": (lambda: F.cross_entropy(X, pg.tensor([0, 1, 2])), ShapeError, "one class index per sample"),
    "targets with an axis too many": (
        lambda: F.cross_entropy(X, pg.tensor([[0], [1], [2], [0]])), ShapeError, "one class index per sample",
    ),
    "one weight too few": (
        lambda: F.cross_entropy(X, pg.tensor([0, 1, 2, 0]), pg.ones(2)), ShapeError, "one factor per class",
    ),
    "logits and targets of two shapes": (
        lambda: F.binary_cross_entropy_with_logits(pg.zeros(4, 1), pg.zeros(4)), ShapeError, "one target per logit",
    ),
    "unknown reduction": (lambda: F.mse_loss(X, X, reduction="avg"), ArgumentError, "no such reduction"),
    "embedding index too large": (
        lambda: F.embedding(pg.tensor([7]), pg.zeros(5, 2)), ArgumentError, "outside the table",
    ),
    "embedding index that is a float": (lambda: F.embedding(X, pg.zeros(5, 2)), DtypeError, "needs whole numbers"),
    "gather index that is a float": (lambda: pg.gather(X, 0, X), DtypeError, "needs whole numbers"),
    "index out of range": (lambda: X[9], ShapeError, "does not fit"),
    "too many indices": (lambda: X[0, 0, 0], ShapeError, "does not fit"),
    "mask of another shape": (lambda: X[pg.zeros(3) > 0], ShapeError, "does not fit"),
    "reshape to another number": (lambda: X.reshape(5, 2), ShapeError, "cannot reshape"),
    "expand a size that is not 1": (lambda: X.expand(4, 4), ShapeError, "cannot expand"),
    "permute with an axis missing": (lambda: X.permute(0), ShapeError, "every axis once"),
    "an axis that is not there": (lambda: X.sum(2), ShapeError, "no axis 2"),
    "softmax along no axis": (lambda: F.softmax(X, 5), ShapeError, "no axis 5"),
    "an axis named twice": (lambda: X.sum((0, 0)), ShapeError, "named twice"),
    "transpose along no axis": (lambda: X.transpose(0, 3), ShapeError, "no axis 3"),
    "squeeze along no axis": (lambda: X.squeeze(4), ShapeError, "no axis 4"),
    "joining different sizes": (lambda: pg.cat([X, pg.zeros(4, 5)]), ShapeError, "equal sizes on all axes"),
    "stacking different sizes": (lambda: pg.stack([X, pg.zeros(4, 5)]), ShapeError, "equal sizes on all axes"),
    "joining nothing": (lambda: pg.cat([]), ArgumentError, "at least one tensor"),
    "pieces that do not add up": (lambda: X.split([1, 1], 0), ArgumentError, "add up"),
    "layer norm over another size": (lambda: F.layer_norm(X, 5), ShapeError, "the last axes"),
    "group norm with uneven groups": (lambda: F.group_norm(pg.zeros(2, 4, 3), 3), ShapeError, "equal groups"),
    "batch norm of one value": (
        lambda: F.batch_norm(pg.zeros(1, 3), None, None, training=True), ShapeError, "more than one value",
    ),
    "attention of two widths": (
        lambda: F.scaled_dot_product_attention(X, pg.zeros(4, 2), X), ShapeError, "do not fit together",
    ),
    "dropout of more than all": (lambda: F.dropout(X, 1.5), ArgumentError, "a probability"),
    "einsum with a letter too many": (lambda: pg.einsum("ijk->i", X), ShapeError, "one letter per axis"),
    "topk of more than there are": (lambda: X.topk(4), ArgumentError, "cannot give so many"),
    "a leaf changed in place": (lambda: leaf().add_(1), GradError, "a leaf that requires a gradient"),
    "floats into whole numbers": (lambda: pg.tensor([1]).add_(0.5), DtypeError, "cannot change a dtype"),
    "in place into another shape": (lambda: pg.zeros(3).add_(X), ShapeError, "cannot change a shape"),
    "backward twice": (backward_twice, GradError, "a second time"),
    "backward of many elements": (lambda: (leaf() * 2).backward(), GradError, "more than one element"),
    "backward of plain data": (lambda: X.sum().backward(), GradError, "nothing to differentiate"),
    "a gradient of whole numbers": (lambda: pg.tensor([1], requires_grad=True), GradError, "only floating"),
    "an array of what requires a gradient": (lambda: leaf().numpy(), ArgumentError, "has no plain array"),
    "the number of many elements": (lambda: X.item(), ArgumentError, "exactly one element"),
    "the truth of many elements": (lambda: bool(X > 0), ArgumentError, "exactly one element"),
    "rows of two lengths": (lambda: pg.tensor([[1, 2], [3]]), DataError, "do not form a rectangle"),
    "text": (lambda: pg.tensor(["a"]), DataError, "holds numbers"),
    "no such dtype": (lambda: pg.zeros(2, dtype="float33"), DtypeError, "is not a dtype"),
    "no such device": (lambda: pg.zeros(2, device="tpu"), DeviceError, "is not a device"),
    "values of a meta tensor": (lambda: pg.zeros(2, device="meta").tolist(), DeviceError, "has no values"),
    "how many on meta": (lambda: pg.nonzero(pg.zeros(2, device="meta")), DeviceError, "unknown on 'meta'"),
}  # fmt: skip

PLACELESS = {"no such dtype", "no such device", "rows of two lengths", "text"}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_what_came_in_and_a_way_out(name):
    call, kind, title = MISTAKES[name]
    with pytest.raises(kind) as error:
        call()
    assert title in error.value.title
    assert error.value.got or name in PLACELESS
    assert error.value.want or error.value.hint or name in {"joining nothing", "in place"}


@pytest.mark.parametrize("name", [name for name in MISTAKES if name not in PLACELESS])
def test_a_mistake_is_placed_on_the_users_line(name):
    with pytest.raises(PatchgradError) as error:
        MISTAKES[name][0]()
    assert "test_errors.py:" in error.value.where


def network():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Sequential(nn.Flatten(), nn.Linear(10, 5)), nn.BatchNorm1d(5)
    )


def test_a_mistake_inside_a_network_names_the_layer():
    with pytest.raises(ShapeError) as error:
        network()(pg.zeros(2, 1, 8, 8))
    assert error.value.where.startswith("2.1")
    assert "(2, 144)" in error.value.got
    text = str(error.value)
    assert [line.split()[0] for line in text.splitlines()[1:5]] == ["got", "want", "try", "in"]


def test_the_hint_for_a_matrix_on_the_wrong_side_can_be_pasted():
    with pytest.raises(ShapeError) as error:
        pg.zeros(4, 5) @ pg.zeros(7, 5)
    assert error.value.hint == "matmul(a, b.T)"


def test_two_devices_are_named():
    with pytest.raises(DeviceError) as error:
        pg.zeros(1, device="cuda")
    assert "cuda" in error.value.title
    assert error.value.hint


def test_the_expression_of_a_mistake_is_underlined():
    with pytest.raises(ShapeError) as error:
        _ = 1 + (X + 1) @ (X * 2)
    assert error.value.source.splitlines() == ["_ = 1 + (X + 1) @ (X * 2)", "        ^^^^^^^^^^^^^^^^^"]
    assert str(error.value).endswith("        _ = 1 + (X + 1) @ (X * 2)\n                ^^^^^^^^^^^^^^^^^")
