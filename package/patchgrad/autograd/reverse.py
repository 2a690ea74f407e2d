"""The backward pass: cotangents from the results to the leaves.

Knows nodes and bare values. What a cotangent *is* (an array, or a tensor when the pass is itself
to be differentiated) is decided by the ``World`` that is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from patchgrad.autograd.node import Node
from patchgrad.autograd.op import Saved
from patchgrad.autograd.state import state
from patchgrad.backend import low
from patchgrad.errors import GradError


class World(Protocol):
    """How cotangents are computed with."""

    def namespace(self, node: Node) -> Any:
        """The ``xp`` that the node's rules run with."""

    def rules(self, node: Node) -> dict[str, Any]:
        """Kernels in the place of the node's rules, by input; "" for the joint rule."""
        ...

    def saved(self, node: Node) -> Saved:
        """What the rules may read. Raises GradError if it is gone or was changed."""
        ...

    def fit(self, node: Node, index: int, gradient: Any) -> Any:
        """The gradient in the shape and dtype of input ``index``: sums over broadcast axes."""

    def add(self, a: Any, b: Any) -> Any: ...

    def widened(self, cts: list[Any]) -> list[Any]:
        """The cotangents as the rules compute with them: float32 for low precision."""
        ...


Key = tuple[Any, int]


def run_backward(
    roots: Sequence[tuple[Any, int, Any]], world: World, *, keep: bool, wanted: set[Key] | None = None
) -> dict[Key, Any]:
    """Cotangents of leaves, and of the ``wanted`` (node, port) pairs.

    Parameters
        roots    (node or leaf, port, cotangent) of each result
        keep     keep what the nodes saved, so that the pass can run again
        wanted   if given, only these are returned; else every leaf
    """
    pending: dict[Any, list[Any]] = {}
    found: dict[Key, Any] = {}
    for producer, port, ct in roots:
        _give(producer, port, ct, pending, found, world)
    order = reachable([producer for producer, _, _ in roots])
    leading = None if wanted is None else leading_to(wanted, order)
    for node in order:
        cts = pending.pop(node, None)
        if cts is None:
            continue
        if node.hooks is not None:
            _call_hooks(node, cts, world)
        parents = node.parents
        if wanted is not None:
            parents = _towards(node, cts, found, wanted, leading)
        if parents is not None:
            _run_node(node, parents, cts, pending, found, world)
        if not keep:
            node.saved = None
    return found if wanted is None else {key: value for key, value in found.items() if key in wanted}


def reachable(starts: Iterable[Any]) -> list[Node]:
    """The nodes among ``starts`` and all that they were computed from, the newest first."""
    seen: set[Node] = {start for start in starts if type(start) is Node}
    stack = list(seen)
    while stack:
        for parent in stack.pop().parents:
            if type(parent) is Node and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen, key=lambda node: node.number, reverse=True)


def leading_to(wanted: set[Key], order: list[Node]) -> set[Any]:
    """The wanted producers, and the nodes that were computed from them: a pass need not look at others."""
    leading: set[Any] = {producer for producer, _ in wanted}
    for node in reversed(order):
        if any(parent is not None and parent in leading for parent in node.parents):
            leading.add(node)
    return leading


def _give(
    producer: Any, port: int, ct: Any, pending: dict[Any, list[Any]], found: dict[Key, Any], world: World
) -> None:
    if type(producer) is not Node:
        key = (producer, port)
        found[key] = world.add(found[key], ct) if key in found else ct
        return
    cts = pending.get(producer)
    if cts is None:
        cts = pending[producer] = [None] * len(producer.op.outputs)
    cts[port] = ct if cts[port] is None else world.add(cts[port], ct)


def _call_hooks(node: Node, cts: list[Any], world: World) -> None:
    for port, hooks in (node.hooks or {}).items():
        for hook in tuple(hooks.values()) if cts[port] is not None else ():
            cts[port] = hook(cts[port], world)


def _towards(node: Node, cts: list[Any], found: dict[Key, Any], wanted: set[Key], leading: Any) -> Any:
    """Note the wanted cotangents among these; the parents that lead to others, or None where none does."""
    for port, ct in enumerate(cts):
        if ct is not None and (node, port) in wanted:
            found[(node, port)] = ct
    parents = [parent if parent in leading else None for parent in node.parents]
    return None if all(parent is None for parent in parents) else parents


def _run_node(
    node: Node,
    parents: Sequence[Any],
    cts: list[Any],
    pending: dict[Any, list[Any]],
    found: dict[Key, Any],
    world: World,
) -> None:
    gradients = gradients_of(node, parents, cts, world)
    if state.observers:
        for observer in state.observers:
            observer.backward(node, cts, gradients)
    shapes, dtypes, ports = node.shapes, node.dtypes, node.ports
    for index, parent in enumerate(parents):
        gradient = gradients[index]
        if parent is None or gradient is None:
            continue
        if gradient.shape != shapes[index] or gradient.dtype != dtypes[index]:
            gradient = world.fit(node, index, gradient)
        _give(parent, ports[index], gradient, pending, found, world)


def gradients_of(node: Node, parents: Sequence[Any], cts: list[Any], world: World) -> list[Any]:
    """What the rules of ``node`` make of its cotangents, per input; None where ``parents`` has None."""
    op = node.op
    saved = world.saved(node)
    xp = world.namespace(node)
    if low.used:
        cts = world.widened(cts)
    ct: Any = cts[0] if op.single else tuple(cts)
    fast = world.rules(node)
    joint = fast.get("") or op.joint
    if joint is not None:
        return list(joint(xp, ct, saved, [parent is not None for parent in parents]))
    if op.variadic:
        rule = op.vjps[op.inputs[0]]
        return [None if parent is None else rule(xp, ct, saved, i) for i, parent in enumerate(parents)]
    return [
        None if parent is None else (fast.get(name) or rule or rule_of(op, name))(xp, ct, saved)
        for rule, name, parent in zip(op.rules, op.inputs, parents, strict=True)
    ]


def rule_of(op: Any, name: str) -> Any:
    """The gradient rule of an input. Raises GradError if it has none."""
    if name not in op.vjps:
        raise GradError(f"{op.name} is not differentiable in its input {name!r}", hint="detach() that input")
    return op.vjps[name]
