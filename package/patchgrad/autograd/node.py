"""An entry of the tape: one op that ran, its producers, and what it keeps for backward.

A parent is a node, or a leaf: any object with ``requires_grad`` that has no node (tensors are not
known here). Nothing else of a tensor is kept alive.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.provenance import Position, caller
from patchgrad.autograd.state import state

next_number = count().__next__


class Node:
    """One op on the tape.

    ``parents[i]`` is the producer of input i (a Node, a leaf, or None where no gradient flows) and
    ``ports[i]`` which of the producer's outputs it was. ``saved`` holds bare arrays: the saved inputs,
    then the saved outputs; None once freed. ``versions`` are (leaf, version) of saved leaves.
    ``number`` grows along the tape. ``depth`` counts the calls between here and the first that may be the user's.
    """

    __slots__ = (
        "__weakref__",
        "attrs",
        "backend",
        "code",
        "dtypes",
        "hooks",
        "lasti",
        "number",
        "op",
        "parents",
        "ports",
        "saved",
        "scope",
        "shapes",
        "versions",
    )  # fmt: skip

    def __init__(
        self,
        op: OpSpec,
        attrs: dict[str, Any],
        parents: Sequence[Any],
        ports: Sequence[int],
        backend: Any,
        shapes: Sequence[Any],
        dtypes: Sequence[Any],
        depth: int = 2,
    ) -> None:
        self.op = op
        self.attrs = attrs
        self.parents = parents
        self.ports = ports
        self.backend = backend
        self.shapes = shapes
        self.dtypes = dtypes
        self.number = next_number()
        self.hooks: dict[int, dict[int, Any]] | None = None
        self.saved: Sequence[Any] | None = ()
        self.versions: list[tuple[Any, int]] | None = None
        scope = state.scope
        self.scope: Any = scope[-1] if scope else None
        self.code, self.lasti = caller(depth)

    @property
    def position(self) -> Position:
        """Where in the user's code the op was called."""
        return Position.of(self.code, self.lasti)

    def name(self) -> str:
        """PyTorch's name of such an entry: ``MulBackward0`` for the op ``mul``."""
        return f"{''.join(part.capitalize() for part in self.op.name.split('_'))}Backward0"

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """The entries that this one hands gradients to, with the output of theirs that it read."""
        return tuple(
            (parent if parent is None or type(parent) is Node else AccumulateGrad(parent), port)
            for parent, port in zip(self.parents, self.ports, strict=True)
        )

    def __repr__(self) -> str:
        return f"<{self.op.name} node at {self.position}>"


class AccumulateGrad:
    """The end of the tape at a leaf: where its gradient is added to ``grad``."""

    __slots__ = ("variable",)
    next_functions: tuple[Any, ...] = ()

    def __init__(self, variable: Any) -> None:
        self.variable = variable

    def name(self) -> str:
        return "AccumulateGrad"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccumulateGrad) and other.variable is self.variable

    def __hash__(self) -> int:
        return hash((AccumulateGrad, id(self.variable)))
