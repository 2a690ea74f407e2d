"""``pg.watch`` sees any training loop."""

from __future__ import annotations

import gc
import weakref

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.autograd.state import state

from .test_recorder import X, Y, network, one


def test_a_plain_loop_is_seen() -> None:
    model = network()
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    view = pg.watch(model, every=1)
    losses = [one(model, optimizer) for _ in range(6)]
    assert view.step == 6
    assert view.recorder.series("loss").values.tolist() == pytest.approx(losses)
    assert len(view.recorder.series("update_ratio", "0")) == 6
    assert len(view.recorder.series("gradient_norm")) == 6
    assert view.snapshot is not None
    view.close()


def test_a_loop_that_moves_the_weights_by_hand_is_seen() -> None:
    model = network()
    with pg.watch(model, every=1) as view:
        for _ in range(4):
            difference = model(pg.tensor(X)) - pg.tensor(Y)
            (difference * difference).mean().backward()
            with pg.no_grad():
                for parameter in model.parameters():
                    parameter -= parameter.grad * 0.1
                    parameter.grad = None
        assert view.step == 4
        assert len(view.recorder.series("loss")) == 3
        assert view.recorder.series("update_ratio", "0").last > 0


def test_evaluation_is_no_step() -> None:
    model = network()
    with pg.watch(model, every=1) as view, pg.no_grad():
        model(pg.tensor(X))
    assert view.step == 0


def test_calls_before_the_update_belong_to_one_step() -> None:
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with pg.watch(model, every=1) as view:
        for _ in range(3):
            (model(pg.tensor(X)).sum() + model(pg.tensor(X) * 2.0).sum()).backward()
            optimizer.step()
        assert view.step == 3
        assert view.snapshot is not None
        assert {op.id.split(":")[0] for op in view.snapshot.ops if op.path == "0"} == {"0/0/0", "0/1/0"}


def test_a_cell_that_is_run_again_leaves_one_watch() -> None:
    model = network()
    views = [pg.watch(model, every=1) for _ in range(5)]
    one(model, optim.SGD(model.parameters(), lr=0.1))
    assert [view.step for view in views] == [0, 0, 0, 0, 1]
    assert len(model._hooks.before) == 1
    views[-1].close()
    assert len(model._hooks.before) == 0
    assert state.observers == ()


def test_closing_in_the_middle_of_a_step_leaves_nothing() -> None:
    model = network()
    view = pg.watch(model, every=1)
    model(pg.tensor(X))
    view.close()
    assert state.observers == ()


def test_a_model_that_goes_takes_its_watch_along() -> None:
    model = network()
    view = pg.watch(model, every=1)
    one(model, optim.SGD(model.parameters(), lr=0.1))
    seen = weakref.ref(model)
    weights = weakref.ref(model[0].weight)
    del model
    gc.collect()
    assert seen() is None
    assert weights() is None
    assert view.recorder.series("loss").steps.tolist() == [1]


def test_a_module_that_is_used_twice_has_two_calls() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 4)

        def forward(self, x: pg.Tensor) -> pg.Tensor:
            return self.layer(self.layer(x))

    model = Twice()
    with pg.watch(model, every=1) as view:
        model(pg.tensor(X)).sum().backward()
        optim.SGD(model.parameters(), lr=0.1).step()
        assert view.snapshot is not None
        assert [op.id for op in view.snapshot.ops if op.path] == ["layer/0/0:linear", "layer/1/0:linear"]
