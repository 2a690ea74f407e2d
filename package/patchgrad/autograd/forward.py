"""The forward pass of tangents: from tensors that move to the results, along a tape that has run.

Every op that has a gradient has a tangent: from its own rule, from its gradient rules where it works element by
element, or from the transpose of its gradient rules. Knows nodes and bare values, as ``reverse.py`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from patchgrad.autograd.node import Node
from patchgrad.autograd.reverse import Key, World, reachable, rule_of
from patchgrad.backend import low
from patchgrad.typing import Shape

Spec = tuple[Shape, Any]
"""Shape and dtype of an output."""


class ForwardWorld(World, Protocol):
    """How tangents are computed with."""

    def match(self, node: Node, tangent: Any, spec: Spec) -> Any:
        """The tangent in the shape and dtype of an output."""

    def transpose(self, node: Node, tangents: Sequence[Any], specs: dict[int, Spec]) -> dict[int, Any]:
        """Tangents of the outputs, by port, from the gradient rules of ``node``."""
        ...


def run_forward(
    outputs: Sequence[tuple[Any, int, Spec]], tangents: dict[Key, Any], world: ForwardWorld
) -> dict[Key, Any]:
    """Tangents by (node, port) of all that moves with ``tangents`` on the way to ``outputs``."""
    order = reachable([producer for producer, _, _ in outputs])
    specs = _specs(order, outputs)
    found = dict(tangents)
    for node in reversed(order):
        if (node, 0) in tangents or node not in specs:
            continue
        given = [found.get(key) for key in zip(node.parents, node.ports, strict=True)]
        if any(tangent is not None for tangent in given):
            for port, tangent in _tangents(node, given, specs[node], world).items():
                found[(node, port)] = tangent
    return found


def _specs(order: Sequence[Node], outputs: Sequence[tuple[Any, int, Spec]]) -> dict[Any, dict[int, Spec]]:
    """Shape and dtype of every output that something was computed from, as its readers know it."""
    specs: dict[Any, dict[int, Spec]] = {}
    for producer, port, spec in outputs:
        specs.setdefault(producer, {})[port] = spec
    for node in order:
        for parent, port, shape, dtype in zip(node.parents, node.ports, node.shapes, node.dtypes, strict=True):
            if parent is not None:
                specs.setdefault(parent, {}).setdefault(port, (shape, dtype))
    return specs


def _tangents(node: Node, given: Sequence[Any], specs: dict[int, Spec], world: ForwardWorld) -> dict[int, Any]:
    op = node.op
    given = world.widened(list(given)) if low.used else given
    if op.joint_jvp is not None:
        found = op.joint_jvp(world.namespace(node), list(given), world.saved(node))
        return {port: found[port] for port in specs if found[port] is not None}
    moving = [name for name, tangent in zip(_names(node), given, strict=True) if tangent is not None]
    if all(name in op.jvps for name in moving):
        return _by_rule(node, given, specs, world)
    if op.elementwise and specs[0][1].kind != "c":
        return _diagonal(node, given, specs, world)
    return world.transpose(node, given, specs)


def _names(node: Node) -> Sequence[str]:
    return node.op.inputs * len(node.parents) if node.op.variadic else node.op.inputs


def _by_rule(node: Node, given: Sequence[Any], specs: dict[int, Spec], world: ForwardWorld) -> dict[int, Any]:
    xp, saved = world.namespace(node), world.saved(node)
    total: dict[int, Any] = {}
    for name, tangent in zip(node.op.inputs, given, strict=True):
        if tangent is not None:
            found = node.op.jvps[name](xp, tangent, saved)
            for port, part in enumerate(found if isinstance(found, tuple) else (found,)):
                if port in specs and part is not None:
                    total[port] = world.add(total[port], part) if port in total else part
    return {port: world.match(node, tangent, specs[port]) for port, tangent in total.items()}


def _diagonal(node: Node, given: Sequence[Any], specs: dict[int, Spec], world: ForwardWorld) -> dict[int, Any]:
    """The matrix of derivatives is diagonal, so its own transpose: the gradient rule of an input gives the tangent."""
    xp, saved = world.namespace(node), world.saved(node)
    total: Any = None
    for name, tangent in zip(node.op.inputs, given, strict=True):
        if tangent is not None:
            wide = tangent if tangent.shape == specs[0][0] else xp.broadcast_to(tangent, specs[0][0])
            part = rule_of(node.op, name)(xp, wide, saved)
            total = part if total is None else world.add(total, part)
    return {0: world.match(node, total, specs[0])}
