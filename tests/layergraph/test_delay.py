"""Loops through a Delay: the value of the step before, kept from step to step, through edits, marks and files."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import GraphError, PatchgradError
from patchgrad.layergraph import LayerGraph, PortRef, commands, edit
from patchgrad.layergraph.check import check
from patchgrad.layergraph.flow import feedback
from patchgrad.layergraph.measure import evaluated

from .sample import port, wires


class Cell(nn.Module):
    """A step of a recurrent network, as a person writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.add, self.turn = nn.Linear(3, 4), nn.Add(), nn.Linear(4, 4)
        self.act, self.back, self.head = nn.Tanh(), nn.Delay((4,)), nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        before = self.back.last(x)
        h = self.act(self.add(self.enter(x), self.turn(before)))
        self.back(h)
        return self.head(h)


class Plain(nn.Module):
    """Without the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.add, self.turn = nn.Linear(3, 4), nn.Add(), nn.Linear(4, 4)
        self.act, self.head = nn.Tanh(), nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        x = self.enter(x)
        return self.head(self.act(self.turn(self.add(x, x))))


def a_session(model: Any, sizes: tuple[int, ...] = (5, 5, 5)) -> pg.Session:
    pg.manual_seed(2)
    batches = [(pg.randn(size, 3), pg.randn(size, 2)) for size in sizes]
    return pg.Session(model, batches, loss=nn.MSELoss(), optimizer=lambda p: optim.Adam(p, lr=1e-2))


def looped() -> pg.Session:
    pg.manual_seed(1)
    session = a_session(Plain())
    session.step(2)
    session.apply(edit.adapt("act", "add.b"))
    return session


def test_a_loop_is_refused_with_the_edit_that_leads_it_through_a_delay() -> None:
    session = a_session(Plain())
    with pytest.raises(GraphError, match="would make a loop") as error:
        session.apply(edit.connect("act", "add.b"))
    assert error.value.hint.endswith('pg.edit.adapt("act", "add.b")')
    session.apply(eval(error.value.hint.partition(": ")[2], {"pg": pg}))
    assert {"act.y -> delay1.x", "delay1.y -> add.b"} <= wires(session.graph)
    assert session.graph.by_name("delay1").settings["shape"] == (4,)
    session.step(2)


def test_it_computes_what_the_formula_says_over_steps_and_begins_anew_with_another_number_of_samples() -> None:
    model = Cell()
    built, memory = LayerGraph.from_module(model, pg.randn(2, 3)).build(), pg.zeros(5, 4)
    for size in (5, 5, 3, 3):
        x = pg.randn(size, 3)
        memory = memory if memory.shape[0] == size else pg.zeros(size, 4)
        memory = (model.enter(x) + model.turn(memory)).tanh().detach()
        assert pg.allclose(built(x), model.head(memory))
        assert pg.allclose(model.back.memory, memory)


def test_gradients_end_at_the_delay_and_evaluation_leaves_it_as_it_is() -> None:
    model, x = Cell(), pg.randn(2, 3)
    model(x)
    model(x).sum().backward()
    kept = model.back.memory.tolist()
    model.eval()
    first, second = model(x), model(x)
    assert (first.tolist(), model.back.memory.tolist()) == (second.tolist(), kept)
    always = nn.Delay((1,), initial=3.0, moves="always").eval()
    assert [always(pg.ones(1, 1) * turn).item() for turn in range(3)] == [3.0, 0.0, 1.0]
    always.reset()
    assert always(pg.ones(1, 1)).item() == 3.0


def test_code_and_diagram_are_one_with_a_loop() -> None:
    session = looped()
    session.step(3)
    names: dict[str, Any] = {}
    exec(session.graph.to_source(), names)
    model, x = names["Model"](), pg.randn(5, 3)
    model.load_state_dict(session.model.state_dict())
    again = LayerGraph.from_module(model, x)
    assert wires(again) == wires(session.graph)
    results = [evaluated(entry, (x,)).numpy().tobytes() for entry in (model, again.build(), session.model)]
    assert len({*results}) == 1
    assert model.delay1.memory.shape == (5, 4)


def test_marks_undo_and_redo_keep_what_it_holds() -> None:
    session = looped()
    session.step(2)
    here = session.fingerprint()
    session.mark("here")
    session.step(2)
    later = session.fingerprint()
    session.rewind("here")
    assert session.fingerprint() == here
    session.step(2)
    assert session.fingerprint() == later
    held = session.model.delay1.memory.tolist()
    session.undo()
    assert not session.graph.of_kind("Delay")
    session.redo()
    assert session.model.delay1.memory.tolist() == held


def test_a_session_whose_batches_change_size_goes_on_and_rewinds() -> None:
    session = a_session(Cell(), sizes=(5, 3, 4))
    session.step(1)
    session.mark("five")
    here = session.fingerprint()
    session.step(2)
    session.rewind("five")
    assert session.fingerprint() == here
    session.step(1)


def test_a_wider_loop_computes_the_same_and_remembers() -> None:
    session = looped()
    session.step(3)
    receipt: Any = session.apply(edit.width("turn", 7))
    assert receipt.receipt.max_difference <= 1e-6
    assert session.model.delay1.memory.shape == (5, 7)
    held = {tuple(row) for row in session.model.delay1.memory.numpy().T.round(5).tolist()}
    session.apply(edit.width("turn", 3))
    assert {tuple(row) for row in session.model.delay1.memory.numpy().T.round(5).tolist()} <= held
    session.step(1)


def test_drawing_it_anew_forgets_what_came_in() -> None:
    session = looped()
    session.step(1)
    session.apply(edit.reinitialise("delay1"))
    assert session.model.delay1.memory.shape[0] == 0


@pytest.mark.parametrize(
    "change", [edit.bypass("back"), edit.replace("back", "ReLU"), edit.share("back", "back")], ids=str
)
def test_what_would_leave_the_loop_without_a_delay_is_refused(change: Any) -> None:
    graph = LayerGraph.from_module(Cell(), pg.randn(2, 3))
    with pytest.raises(GraphError):
        change.apply(graph)


def test_a_loop_follows_the_width_that_comes_round() -> None:
    graph = LayerGraph.from_module(Cell(), pg.randn(2, 3))
    graph = edit.connect("head", "back").apply(graph)
    assert graph.by_name("back").settings["shape"] == (2,)
    assert graph.by_name("turn").settings["in_features"] == 2
    assert check(graph).ok


def test_without_its_delay_the_loop_is_cut() -> None:
    graph = edit.remove("back").apply(LayerGraph.from_module(Cell(), pg.randn(2, 3)))
    assert "act.y -> turn.x" not in wires(graph)


def test_what_comes_round_in_another_shape_is_a_problem_that_names_the_delay() -> None:
    graph = looped().graph
    source, target = port(graph, "head.y"), PortRef(graph.names["delay1"], "x")
    changed = commands.Connect(source, target).apply(graph)
    [problem] = [entry for entry in check(changed).problems if entry.blocking]
    assert problem.title == "what comes round the loop to delay1 is not what it gives"
    assert (problem.got, problem.want) == ("(N, 2) float32", "(N, 4)")


def test_a_delay_called_twice_in_a_step_stays_closed() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.back, self.head = nn.Delay((3,)), nn.Linear(3, 2)

        def forward(self, x: Any) -> Any:
            self.back(x)
            return self.head(self.back(self.back.last(x)))

    graph = LayerGraph.from_module(Twice(), pg.randn(2, 3))
    assert [node.kind for node in graph.nodes.values()] == ["Input", "Closed", "Output"]


def test_whole_numbers_and_other_shapes_are_refused() -> None:
    for wrong in (pg.ones(2, 5), pg.tensor([[1, 2]])):
        with pytest.raises(PatchgradError, match="Delay"):
            nn.Delay((2,))(wrong)


def test_a_file_keeps_what_it_holds(tmp_path: Any) -> None:
    session = looped()
    session.step(2)
    session.save(tmp_path / "loop.patchgrad")
    opened = pg.load(tmp_path / "loop.patchgrad").build()
    assert opened.delay1.memory.tolist() == session.model.delay1.memory.tolist()


def test_the_edges_of_a_loop_are_those_at_its_delay_and_a_delay_on_no_loop_has_none() -> None:
    graph = looped().graph
    names = {uid: node.name for uid, node in graph.nodes.items()}
    found = {(names[edge.source.node], names[edge.target.node]) for edge in feedback(graph)}
    assert found == {("act", "delay1"), ("delay1", "add")}
    straight = pg.LayerGraph.from_module(nn.Sequential(nn.Linear(3, 3), nn.Delay((3,)), nn.ReLU()), pg.ones(2, 3))
    assert not feedback(straight)
