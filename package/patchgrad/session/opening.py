"""What happens once, when a session is made: tracing, building, and the check of the parameters."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from patchgrad.errors import ArgumentError, SessionError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.build import GraphModule
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef
from patchgrad.nn import Module, Parameter
from patchgrad.nn.keep import Keep
from patchgrad.ops.filled import zeros
from patchgrad.optim import Optimizer
from patchgrad.session import rerun
from patchgrad.session.feed import Feed
from patchgrad.session.live import Live
from patchgrad.session.settings import average as averages
from patchgrad.session.settings import schedule
from patchgrad.session.settings.setup import Setup
from patchgrad.session.step import split

_sessions: weakref.WeakKeyDictionary[Module, weakref.ref[Any]] = weakref.WeakKeyDictionary()


class SessionWarning(UserWarning):
    """Something about a session that is probably not meant."""


def close_previous(model: Any) -> None:
    """End the session that this model has already: its cell is being run again."""
    previous = _sessions.get(model) if isinstance(model, Module) else None
    session = previous() if previous is not None else None
    if session is not None:
        session.close()


def remember(model: Any, session: Any) -> None:
    """Note that this model has a session now."""
    if isinstance(model, Module):
        _sessions[model] = weakref.ref(session)
        rerun.remember(model, session)


def live(
    model: Any, setup: Setup, scheduler: Any = None, every: str | None = None, average: Any = None, previous: Any = None
) -> Live:
    """Graph, module and setup of a new session; the setup comes with what the optimizer is made from."""
    graph, module = _network(model, setup, previous)
    if setup.schedule is None:
        setup.schedule = schedule.made(scheduler, every, setup.optimizer)
    setup.average = averages.made(average, graph, module, model)
    return Live(graph, module, setup)


def _network(model: Any, setup: Setup, previous: Any) -> tuple[LayerGraph, Any]:
    if isinstance(model, LayerGraph) and not model.nodes:
        return _from_nothing(setup)
    built = model if isinstance(model, GraphModule) else None
    graph = built.graph if built is not None else model if isinstance(model, LayerGraph) else _traced(model, setup.feed)
    graph.check().require()
    graph = graph if previous is None or built is not None else rerun.known_again(graph, previous)
    module = graph.build() if built is None else built
    module.train(model.training if isinstance(model, Module) else True)
    optimizer = setup.optimizer
    setup.optimizer = optimizer if isinstance(optimizer, Optimizer) else _made(optimizer, module)
    _check_parameters(module, setup.optimizer)
    return graph, module


def _from_nothing(setup: Setup) -> tuple[LayerGraph, Any]:
    """A network that gives what it gets, for batches of the loader's form; its layers are to come."""
    graph = ends_for(split(setup.feed.peek())[0])
    if isinstance(setup.optimizer, Optimizer):
        raise SessionError(
            "this optimizer trains another model: an empty one has no parameters yet",
            want="a function that makes one",
            hint="optimizer=lambda p: optim.Adam(p, lr=1e-3)",
        )
    spare = Parameter(zeros(1))
    trained = optimizer_of(setup.optimizer, [spare])
    trained.remove_parameter(spare)
    setup.optimizer = trained
    return graph, graph.build()


def ends_for(inputs: tuple[Any, ...]) -> LayerGraph:
    """One Input for each part of a batch, the first led into the Output."""
    kind, graph = catalogue.find("Input"), LayerGraph()
    for at, part in enumerate(inputs, 1):
        settings = kind.settings({"shape": tuple(part.shape[1:]), "dtype": part.dtype.name})
        graph = graph.with_node(LayerNode(f"n{at}", "Input", f"x{at}" if len(inputs) > 1 else "x", settings))
    end = LayerNode(graph.fresh_uid(), "Output", "output", catalogue.find("Output").settings({}))
    return graph.with_node(end).with_edge(Edge(PortRef("n1", "y"), PortRef(end.uid, "x")))


def _traced(model: Any, feed: Feed) -> LayerGraph:
    if not isinstance(model, Module):
        raise ArgumentError(
            "a session cannot train this",
            got=f"an object of type {type(model).__name__}",
            want="a Module or a LayerGraph",
        )
    inputs, _ = split(feed.peek())
    keep = Keep(model, weights=True)
    try:
        return LayerGraph.from_module(model, *inputs)
    finally:
        keep.restore()


def _made(optimizer: Callable[[Iterable[Any]], Any], module: Module) -> Any:
    parameters = list(module.parameters())
    return optimizer_of(optimizer, parameters) if parameters or not callable(optimizer) else _none(module)


def optimizer_of(optimizer: Any, parameters: list[Any]) -> Any:
    """What the function of the parameters makes; ArgumentError if it is none."""
    if not callable(optimizer):
        raise ArgumentError(
            "a session cannot train with this optimizer",
            got=f"an object of type {type(optimizer).__name__}",
            want="an optimizer, or a function of the parameters that makes one",
            hint="optimizer=optim.Adam(model.parameters(), lr=1e-3)",
        )
    return optimizer(parameters)


def _none(module: Module) -> Any:
    raise SessionError(
        "the model has no parameters, so there is nothing to train",
        got=", ".join(dict.fromkeys(type(child).__name__ for child in module.children())) or "no layers",
        want="at least one layer with weights",
        hint="add a Linear or Conv2d layer",
    )


def _check_parameters(module: Module, optimizer: Any) -> None:
    own = {parameter.uid: name for name, parameter in module.named_parameters()}
    if not own:
        _none(module)
    trained = {parameter.uid for parameter in optimizer.parameters()}
    if trained.isdisjoint(own):
        raise SessionError(
            "the optimizer trains another model: nothing would be learned",
            got=f"an optimizer of {len(trained)} parameters, none of which is in this model",
            want="one for the parameters of this model",
            hint="run the cell that makes the optimizer again, or optimizer=lambda p: optim.Adam(p, lr=1e-3)",
        )
    strangers = len(trained - own.keys())
    if strangers:
        _warn(f"the optimizer trains {strangers} parameters that are not in the model: they stay as they are")
    learning = {parameter.uid for parameter in module.parameters() if parameter.requires_grad}
    idle = [own[uid] for uid in own if uid in learning - trained]
    if idle:
        _warn(f"the optimizer does not train {', '.join(idle[:5])}{' and more' if idle[5:] else ''}")


def _warn(text: str) -> None:
    warnings.warn(text, SessionWarning, stacklevel=5)
