"""What a snapshot says of every op: sizes, cost, memory, backward, shared weights, the user's line."""

from __future__ import annotations

from typing import Any

import patchgrad as pg
from patchgrad import nn
from patchgrad.autograd.op import all_ops
from patchgrad.autograd.state import observing
from patchgrad.recorder import Snapshot, Trace, snapshot
from patchgrad.recorder.layers import Layers
from patchgrad.recorder.snapshot import flops
from tests.contracts.op_samples import good


def seen(model: Any, *inputs: Any) -> Snapshot:
    """A step of the model: its output's sum, and backward."""
    layers = Layers(model)
    trace = Trace(layers.path_of, layers.name_of)
    with observing(trace):
        model(*inputs).sum().backward()
    return snapshot(trace, 7)


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4, bias=False)

    def forward(self, x: Any) -> Any:
        return self.layer(self.layer(x).tanh())


def test_an_op_says_what_it_costs_and_keeps_and_where_it_stands() -> None:
    found = seen(Twice(), pg.ones(3, 4))
    first, bent, second, total = found.ops
    assert [op.op for op in found.ops] == ["linear", "tanh", "linear", "sum"]
    assert first.flops == 2 * 3 * 4 * 4
    assert [(kept.argument, kept.value, kept.added) for kept in second.saved] == [
        ("x", bent.outputs[0], 0),
        ("weight", "layer.weight", 0),
    ]
    assert [(kept.argument, kept.added) for kept in bent.saved] == [("y", 48)]
    assert list(bent.why_saved()) == [f"{bent.outputs[0]}: 48 bytes; the gradient of tanh reads y"]
    assert found.saved_bytes == 48
    assert bent.position.text == "self.layer(x).tanh()"
    assert (first.position.text, second.position.text) == ("self.layer(x)", "self.layer(self.layer(x).tanh())")
    assert [op.backward for op in found.ops] == [3, 2, 1, 0]
    assert (first.gradients, second.gradients) == (("weight",), ("x", "weight"))
    assert found.values["layer.weight"].device == "cpu"
    assert len(found.seconds) == len(found.backward_seconds) == len(found.ops)
    assert all(seconds > 0 for seconds in (*found.seconds, *found.backward_seconds))
    assert total.path == ""


def test_weights_that_are_used_in_several_calls_are_shared() -> None:
    found = seen(Twice(), pg.ones(3, 4))
    assert found.shared() == {"layer.weight": ("layer/0/0:linear", "layer/1/0:linear")}
    assert seen(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)), pg.ones(3, 4)).shared() == {}


def test_calls_know_the_call_around_them() -> None:
    found = seen(nn.Sequential(Twice(), nn.ReLU()), pg.ones(3, 4))
    around = [(call.path, found.calls[call.parent].path if call.parent >= 0 else None) for call in found.calls]
    assert around == [("", None), ("", ""), ("0", ""), ("0.layer", "0"), ("0.layer", "0"), ("1", "")]


def test_a_write_over_kept_values_says_how_much_was_copied() -> None:
    x = pg.ones(3, 4, requires_grad=True)
    trace = Trace()
    with observing(trace):
        y = x.tanh()
        y += 1.0
        z = x * 2.0
        z += 1.0
    writes = [op for op in snapshot(trace).ops if op.op == "write"]
    assert [op.copied for op in writes] == [48, 0]
    assert [op.position.text for op in writes] == ["y += 1.0", "z += 1.0"]


def test_what_is_kept_in_another_dtype_is_memory_of_its_own() -> None:
    trace = Trace()
    with observing(trace):
        _ = pg.ones(5, requires_grad=True) * pg.arange(5)
    (product,) = [op for op in snapshot(trace).ops if op.op == "mul"]
    assert [(kept.argument, kept.value, kept.added) for kept in product.saved] == [("a", "leaf#0", 0), ("b", "", 20)]


def test_freezing_a_layer_changes_what_is_known_of_the_step() -> None:
    model = Twice()
    with pg.watch(model, every=1) as view:
        for frozen in (False, True):
            model.layer.weight.requires_grad_(not frozen)
            model(pg.ones(3, 4)).sum()
            view.end()
            assert view.snapshot is not None
            assert [op.taped for op in view.snapshot.ops if op.path] == [not frozen] * 2


def test_every_cost_rule_takes_the_shapes_of_the_samples() -> None:
    for op in all_ops():
        for sample in good(op) if op.cost is not None else ():
            shapes = [None if entry is None else getattr(entry, "shape", ()) for entry in sample.inputs]
            assert (flops(op, shapes, sample.attrs) or 0) >= 0, op.name
