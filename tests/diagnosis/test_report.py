"""What a report says, its cures in a session, and what it refuses."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import data, nn, optim
from patchgrad.diagnosis import RULES, Finding, rule
from patchgrad.diagnosis.facts import Facts
from patchgrad.diagnosis.rules import Trouble
from patchgrad.layergraph.commands import RemoveNodes
from patchgrad.recorder import Recorder

from .runs import blobs, mlp


def session(model: nn.Module, shift: float = 0.0, steps: int = 60, lr: float = 0.05) -> pg.Session:
    pg.manual_seed(0)
    x, y = blobs()
    loader = data.DataLoader(data.TensorDataset(x + shift, y), batch_size=32)
    made = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.SGD(model.parameters(), lr=lr))
    assert made.recorder is not None
    made.recorder.budget.every = 2
    return made.run(steps, progress=False)


def rules(given: pg.Session) -> list[str]:
    return [finding.rule for finding in given.findings()]


def test_a_finding_says_what_where_why_and_what_to_try() -> None:
    trained = session(nn.Sequential(*mlp(), nn.Softmax(dim=1)))
    [found] = trained.findings()
    node = trained.graph.nodes[found.nodes[0]]
    assert node.kind == "Softmax"
    assert found.layers == (node.name,)
    assert found.cure is not None
    assert found.cure.command == RemoveNodes((node.uid,))
    text = repr(trained.findings())
    assert text.startswith("A softmax stands in front of cross_entropy\n")
    assert f'session.apply(pg.edit.remove("{node.name}"))' in text
    assert "<summary><b>A softmax stands" in trained.findings()._repr_html_()


def test_a_cure_is_an_ordinary_edit_that_can_be_undone() -> None:
    trained = session(nn.Sequential(*mlp(), nn.Softmax(dim=1)))
    before = trained.graph
    [found] = trained.findings()
    assert found.cure is not None
    trained.apply(found.cure.command)
    trained.run(20, progress=False)
    assert rules(trained) == []
    trained.undo()
    assert trained.graph == before


def test_inputs_are_normalised_by_one_click() -> None:
    trained = session(mlp(), shift=50.0)
    [found] = trained.findings()
    assert found.rule == "input_scale"
    assert found.cure is not None
    trained.apply(found.cure.command)
    trained.run(20, progress=False)
    assert rules(trained) == []


def test_dead_relus_become_leaky() -> None:
    model = mlp()
    with pg.no_grad():
        model[2].bias -= 20.0
    trained = session(model)
    [found] = trained.findings()
    assert found.rule == "dead_relus"
    assert found.cure is not None
    trained.apply(found.cure.command)
    assert "LeakyReLU" in [node.kind for node in trained.graph.nodes.values()]


def test_a_fault_of_a_session_is_a_finding() -> None:
    model = mlp()
    trained = session(model)
    with pg.no_grad():
        trained.model.parameters().__iter__().__next__()[0, 0] = float("nan")
    with pytest.raises(pg.errors.PatchgradError):
        trained.run(5, progress=False)
    assert rules(trained) == ["not_finite"]


def test_nothing_found_is_said() -> None:
    assert repr(pg.findings(Recorder())) == "Nothing found."
    assert pg.findings(Recorder())._repr_html_() == "<p>Nothing found.</p>"


def test_what_does_not_record_is_refused() -> None:
    with pytest.raises(pg.errors.ArgumentError, match="nothing to look at") as error:
        pg.findings(3)
    assert "pg.watch" in error.value.hint
    recorder = Recorder(mlp(), every=1)
    recorder.looks = 1
    recorder.forget_model()
    with pytest.raises(pg.errors.ArgumentError, match="nothing to look at"):
        pg.findings(recorder)


def test_a_rule_of_ones_own_is_told() -> None:
    @rule("own", source="ours")
    def own(facts: Facts) -> Trouble | None:
        return Trouble("Too few steps", "Train on.", {"steps": 0.0})

    try:
        found = pg.findings(Recorder())
        assert found == (Finding("own", "Too few steps", "Train on.", {"steps": 0.0}, source="ours"),)
    finally:
        del RULES["own"]


def test_findings_reach_the_page_with_their_cures() -> None:
    from patchgrad.protocol.messages import FindingsView
    from patchgrad.widgets.views import findings_view

    trained = session(nn.Sequential(*mlp(), nn.Softmax(dim=1)))
    view = findings_view(trained)
    assert isinstance(view, FindingsView)
    assert view.step == 60
    assert [(found.rule, found.cure) for found in view.findings] == [
        ("softmax_before_loss", RemoveNodes(view.findings[0].nodes))
    ]


def test_a_session_measures_on_request_on_its_last_batch() -> None:
    trained = session(mlp())
    uids = list(trained.ask("effective_rank"))
    assert [trained.graph.nodes[uid].kind for uid in uids] == ["Linear"] * 3
    assert trained.ask("largest_eigenvalue")[""] > 0
    assert trained.recorder is not None
    assert trained.recorder.series("largest_eigenvalue").steps.tolist() == [60]
    fresh = pg.Session(mlp(), [blobs()], loss=nn.CrossEntropyLoss(), optimizer=lambda p: optim.SGD(p, lr=0.1))
    with pytest.raises(pg.errors.SessionError, match="nothing to measure"):
        fresh.ask("largest_eigenvalue")
