"""Random layer graphs, random edits of them (good and bad), and a small training run to try edits on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

import patchgrad as pg
from patchgrad import optim
from patchgrad.backend.random import default_stream
from patchgrad.errors import GraphError
from patchgrad.layergraph import Edge, LayerGraph, LayerNode, PortRef, catalogue, commands
from patchgrad.layergraph.check import check, settle
from patchgrad.layergraph.history import History
from patchgrad.layergraph.offers import adapters
from patchgrad.layergraph.probe import Spec, outcome
from patchgrad.layergraph.walk import at_once

FAMILIES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "flat": (
        {"shape": (6,)},
        ("Linear", "ReLU", "Tanh", "GELU", "Dropout", "BatchNorm1d", "LayerNorm", "Identity", "LeakyReLU", "Softmax"),
    ),
    "image": (
        {"shape": (2, 6, 6)},
        ("Conv2d", "ReLU", "BatchNorm2d", "GroupNorm", "MaxPool2d", "AvgPool2d", "Dropout", "AdaptiveAvgPool2d"),
    ),
    "sequence": (
        {"shape": (3, 8)},
        ("LSTM", "MultiheadAttention", "LayerNorm", "Linear", "ReLU", "Dropout", "Sigmoid"),
    ),
    "tokens": ({"shape": (4,), "dtype": "int64"}, ("Linear", "ReLU", "LayerNorm", "LSTM", "Dropout")),
}
BATCH = 4
LARGEST = 400


class Garden:
    """Grows one graph layer by layer, from choices of one random generator."""

    def __init__(self, family: str, rng: random.Random) -> None:
        settings, self.kinds = FAMILIES[family]
        self.rng = rng
        self.graph = LayerGraph()
        self.ends: list[tuple[PortRef, Spec]] = []
        start = catalogue.find("Input")
        node = self.node("Input", start.settings(settings))
        self.open(node, (Spec(("N", *settings["shape"]), settings.get("dtype", "float32")),))
        if family == "tokens":
            self.layer("Embedding", {"num_embeddings": 11, "embedding_dim": 6})

    def node(self, kind: str, settings: dict[str, Any]) -> LayerNode:
        name = self.graph.fresh_name(catalogue.find(kind).stem)
        node = LayerNode(self.graph.fresh_uid(), kind, name, settings)
        self.graph = self.graph.with_node(node)
        return node

    def open(self, node: LayerNode, specs: tuple[Spec, ...]) -> None:
        for port, spec in zip(catalogue.outputs_of(node), specs, strict=False):
            self.ends.append((PortRef(node.uid, port), spec))

    def layer(self, kind_name: str, given: dict[str, Any]) -> bool:
        """Put a layer behind one of the last values, if it fits there."""
        kind = catalogue.find(kind_name)
        source, spec = self.rng.choice(self.ends[-3:])
        settings = kind.fitting(given, {kind.inputs[0]: spec.shape})
        inputs = (spec, *[None] * (len(kind.inputs) - 1))
        found = outcome((kind_name, *sorted(settings.items())), inputs)
        if found.failed or any(too_large(out) for out in found.outputs):
            return False
        node = self.node(kind_name, settings)
        self.graph = self.graph.with_edge(Edge(source, PortRef(node.uid, kind.inputs[0])))
        self.open(node, found.outputs[:1])
        return True

    def join(self) -> None:
        """Add two values of equal shape, or put two side by side."""
        a, spec = self.rng.choice(self.ends)
        like = [port for port, other in self.ends if other == spec and port != a]
        if not like or too_large(spec) or len(spec.shape) < 2 or spec.dtype != "float32":
            return
        kind = self.rng.choice(("Add", "Concat", "Multiply"))
        node = self.node(kind, catalogue.find(kind).settings({}))
        for port, source in zip("ab", (a, self.rng.choice(like)), strict=True):
            self.graph = self.graph.with_edge(Edge(source, PortRef(node.uid, port)))
        key = (kind, *sorted(node.settings.items()))
        self.open(node, outcome(key, (spec, spec)).outputs)

    def finish(self) -> LayerGraph:
        """Lead the last value of real numbers to an Output."""
        source, spec = [end for end in self.ends if end[1].dtype == "float32"][-1]
        if source.node in {node.uid for node in self.graph.of_kind("Input")}:
            self.layer("Tanh", {})
            source, spec = self.ends[-1]
        shape = tuple(spec.shape[1:]) if self.rng.random() < 0.3 else None
        node = self.node("Output", {"shape": shape})
        return self.graph.with_edge(Edge(source, PortRef(node.uid, "x")))


def too_large(spec: Spec) -> bool:
    sizes = [size for size in spec.shape if isinstance(size, int)]
    total = 1
    for size in sizes:
        total *= size
    return total > LARGEST or 0 in sizes


def grow(family: str, layers: int, seed: int) -> LayerGraph:
    """A random graph that can be built."""
    rng = random.Random(seed)
    garden = Garden(family, rng)
    for _ in range(layers):
        if rng.random() < 0.25:
            garden.join()
        else:
            garden.layer(rng.choice(garden.kinds), {})
        if rng.random() < 0.1:
            garden.layer("Flatten", {})
    graph = garden.finish()
    for uid, node in graph.nodes.items():
        if node.kind not in ("Input", "Output") and rng.random() < 0.1:
            graph = graph.changed(uid, frozen=True)
    check(graph).require()
    return graph


@st.composite
def graphs(draw: st.DrawFn, families: tuple[str, ...] = tuple(FAMILIES), most: int = 8) -> LayerGraph:
    """Layer graphs of all families that can be built, with branches, unused layers and frozen ones."""
    return grow(draw(st.sampled_from(families)), draw(st.integers(1, most)), draw(st.integers(0, 2**32 - 1)))


# --- edits ----------------------------------------------------------------------------------------

INSERTED = (
    "Linear", "ReLU", "Dropout", "LayerNorm", "BatchNorm1d", "Conv2d", "Add", "Concat", "Multiply", "Flatten", "LSTM",
    "Index", "Permute", "Arithmetic", "Learned", "MatMul", "Reduce", "Identity", "MultiheadAttention",
    "GroupNorm", "MaxPool2d", "Embedding", "Delay", "Output", "Nonsense", "Closed",
)  # fmt: skip
NAMES = ("fc1", "relu1", "class", "forward", "1x", "", "ünï", "a" * 70, "_hidden", "layer9", "norm1")
VALUES = (1, 2, 3, 5, 8, 0, -1, 0.5, True, False, None, "tanh", "x", [2, 3], float("nan"), 10**12)


def random_command(graph: LayerGraph, rng: random.Random) -> commands.AnyCommand:
    """Any edit, sensible or not."""
    uids = [*graph.nodes, "n999"] if rng.random() < 0.05 else list(graph.nodes)
    uid = rng.choice(uids)
    some = tuple(rng.sample(uids, min(len(uids), rng.randint(1, 3))))
    groups = [*graph.groups, "g999"]
    kind = rng.choice(INSERTED)
    node = graph.nodes.get(uid)
    field = rng.choice([*node.settings, "nonsense"]) if node and node.settings else "shape"
    maker = _maker(graph, rng) or uid
    makers = {
        "add": lambda: commands.AddNode(kind, {}, rng.choice((None, None, *NAMES))),
        "remove": lambda: commands.RemoveNodes(some if rng.random() < 0.3 else (uid,)),
        "replace": lambda: commands.ReplaceNode(uid, kind, {}),
        "connect": lambda: commands.Connect(_output(graph, rng), _input(graph, rng)),
        "loop": lambda: _loop(graph, rng) or commands.Connect(_output(graph, rng), _input(graph, rng)),
        "disconnect": lambda: commands.Disconnect(_input(graph, rng)),
        "insert": lambda: commands.InsertOnEdge(_edge_target(graph, rng), kind, {}, rng.choice((None, None, *NAMES))),
        "bypass": lambda: commands.Bypass(uid, rng.random() < 0.7),
        "set": lambda: commands.SetField(uid, field, rng.choice(VALUES)),
        "resize": lambda: _resize(graph, rng) or commands.SetField(uid, field, rng.choice(VALUES)),
        "rename": lambda: commands.Rename(uid, rng.choice(NAMES)),
        "freeze": lambda: commands.Freeze(uid, rng.random() < 0.6),
        "move": lambda: commands.Move(uid, rng.choice((None, (1.0, 2.0), (float("inf"), 0.0)))),
        "group": lambda: commands.GroupNodes(some, rng.choice(("stem", "", "head"))),
        "ungroup": lambda: commands.Ungroup(rng.choice(groups)),
        "fold": lambda: commands.Fold(rng.choice(groups), rng.random() < 0.5),
        "duplicate": lambda: commands.Duplicate(some),
        "share": lambda: _share(graph, rng) or commands.Share(uid, rng.choice(uids)),
        "width": lambda: commands.SetWidth(
            _maker(graph, rng) or uid, rng.randint(0, 12), rng.choice(("norm", "first"))
        ),
        "prune": lambda: commands.PruneUnits(maker, tuple(rng.sample(range(7), rng.randint(0, 3)))),
        "branch": lambda: commands.AddBranch(
            (uid,), tuple(commands.BranchLayer(kind) for _ in range(rng.randint(0, 1))), rng.choice(("Add", "Concat"))
        ),
        "repeat": lambda: commands.Repeat((uid,) if rng.random() < 0.7 else some, rng.randint(0, 3)),
        "reorder": lambda: commands.Reorder(uid, _edge_target(graph, rng)),
        "split": lambda: commands.SplitGroup(some, rng.choice((None, "part", ""))),
        "merge": lambda: commands.MergeGroups(
            tuple(rng.sample(groups, min(2, len(groups)))), rng.choice((None, "all"))
        ),
        "swap": lambda: commands.Swap(uid, rng.choice(uids)),
        "reinitialise": lambda: commands.Reinitialise(uid),
        "unshare": lambda: commands.Unshare(rng.choice([n.uid for n in graph.nodes.values() if n.shares] or uids)),
    }
    if rng.random() < 0.1:
        return commands.Several(tuple(_in_turn(graph, rng, rng.randint(0, 3))))
    often = (
        "insert",
        "insert",
        "resize",
        "resize",
        "resize",
        "connect",
        "loop",
        "remove",
        "replace",
        "share",
        "width",
        "prune",
        *makers,
    )
    return makers[rng.choice(often)]()


def _in_turn(graph: LayerGraph, rng: random.Random, count: int) -> Iterator[commands.OneCommand]:
    """Edits that follow each other, and now and then one that cannot be made."""
    for _ in range(count):
        if not graph.nodes or not graph.edges:
            return
        command = random_command(graph, rng)
        if not isinstance(command, commands.Several):
            yield command
            with suppress(GraphError):
                graph = command.apply(graph)


def _share(graph: LayerGraph, rng: random.Random) -> commands.Share | None:
    """Two layers that can be one: of one kind, which is rare among any two."""
    pairs = [
        (a.uid, b.uid) for a in graph.nodes.values() for b in graph.nodes.values() if a.key == b.key and a is not b
    ]
    return commands.Share(*rng.choice(pairs)) if pairs else None


def _resize(graph: LayerGraph, rng: random.Random) -> commands.SetField | None:
    """Another size, or another chance, for a layer that has one of its own to choose."""
    sizes = (
        "out_features",
        "out_channels",
        "hidden_size",
        "embedding_dim",
        "num_groups",
        "p",
        "momentum",
        "kernel_size",
    )
    found = [(node.uid, field) for node in graph.nodes.values() for field in node.settings if field in sizes]
    if not found:
        return None
    uid, field = rng.choice(found)
    value = rng.choice((0.1, 0.9)) if field in ("p", "momentum") else rng.randint(1, 9)
    return commands.SetField(uid, field, value)


def _loop(graph: LayerGraph, rng: random.Random) -> Any:
    """Two ports that feed each other, joined through a Delay."""
    target = _input(graph, rng)
    behind = sorted(at_once(graph, target.node) - {target.node})
    ends = [PortRef(uid, port) for uid in behind for port in catalogue.outputs_of(graph.nodes[uid])]
    try:
        offers = adapters(graph, rng.choice(ends), target) if ends else []
    except GraphError:
        return None
    return rng.choice(offers).command if offers else None


def _maker(graph: LayerGraph, rng: random.Random) -> str | None:
    """A layer that has a width of its own."""
    found = [node.uid for node in graph.nodes.values() if catalogue.find(node.kind).width]
    return rng.choice(found) if found else None


def _output(graph: LayerGraph, rng: random.Random) -> PortRef:
    node = graph.nodes[rng.choice(list(graph.nodes))]
    return PortRef(node.uid, rng.choice((*catalogue.outputs_of(node), "y")))


def _input(graph: LayerGraph, rng: random.Random) -> PortRef:
    node = graph.nodes[rng.choice(list(graph.nodes))]
    return PortRef(node.uid, rng.choice((*catalogue.inputs_of(node), "x")))


def _edge_target(graph: LayerGraph, rng: random.Random) -> PortRef:
    return rng.choice(graph.edges).target if graph.edges and rng.random() < 0.9 else _input(graph, rng)


# --- a run ----------------------------------------------------------------------------------------


class Run:
    """A network of a layer graph that learns on random batches; the same seed gives the same run."""

    def __init__(self, graph: LayerGraph, seed: int = 0) -> None:
        pg.manual_seed(seed)
        self.seed = seed
        self.step_count = 0
        self.history = History(graph)
        self.module = graph.build()
        parameters = list(self.module.parameters())
        self.optimizer = optim.Adam(parameters, lr=1e-2) if parameters else None

    @property
    def graph(self) -> LayerGraph:
        return self.history.graph

    def batch(self) -> tuple[Any, ...]:
        """The inputs of the next step."""
        rng = random.Random(self.seed * 1000 + self.step_count)
        return tuple(values_of(node, rng) for node in self.graph.of_kind("Input"))

    def step(self) -> bytes:
        """One step of training; the bits of the loss."""
        if self.optimizer is not None:
            self.optimizer.zero_grad()
        output = self.module(*self.batch())
        output = output[0] if isinstance(output, tuple) else output
        output = output if output.dtype.is_floating_point else output.float()  # an edit may lead tokens to the end
        loss = (output * output).mean()
        if loss.requires_grad:
            loss.backward()
        if self.optimizer is not None:
            self.optimizer.step()
        self.step_count += 1
        return loss.detach().numpy().tobytes()

    def apply(self, edit: Any) -> Any:
        self.module, receipt = self.history.apply(edit, self.module, self.optimizer, batch=self.batch())
        return receipt

    def undo(self) -> Any:
        self.module, receipt = self.history.undo(self.module, self.optimizer, batch=self.batch())
        return receipt

    def redo(self) -> Any:
        self.module, receipt = self.history.redo(self.module, self.optimizer, batch=self.batch())
        return receipt

    def fingerprint(self) -> dict[str, Any]:
        """Everything that decides what comes next, as plain values."""
        stream = default_stream()
        return {
            "graph": self.graph.fingerprint,
            "layers": {uid: layer_state(layer) for uid, layer in self.module.layers.items()},
            "slots": self.slots(),
            "order": self.order(),
            "default": (stream.key, stream.offset),
        }

    def slots(self) -> dict[str, Any]:
        """Optimizer slots by parameter uid."""
        if self.optimizer is None:
            return {}
        trained = [p for group in self.optimizer.param_groups for p in group["params"]]
        return {p.uid: {name: bits(value) for name, value in self.optimizer.slots(p).items()} for p in trained}

    def order(self) -> list[list[str]]:
        return [[p.uid for p in group["params"]] for group in self.optimizer.param_groups] if self.optimizer else []


def layer_state(layer: Any) -> dict[str, Any]:
    """Parameters, buffers, modes and random streams of a layer, as plain values."""
    parameters = {name: (p.uid, p.requires_grad, bits(p.data)) for name, p in layer.named_parameters()}
    buffers = {name: bits(buffer.data) for name, buffer in layer.named_buffers()}
    streams = {
        path: (module.stream_key, module.stream and (module.stream.key, module.stream.offset), module.training)
        for path, module in layer.named_modules()
        if hasattr(module, "stream")
    }
    return {"parameters": parameters, "buffers": buffers, "streams": streams}


def bits(value: Any) -> Any:
    return (value.shape, value.tobytes()) if hasattr(value, "tobytes") else value


def values_of(node: LayerNode, rng: random.Random) -> Any:
    shape = (BATCH, *node.settings["shape"])
    count = 1
    for size in shape:
        count *= size
    if node.settings["dtype"] == "int64":
        return pg.tensor([rng.randrange(11) for _ in range(count)]).reshape(shape)
    return pg.tensor([rng.uniform(-1, 1) for _ in range(count)]).reshape(shape)


__all__ = ["Run", "bits", "graphs", "grow", "layer_state", "random_command", "settle", "values_of"]
