"""A cell with a changed model is run again: layers are known again, weights are offered, nothing is taken silently."""

import pytest

import __main__
import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import PatchgradError
from patchgrad.layergraph.measure import evaluated

CELL = """
class Rerun(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 8)
        self.norm = nn.BatchNorm1d(8)
        {more}
        self.fc2 = nn.Linear(8, {out})

    def forward(self, x):
        return self.fc2({act}(self.norm(self.fc1(x))))
"""


@pytest.fixture
def cell(monkeypatch):
    """Runs the cell as a notebook does; gives the session that the next cell makes."""

    def run(more="pass", act="pg.tanh", out=2, **options):
        names = {"nn": nn, "pg": pg, "__name__": "__main__"}
        exec(compile(CELL.format(more=more, act=act, out=out), "<cell>", "exec"), names)
        monkeypatch.setattr(__main__, "Rerun", names["Rerun"], raising=False)
        pg.manual_seed(0)
        batches = [(pg.randn(5, 6), pg.randn(5, out)) for _ in range(4)]
        return pg.Session(
            names["Rerun"](), batches, loss=nn.MSELoss(), optimizer=lambda p: optim.Adam(p, lr=1e-2), **options
        )

    return run


def weights(session, *names):
    return {n: t.numpy().tobytes() for n, t in session.model.state_dict().items() if n.partition(".")[0] in names}


def test_layers_keep_their_uids_pins_groups_and_notes(cell):
    first = cell()
    first.apply(pg.edit.move("fc1", (40.0, 50.0)))
    first.apply(pg.edit.group("fc1", "norm", name="stem"))
    first.apply(pg.edit.note("stem", "the way in"))
    first.apply(pg.edit.fold("stem"))
    first.apply(pg.edit.rename("fc2", "head"))
    second = cell(more="self.drop = nn.Dropout(0.1)", act="self.drop")
    uids = {name: first.graph.by_name(name).uid for name in ("x", "fc1", "norm", "output")}
    assert {name: second.graph.by_name(name).uid for name in uids} == uids
    assert second.graph.by_name("fc2").uid == first.graph.by_name("head").uid
    assert second.graph.by_name("drop").uid not in first.graph.nodes
    assert second.graph.by_name("fc1").position == (40.0, 50.0)
    [group] = second.graph.groups.values()
    assert (group.name, group.note, group.folded) == ("stem", "the way in", True)
    assert {node.name for node in second.graph.members(group.uid)} == {"fc1", "norm"}


def test_the_new_model_is_trained_from_its_own_weights_until_those_of_before_are_asked_for(cell):
    first = cell()
    first.step(3)
    second = cell(more="self.drop = nn.Dropout(0.1)", act="self.drop", out=3)
    own = weights(second, "fc1", "norm", "fc2")
    assert weights(second, "fc1", "norm") != weights(first, "fc1", "norm")
    assert "2 of 3 layers" in second.before.text
    assert "pg.edit.weights()" in repr(second)
    edit = second.apply(pg.edit.weights())
    assert "weights of 2 layers as they were at step 3" in edit.text
    assert weights(second, "fc1", "norm") == weights(first, "fc1", "norm")
    assert weights(second, "fc2") == {name: bits for name, bits in own.items() if name.startswith("fc2")}
    slots = [s.optimizer.slots(s.model.fc1.weight)["exp_avg"].tobytes() for s in (first, second)]
    assert slots[0] == slots[1]
    second.undo()
    assert weights(second, "fc1", "norm", "fc2") == own
    assert not second.optimizer.slots(second.model.fc1.weight)
    second.redo()
    assert weights(second, "fc1", "norm") == weights(first, "fc1", "norm")
    second.step(2)


def test_what_was_trained_before_is_a_branch_to_compare_with_and_to_go_back_to(cell):
    first = cell()
    first.step(3)
    first.apply(pg.edit.insert("norm -> tanh1", nn.Dropout(0.5)))
    first.step(2)
    losses = list(first.recorder.series("loss").values)
    second = cell(act="self.norm")
    print_ = first.fingerprint()  # the cell starts all random streams anew
    second.step(1)
    assert [branch.name for branch in second.branches] == ["main", "before"]
    assert "before  stands at step 5" in repr(second.branches)
    compared = second.compare("before")
    assert "only in 'before': tanh1 (Tanh), drop1 (Dropout)" in str(compared), compared
    assert "only in 'main': norm_again1 (BatchNorm1d)" in str(compared), compared
    assert list(second.branches["before"].recorder.series("loss").values) == losses
    assert [edit.title for edit in second.log if edit.branch == "before"] == ["insert Dropout"]
    second.switch("before")
    assert second.fingerprint() == print_
    second.step(1)
    second.undo()
    assert "drop1" not in second.graph.names
    second.switch("main")
    assert second.step_count == 1


def test_the_session_before_rests_and_is_let_go(cell):
    first = cell()
    first.start()
    second = cell(act="self.norm")
    assert first.state in ("paused", "idle")
    second.before = None
    with pytest.raises(PatchgradError, match="there is no session before this one"):
        second.apply(pg.edit.weights())
    first.close()


def test_a_class_that_was_not_changed_is_another_training(cell):
    first = cell()
    data = [(pg.randn(5, 6), pg.randn(5, 2))]
    again = pg.Session(type(first.original.model)(), data, loss=nn.MSELoss(), optimizer=optim.SGD)
    assert again.before is None
    assert len(again.branches) == 1
    named = cell(before=again)
    assert named.before is not None
    assert evaluated(named.model, (pg.ones(2, 6),)).shape == (2, 2)
