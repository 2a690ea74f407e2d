"""A diff of the user's own class: applied, it makes the network that is trained now."""

import importlib.util
import shutil
import subprocess

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import GraphError
from patchgrad.layergraph import LayerGraph
from patchgrad.layergraph.measure import evaluated

SOURCE = '''"""A network of mine."""
import patchgrad as pg
from patchgrad import nn
from patchgrad.nn import functional as F


class Net(nn.Module):
    """Mine."""

    def __init__(self, width=8):
        super().__init__()
        self.fc1 = nn.Linear(6, width)  # the way in
        self.act = nn.Tanh()
        self.body = nn.Sequential(
            nn.Linear(8, 8),  # eins
            nn.ReLU(),
            nn.Linear(8, 8),
        )
        self.one, self.two = nn.Linear(8, 8), nn.Linear(8, 8)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        x = self.act(self.fc1(x))  # ünï
        x = x + self.body(x)
        side = F.relu(self.one(x))
        x = self.two(x) + side
        return self.head(x)
'''
EDITS = {
    "another width": [pg.edit.width("body_linear1", 12)],
    "a setting": [pg.edit.set("head", bias=False)],
    "another kind": [pg.edit.replace("act", nn.Sigmoid()), pg.edit.replace("body_relu1", nn.GELU())],
    "in front of a layer": [pg.edit.insert("act -> body_linear1", nn.LayerNorm(8))],
    "behind a layer": [pg.edit.insert("fc1 -> act", nn.LayerNorm(8))],
    "two on one edge": [pg.edit.insert("add2 -> head", "Dropout"), pg.edit.insert("drop1 -> head", "LayerNorm")],
    "at the end": [pg.edit.insert("head -> output", nn.Tanh())],
    "in a Sequential": [pg.edit.insert("body_relu1 -> body_linear2", nn.LayerNorm(8))],
    "out of a Sequential": [pg.edit.remove("body_relu1"), pg.edit.remove("body_linear2")],
    "taken out": [pg.edit.remove("act")],
    "bypassed": [pg.edit.bypass("act")],
    "frozen and renamed": [pg.edit.freeze("fc1"), pg.edit.rename("fc1", "stem")],
    "several": [
        pg.edit.insert("act -> body_linear1", nn.LayerNorm(8)), pg.edit.remove("body_relu1"),
        pg.edit.set("head", bias=False), pg.edit.insert("head -> output", nn.Tanh()), pg.edit.rename("two", "second"),
    ],
}  # fmt: skip


def loaded(path):
    spec = importlib.util.spec_from_file_location(f"mine_{path.parent.name}".replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def a_session(model):
    pg.manual_seed(0)
    return pg.Session(
        model, [(pg.randn(4, 6), pg.randn(4, 2))] * 3, loss=nn.MSELoss(), optimizer=lambda p: optim.Adam(p, lr=1e-3)
    )


def wires(graph):
    """Settings and reads by name, past bypassed layers, which code does not have."""
    for node in [node for node in graph.nodes.values() if node.bypassed]:
        graph = pg.edit.remove(node.name).apply(graph)
    layers = [(node.kind, dict(node.settings), node.frozen) for node in graph.nodes.values() if node.kind != "Output"]
    kinds = {uid: (node.kind, str(dict(node.settings))) for uid, node in graph.nodes.items()}
    return sorted(map(str, layers)), sorted(
        str((kinds[e.source.node], kinds[e.target.node], e.target.port)) for e in graph.edges
    )


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("what", EDITS)
def test_the_diff_of_the_class_makes_the_network_of_now(what, tmp_path):
    file = tmp_path / "net.py"
    file.write_text(SOURCE, encoding="utf-8")
    session = a_session(loaded(file).Net())
    session.step(1)
    for edit in EDITS[what]:
        session.apply(edit)
    session.step(1)
    diff = session.source_diff()
    assert file.read_text(encoding="utf-8") == SOURCE, "it is only offered"
    subprocess.run(["patch", "-s", str(file)], input=diff, text=True, check=True, encoding="utf-8")
    x = pg.randn(4, 6)
    made = loaded(file).Net()
    assert wires(LayerGraph.from_module(made, x)) == wires(session.graph), diff
    for parameter in (*made.parameters(), *session.model.parameters()):
        parameter.data[...] = pg.sin(pg.arange(parameter.numel())).reshape(*parameter.shape).data
    assert evaluated(made, (x,)).numpy().tobytes() == evaluated(session.model, (x,)).numpy().tobytes()
    session.close()


def test_a_class_that_needs_no_change_gets_no_diff(tmp_path):
    file = tmp_path / "net.py"
    file.write_text(SOURCE, encoding="utf-8")
    session = a_session(loaded(file).Net())
    assert session.source_diff() == ""


@pytest.mark.parametrize(
    ("edit", "match"),
    [
        (pg.edit.branch("body_linear1"), "add3, a Add"),
        (pg.edit.connect("fc1", "add1.a"), "reads something else"),
        (pg.edit.insert("relu1 -> add2", "Dropout"), "which stands in an expression"),
        (pg.edit.remove("one"), "made in one line with others"),
    ],
    ids=["a branch", "another wire", "in an expression", "a line for two"],
)
def test_what_a_diff_cannot_say_is_told(edit, match, tmp_path):
    file = tmp_path / "net.py"
    file.write_text(SOURCE, encoding="utf-8")
    session = a_session(loaded(file).Net())
    session.apply(edit)
    with pytest.raises(GraphError, match=match) as error:
        session.source_diff()
    assert "to_source" in error.value.hint


def test_a_forward_with_a_loop_and_a_model_without_a_class_are_told():
    class Loop(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(6, 6), nn.Linear(6, 2)])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    session = a_session(Loop())
    session.apply(pg.edit.width("layers_linear1", 9))
    with pytest.raises(GraphError, match="no straight line"):
        session.source_diff()
    with pytest.raises(GraphError, match="there is no source to change"):
        a_session(nn.Sequential(nn.Linear(6, 2))).source_diff()
