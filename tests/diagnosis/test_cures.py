"""Cures of findings: ordinary edits after which the finding is gone."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import data, nn, optim
from patchgrad.diagnosis import RULES
from patchgrad.recorder import Recorder
from patchgrad.recorder.quantities import QUANTITIES
from patchgrad.recorder.tripwire import NonFinite
from patchgrad.session.opening import SessionWarning

from .runs import blobs, mlp
from .test_report import rules, session


def test_every_rule_says_from_where_on_it_speaks_and_where_that_comes_from() -> None:
    assert [rule.name for rule in RULES.values() if not rule.threshold or not rule.source] == []


def test_a_finding_about_a_layer_that_was_replaced_is_gone_with_the_next_look() -> None:
    model = mlp()
    with pg.no_grad():
        model[2].bias -= 20.0
    trained = session(model)
    [found] = trained.findings()
    assert found.cure is not None
    assert "more than half" in repr(found.threshold)
    trained.apply(found.cure.command)
    trained.run(4, progress=False)
    assert rules(trained) == []
    trained.undo()
    trained.run(30, progress=False)
    assert rules(trained) == ["dead_relus"]


def test_lost_weights_are_drawn_anew_and_training_goes_on() -> None:
    trained = session(mlp())
    name = "linear2"
    with pg.no_grad():
        trained.model.layers[trained.graph.names[name]].weight[0, 0] = float("nan")
    with pytest.raises(pg.errors.PatchgradError):
        trained.run(5, progress=False)
    [found] = trained.findings()
    assert found.layers == (name,)
    assert found.cure is not None
    assert found.cure.python == f'pg.edit.reinitialise("{name}")'
    trained.apply(found.cure.command)
    trained.run(30, progress=False)
    assert rules(trained) == []


def test_a_nan_that_has_passed_is_no_finding_any_more() -> None:
    recorder = Recorder()
    recorder.fault = NonFinite(1, "the loss", "")
    told: list[list[str]] = []
    for step, loss in enumerate((1.0, float("nan"), 0.9, float("inf"), 0.9, 0.8, 0.8, 0.7, 0.7)):
        recorder.keep(QUANTITIES["loss"], "", step, loss)
        told.append([found.rule for found in pg.findings(recorder)])
    assert told == [*[["not_finite"]] * 8, []]


def test_deep_plain_networks_get_batch_norms_between_their_layers() -> None:
    pg.manual_seed(0)
    x, y = blobs()
    layers = [part for _ in range(8) for part in (nn.Linear(8, 8), nn.LeakyReLU())]
    model = nn.Sequential(*layers, nn.Linear(8, 3))
    with pg.no_grad():
        for layer in layers[::2]:
            layer.weight.mul_(0.15)
    loader = data.DataLoader(data.TensorDataset(x, y), batch_size=32)
    made = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.SGD(model.parameters(), lr=0.05))
    assert made.recorder is not None
    made.recorder.budget.every = 2
    made.run(60, progress=False)
    [found] = made.findings()
    assert found.rule == "vanishing_gradient"
    assert found.cure is not None
    made.apply(found.cure.command)
    assert [node.kind for node in made.graph.nodes.values()].count("BatchNorm1d") == 8
    made.run(60, progress=False)
    assert rules(made) == []
    made.undo()
    assert "BatchNorm1d" not in [node.kind for node in made.graph.nodes.values()]


def test_a_rate_that_is_too_low_is_raised_until_the_network_learns() -> None:
    trained = session(mlp(), lr=1e-6, steps=120)
    [found] = trained.findings()
    assert found.rule == "rate_too_low"
    assert found.cure is not None
    assert found.cure.python == "pg.edit.optimizer(lr=1e-05)"
    for _ in range(8):
        left = trained.findings()
        if left and left[0].cure is not None:
            trained.apply(left[0].cure.command)
        trained.run(60, progress=False)
    assert trained.optimizer.param_groups[0]["lr"] >= 1e-3
    assert rules(trained) == []


def test_a_rate_that_is_too_high_gets_a_tenth_and_undo_brings_it_back() -> None:
    pg.manual_seed(0)
    model = mlp()
    loader = data.DataLoader(data.TensorDataset(*blobs(apart=0.3)), batch_size=32)
    trained = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.SGD(model.parameters(), lr=2.0))
    assert trained.recorder is not None
    trained.recorder.budget.every = 2
    trained.run(120, progress=False)
    [found] = trained.findings()
    assert found.rule == "rate_too_high"
    assert found.cure is not None
    before = trained.fingerprint()
    trained.apply(found.cure.command)
    assert trained.optimizer.param_groups[0]["lr"] == 2.0
    assert {node.rate for node in trained.graph.nodes.values()} == {1.0, 0.1}
    assert trained.fingerprint() != before
    trained.undo()
    assert trained.fingerprint() == before


def test_data_in_the_order_of_their_classes_are_shuffled() -> None:
    pg.manual_seed(0)
    x, y = blobs()
    model = mlp()
    order = pg.tensor(sorted(range(len(y)), key=lambda at: int(y[at])))
    loader = data.DataLoader(data.TensorDataset(x[order], y[order]), batch_size=4)
    made = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.SGD(model.parameters(), lr=0.02))
    assert made.recorder is not None
    made.recorder.budget.every = 2
    made.run(36, progress=False)
    [found] = made.findings()
    assert found.rule == "one_class"
    assert found.cure is not None
    made.apply(found.cure.command)
    made.run(40, progress=False)
    assert rules(made) == []


def test_parameters_that_the_optimizer_lacks_are_added_to_it_and_undo_takes_them_out_again() -> None:
    pg.manual_seed(0)
    model = mlp()
    loader = data.DataLoader(data.TensorDataset(*blobs()), batch_size=32)
    with pytest.warns(SessionWarning, match="optimizer"):
        made = pg.Session(
            model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.SGD(model[4].parameters(), lr=0.1, momentum=0.9)
        )
    assert made.recorder is not None
    made.recorder.budget.every = 2
    made.run(40, progress=False)
    [found] = made.findings()
    assert (found.rule, found.layers) == ("unheld_parameters", ("linear1", "linear2"))
    assert found.cure is not None
    assert found.cure.python == 'pg.edit.hold("linear1", "linear2")'
    before = made.fingerprint()
    made.apply(found.cure.command)
    with pytest.raises(pg.errors.ArgumentError, match="nothing to add"):
        made.apply(found.cure.command)
    made.run(30, progress=False)
    assert rules(made) == []
    slots = [made.optimizer.slots(parameter) for parameter in made.model.parameters()]
    assert all(slots)
    made.undo()
    assert [bool(made.optimizer.slots(parameter)) for parameter in made.model.parameters()] == [False] * 4 + [True] * 2
    made.redo()
    assert [made.optimizer.slots(p).keys() for p in made.model.parameters()] == [held.keys() for held in slots]
    made.undo()
    assert made.fingerprint() != before
