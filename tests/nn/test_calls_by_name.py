"""Layers are called with the names of arguments that PyTorch's have, by place or by name."""

from __future__ import annotations

import inspect
import re
import warnings

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.layergraph import LayerGraph

from .parity import torch

WITHOUT = {"Module", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict", "RNNBase", "RNNCellBase"}
"""They are not called: PyTorch's signatures there say nothing."""


def _layers() -> list[str]:
    found = [name for name in dir(torch.nn) if inspect.isclass(getattr(torch.nn, name)) and name not in WITHOUT]
    return [name for name in found if issubclass(getattr(torch.nn, name), torch.nn.Module) and hasattr(nn, name)]


def _arguments(layer: type) -> list[tuple[str, bool]]:
    """Names, and whether one may be left out."""
    given = list(inspect.signature(layer.forward).parameters.values())[1:]
    return [(entry.name, entry.default is not entry.empty) for entry in given]


def test_every_layer_names_its_arguments_as_pytorch_does():
    assert len(_layers()) > 150
    ours = {name: _arguments(getattr(nn, name)) for name in _layers()}
    assert ours == {name: _arguments(getattr(torch.nn, name)) for name in _layers()}


CALLS = [
    ("nn.Linear(3, 2)", {"input": (4, 3)}),
    ("nn.Conv2d(3, 2, 1)", {"input": (1, 3, 2, 2)}),
    ("nn.ConvTranspose1d(3, 2, 2, stride=2)", {"input": (1, 3, 4)}),
    ("nn.BatchNorm1d(3)", {"input": (4, 3)}),
    ("nn.Sequential(nn.Linear(3, 2), nn.ReLU())", {"input": (4, 3)}),
    ("nn.Bilinear(3, 2, 4)", {"input1": (5, 3), "input2": (5, 2)}),
    ("nn.CosineSimilarity()", {"x1": (5, 3), "x2": (5, 3)}),
    ("nn.RMSNorm(3)", {"x": (4, 3)}),
    ("nn.GRU(3, 2)", {"input": (5, 1, 3), "hx": (1, 1, 2)}),
    ("nn.MultiheadAttention(4, 2)", {"query": (3, 1, 4), "key": (2, 1, 4), "value": (2, 1, 4)}),
    ("nn.PoissonNLLLoss()", {"log_input": (4,), "target": (4,)}),
]


@pytest.mark.parametrize(("text", "shapes"), CALLS, ids=[re.sub(r"\(.*", "", text) for text, _ in CALLS])
def test_a_call_by_name_is_the_call_by_place(text, shapes):
    layer = eval(text, {"nn": nn})
    tensors = {name: pg.rand(*shape) for name, shape in shapes.items()}
    by_name, by_place = layer(**tensors), layer(*tensors.values())
    first = [found[0] if isinstance(found, tuple) else found for found in (by_name, by_place)]
    assert pg.equal(*first)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        eval(text, {"nn": torch.nn})(**{name: torch.rand(*shape) for name, shape in shapes.items()})


class _ByName(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.second(input=pg.relu(self.first(input=x)))


def test_a_network_whose_layers_are_called_by_name_opens_as_a_layer_graph():
    model, x = _ByName(), pg.ones(2, 3)
    graph = LayerGraph.from_module(model, x)
    assert [node.kind for node in graph.nodes.values()] == ["Input", "Linear", "ReLU", "Linear", "Output"]
    assert pg.equal(graph.build()(x), model(x))
