"""Tangents on tensors: the pass of ``autograd/forward.py``, and the transpose of gradient rules.

A gradient rule is linear in its cotangent. Run on a cotangent that is itself on the tape and pulled back from there,
it gives its transpose, which takes tangents of the inputs to tangents of the outputs.
Source: Townsend 2017, A new trick for calculating Jacobian vector products.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.autograd.forward import Spec, run_forward
from patchgrad.autograd.node import Node
from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.reverse import Key, gradients_of
from patchgrad.autograd.state import enable_grad
from patchgrad.backend import get_backend
from patchgrad.backend.low import FLOATS
from patchgrad.tensor import worlds
from patchgrad.tensor.tensor import Tensor

FRESH = OpSpec(
    "fresh",
    inputs=("x",),
    forward=lambda xp, x: xp.asarray(x, copy=True),
    shape=lambda x: tuple(x),
    dtype="same",
    elementwise=True,
    vjps={"x": lambda xp, ct, s: ct},
)
"""The identity that begins a part of the tape of its own: a transform differentiates with respect to its result."""


def fresh(tensor: Tensor) -> Tensor:
    """The same values under a new entry of the tape, which tells this use of them from all others."""
    out = Tensor(tensor.data)
    parent = (tensor.node or tensor) if tensor.requires_grad else None
    out.node = Node(FRESH, {}, [parent], [tensor.port], tensor.backend, [tensor.shape], [tensor.data.dtype])
    out.requires_grad = True
    return out


class _Transposing:
    """Adds the transpose of gradient rules to a world."""

    taped: bool

    def transpose(self, node: Node, tangents: Sequence[Any], specs: dict[int, Spec]) -> dict[int, Any]:
        cts = {port: fresh(_zeros(node, spec)) for port, spec in specs.items() if spec[1].kind in FLOATS}
        rules = worlds.TENSORS if self.taped else worlds.UNTAPED
        parents = [None if tangent is None else parent for parent, tangent in zip(node.parents, tangents, strict=True)]
        with enable_grad():
            ports = [cts.get(port) for port in range(len(node.op.outputs))]
            gradients = gradients_of(node, parents, ports, rules)
            moved = [
                (rules.fit(node, index, gradient), worlds.as_tensor(tangents[index]))
                for index, gradient in enumerate(gradients)
                if gradient is not None and parents[index] is not None and gradient.requires_grad
            ]
        keys = {port: (ct.node, 0) for port, ct in cts.items()}
        pairs = [pair for pair in moved if pair[0].requires_grad]
        found = worlds.pull(
            [g for g, _ in pairs], [t for _, t in pairs], create_graph=self.taped, keep=True, wanted=set(keys.values())
        )
        return {
            port: found[key] if key in found else self.enter(_zeros(node, specs[port])) for port, key in keys.items()
        }

    def enter(self, value: Tensor) -> Any:
        raise NotImplementedError


class _Arrays(_Transposing, worlds.ArrayWorld):
    taped = False

    def enter(self, value: Tensor) -> Any:
        return worlds.ArrayWorld.enter(self, value)


class _Tensors(_Transposing, worlds.TensorWorld):
    taped = True

    def enter(self, value: Tensor) -> Any:
        return value


class _Untaped(_Transposing, worlds.UntapedWorld):
    taped = False

    def enter(self, value: Tensor) -> Any:
        return worlds.UntapedWorld.enter(self, value)


def _zeros(node: Node, spec: Spec) -> Tensor:
    return Tensor(node.backend.xp.zeros(spec[0], dtype=spec[1]))


def push(outputs: Sequence[Tensor], tangents: dict[Key, Tensor], *, create_graph: bool) -> list[Tensor | None]:
    """The tangents of ``outputs`` when the tensors of the tape move by ``tangents``; None for one that stays."""
    lifted = any(entry.backend.depth for entry in (*outputs, *tangents.values()))
    world: Any = _Tensors() if create_graph else _Untaped() if lifted else _Arrays()
    ends = [(output.node or output, output.port, (output.shape, output.data.dtype)) for output in outputs]
    with world.mode(), get_backend().quiet():
        found = run_forward(ends, {key: world.enter(tangent) for key, tangent in tangents.items()}, world)
    return [
        worlds.as_tensor(found[(producer, port)]) if (producer, port) in found else None for producer, port, _ in ends
    ]
