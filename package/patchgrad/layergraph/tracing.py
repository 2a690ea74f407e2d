"""From the tree of calls of one run to nodes, edges and groups. Read next: ``from_module.py``."""

from __future__ import annotations

import inspect
from typing import Any

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import check
from patchgrad.layergraph.graph import Edge, LayerGraph, PortRef
from patchgrad.layergraph.happened import (
    Unmapped,
    arguments,
    listed,
    outermost_layers,
    stays,
    taken_from_outside,
)
from patchgrad.layergraph.names import free_name
from patchgrad.layergraph.ops_as_layers import BATCH, as_layers, inputs_of
from patchgrad.layergraph.origin import Origin
from patchgrad.layergraph.probe import Spec
from patchgrad.layergraph.reading import described_by, kind_of
from patchgrad.layergraph.sketch import Sketch
from patchgrad.layergraph.watching import Call, Ran, Wrote
from patchgrad.nn.delay import Delay, Last
from patchgrad.nn.source import Constant, Learned
from patchgrad.tensor import Tensor


class Tracing(Sketch):
    """Turns the tree of calls into nodes and edges."""

    def __init__(self, model: Any, root: Call, example: tuple[Any, ...], opaque: dict[int, str]) -> None:
        super().__init__(model)
        self.root = root
        self.opaque = opaque
        self.batch = example[0].shape[0]
        self.learned = {id(parameter): path for path, parameter in model.named_parameters()}
        self.enter(model, example)

    def graph(self) -> LayerGraph:
        """The graph of the whole run."""
        self.inside(self.root, None)
        self.unused()
        self.leave()
        return with_output_shapes(self.drawn())

    # --- the ends ---------------------------------------------------------------------------------

    def enter(self, model: Any, example: tuple[Any, ...]) -> None:
        own = type(model).__module__.startswith("patchgrad.nn")
        names = ["x" if own and name == "input" else name for name in inspect.signature(model.forward).parameters]
        for at, tensor in enumerate(example):
            name = names[at] if at < len(names) and names[at] not in ("args", "inputs") else "x"
            settings = {"shape": tuple(tensor.shape[1:]), "dtype": tensor.dtype.name}
            uid = self.node("Input", name, settings, None)
            self.ports[id(tensor)] = PortRef(uid, "y")

    def leave(self) -> None:
        results = listed(self.root.output)
        for tensor in results:
            if not isinstance(tensor, Tensor):
                raise GraphError(
                    f"{type(self.root.module).__name__} cannot be traced",
                    got=f"it returns a {type(self.root.output).__name__}",
                    want="a tensor, or a tuple of tensors",
                )
            name = "output" if len(results) == 1 else free_name("output", self.names)
            uid = self.node("Output", name, {"shape": None}, None)
            self.edges.append(Edge(self.port_of(tensor), PortRef(uid, "x")))

    def unused(self) -> None:
        """Layers of the model that the run did not call stand unconnected."""
        called = {id(part) for call in self.root.walk() if call is not self.root for part in call.module.modules()}
        closed = {id(part) for origin in self.origins.values() for part in origin.module.modules()}
        for module in outermost_layers(self.root.module):
            if id(module) not in called | closed and (found := described_by(module)) is not None:
                self.layer_node(module, found[0].name, found[1], None, (), ())

    # --- what happened ----------------------------------------------------------------------------

    def inside(self, call: Call, group: str | None) -> None:
        """Nodes for what happened in a call: the events one by one, or the module as one closed node."""
        before = self.state()
        try:
            if id(call) in self.opaque:
                raise Unmapped(self.opaque[id(call)])
            if isinstance(call.module, Last):
                return self.looped(call, group)
            self.layer(call, group) if kind_of(call.module) else self.opened(call, group)
        except Unmapped as reason:
            self.restore(before)
            if isinstance(call.module, Delay | Last):
                raise  # what it gives depends on when it is called: the module around it stays closed
            self.closed(call, group, str(reason))

    def opened(self, call: Call, group: str | None) -> None:
        within = group if call is self.root else self.group(call, group)
        for event in call.events:
            if isinstance(event, Call):
                self.inside(event, within)
            elif isinstance(event, Ran):
                self.op(event, within)
            else:
                self.wrote(event)
        for tensor in listed(call.output):
            if isinstance(tensor, Tensor):
                self.port_of(tensor)

    def looped(self, call: Call, group: str | None) -> None:
        """A Delay that is read before it is given anything: a loop leads through it."""
        delay = call.module.delay
        found = described_by(delay)
        if found is None or self.uid_of(delay):
            raise Unmapped("it reads a Delay after it has moved on, or more than once")
        self.layer_node(delay, found[0].name, found[1], group, (), (call.output,))

    def come_round(self, call: Call, group: str | None) -> bool:
        """What a Delay is given that was read before: the loop is closed. False for one that was not read."""
        uid = self.uid_of(call.module) if isinstance(call.module, Delay) else None
        if uid is None:
            return False
        if any(edge.target.node == uid for edge in self.edges):
            raise Unmapped("it calls a Delay more than once")
        self.edges.append(Edge(self.source(call.args[0], call, group), PortRef(uid, "x")))
        self.ports[id(call.output)] = PortRef(uid, "y")
        return True

    def layer(self, call: Call, group: str | None) -> None:
        if self.come_round(call, group):
            return
        found = described_by(call.module)
        if found is None:
            raise Unmapped(f"{type(call.module).__name__} has been changed by hand")
        kind, settings = found
        given = arguments(kind, call)
        sources = tuple(value if value is None else self.source(value, call, group) for value in given)
        results = kind.split(call.output)
        self.layer_node(call.module, kind.name, settings, group, sources, results, given)

    def op(self, ran: Ran, group: str | None) -> None:
        if not any(isinstance(entry, Tensor) and self.known(entry) for entry in ran.inputs):
            return None  # computed from constants alone: what it gives is a constant
        if ran.op.name == "cat":
            return self.cat(ran, group)
        found = as_layers(ran)
        if found is None:
            raise Unmapped(f"it computes {ran.op.name}, which is no layer")
        sources = tuple(self.source(entry, ran, group) for entry in inputs_of(ran))
        for kind, settings in found:
            sources = (PortRef(self.made(kind, settings, group, sources), "y"),)
        self.ports[id(ran.outputs[0])] = sources[0]
        return None

    def wrote(self, event: Wrote) -> None:
        """From now on the tensor is what was written into it; others that share its memory would have to follow."""
        if event.target.lineage is not None:
            raise Unmapped("it writes into a part of a tensor")
        self.ports[id(event.target)] = self.port_of(event.result)

    def cat(self, ran: Ran, group: str | None) -> None:
        """Concat takes two: more are joined one after the other, and one alone is as it was."""
        first, *rest = (self.source(tensor, ran, group) for tensor in ran.inputs)
        for other in rest:
            first = PortRef(self.made("Concat", {"dim": ran.attrs["axis"]}, group, (first, other)), "y")
        self.ports[id(ran.outputs[0])] = first

    def closed(self, call: Call, group: str | None, reason: str) -> None:
        """The module as one node. Its arguments must be known tensors, and nothing else may come in."""
        args, results = call.args, listed(call.output)
        known = all(isinstance(arg, Tensor) and id(arg) in self.ports for arg in args)
        if not args or not known or not results or not all(isinstance(result, Tensor) for result in results):
            raise Unmapped(f"{type(call.module).__name__} in it takes or gives something other than tensors")
        if taken_from_outside(call, self.ports.keys()) - {id(arg) for arg in args}:
            raise Unmapped(f"{type(call.module).__name__} in it reads more than its arguments")
        settings = {"module": type(call.module).__name__, "inputs": len(args), "outputs": len(results)}
        sources = tuple(self.ports[id(arg)] for arg in args)
        self.layer_node(call.module, "Closed", settings, group, sources, tuple(results), args, reason)

    # --- making -----------------------------------------------------------------------------------

    def layer_node(
        self,
        module: Any,
        kind: str,
        settings: Any,
        group: str | None,
        sources: Any,
        results: Any,
        given: Any = (),
        reason: str = "",
        name: str = "",
    ) -> None:
        learned = list(module.parameters())
        frozen = bool(learned) and not any(parameter.requires_grad for parameter in learned)
        owner = self.owner_of(module)
        name = f"{owner.name}_again" if owner else name or self.name_for(module, kind)
        name = free_name(name, self.names) if owner else name
        uid = self.node(kind, name, settings, group, frozen, owner and owner.uid)
        node = self.nodes[-1]
        for port, source in zip(catalogue.inputs_of(node), sources, strict=False):
            if source is not None:
                self.edges.append(Edge(source, PortRef(uid, port)))
        for port, tensor in zip(catalogue.outputs_of(node), results, strict=False):
            self.ports[id(tensor)] = PortRef(uid, port)
        if owner is None and module not in [origin.module for origin in self.origins.values()]:
            self.origins[uid] = Origin(module, node.key, self.specs(given), self.specs(results), reason)

    def known(self, tensor: Any) -> bool:
        """Does a layer give it, or is it learned?"""
        return id(tensor) in self.ports or id(tensor) in self.learned

    def source(self, tensor: Any, event: Ran | Call, group: str | None) -> PortRef:
        """Where an input of an op or a layer comes from: a layer, a node for a parameter of the module's own, or one
        for a tensor that is the same in every run."""
        if tensor is BATCH:
            return next(PortRef(node.uid, "y") for node in self.nodes if node.kind == "Input")
        if id(tensor) not in self.ports:
            self.source_node(tensor, event, group)
        return self.ports[id(tensor)]

    def source_node(self, tensor: Any, event: Ran | Call, group: str | None) -> None:
        if id(tensor) in self.learned:
            name, module = self.learned[id(tensor)], Learned(tensor.shape)
            module.value = tensor
            return self.layer_node(module, "Learned", {"shape": tensor.shape}, group, (), (tensor,), name=name)
        if not stays(tensor, event):
            raise Unmapped("it uses a tensor that no layer gave, and that is another in every run")
        settings = {"shape": tensor.shape, "kind": tensor.dtype.name}
        made = Constant(**settings)
        made.value.data[...] = tensor.data
        return self.layer_node(made, "Constant", settings, group, (), (tensor,), name=free_name("constant", self.names))

    def port_of(self, tensor: Any) -> PortRef:
        """The output port that a tensor came from."""
        if id(tensor) not in self.ports:
            raise Unmapped("it uses a tensor that no layer gave: a parameter of its own, or a constant")
        return self.ports[id(tensor)]

    def specs(self, values: Any) -> Any:
        return tuple(self.spec(value) if isinstance(value, Tensor) else None for value in values)

    def spec(self, tensor: Any) -> Spec:
        shape = tuple(tensor.shape)
        batched = bool(shape) and shape[0] == self.batch
        return Spec(("N", *shape[1:]) if batched else shape, tensor.dtype.name)


def with_output_shapes(graph: LayerGraph) -> LayerGraph:
    """Outputs must from now on have the shape they have, where that is clear: it is what the loss was written for."""
    for node in graph.of_kind("Output"):
        shape = check(graph).shape(PortRef(node.uid, "x"))
        if shape and shape[0] == "N" and len(shape) > 1 and all(isinstance(size, int) for size in shape[1:]):
            graph = graph.changed(node.uid, settings={"shape": shape[1:]})
    return graph
