"""The graph of a formula: its ops, its names, what ran backwards."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import ArgumentError


def test_a_formula_has_its_ops_and_the_names_of_its_arguments():
    x = pg.tensor(3.0, requires_grad=True)
    found = pg.draw(lambda x, y: (x * y).sin() + y.exp(), x, pg.tensor([2.0, 1.0]))
    assert [op.op for op in found.ops] == ["mul", "sin", "exp", "add"]
    assert {value.name for value in found.values.values() if value.source is None} == {"x", "y"}
    assert [op.backward is not None for op in found.ops] == [True, True, False, True]
    assert x.grad is None
    assert "<svg" in found._repr_svg_()


def test_a_module_is_drawn_with_its_parameters():
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    found = pg.draw(model, pg.ones(1, 3))
    assert [(op.path, op.op) for op in found.ops] == [("0", "linear"), ("1", "relu")]
    assert {"0.weight", "0.bias"} <= set(found.values)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_without_gradients_only_the_way_forwards_is_drawn():
    assert [op.backward for op in pg.draw(pg.exp, pg.ones(2)).ops] == [None]
    assert pg.draw(lambda: 3).ops == ()


def test_a_result_instead_of_a_function_is_refused():
    with pytest.raises(ArgumentError, match="function"):
        pg.draw(pg.ones(2))
