"""One run of ``vmap``: how many examples, and what belongs to it."""

from __future__ import annotations

import threading
from typing import Any

from patchgrad.autograd.node import Node, next_number
from patchgrad.autograd.reverse import reachable
from patchgrad.autograd.state import is_grad_enabled
from patchgrad.backend.base import Backend
from patchgrad.tensor import Tensor


class Level:
    """One run of ``vmap``.

    Fields
        depth       1 for the outermost
        size        how many examples
        randomness  "error", "same" or "different"
        number      entries of the tape made inside have larger numbers
        base        the backend of the arrays that are really computed with
        taping      was the tape on outside
    """

    def __init__(self, depth: int, size: int, randomness: str, base: Backend) -> None:
        self.base = base
        self.depth = depth
        self.size = size
        self.randomness = randomness
        self.number = next_number()
        self.taping = is_grad_enabled()
        self.active = True
        self._outside: dict[Any, bool] = {}

    def began_inside(self, tensor: Tensor) -> bool:
        """Was this tensor computed inside, from something that is differentiated there?"""
        return tensor.node is not None and tensor.node.number > self.number

    def seen_from_outside(self, tensor: Tensor) -> Tensor:
        """The tensor with the part of its past that lies outside of this run, if there is one."""
        if not self.began_inside(tensor):
            return tensor
        return tensor if self._reaches_out(tensor.node) else Tensor(tensor.data)

    def _reaches_out(self, node: Any) -> bool:
        found = self._outside.get(node)
        if found is None:
            found = self._outside[node] = any(self._ends_outside(entry) for entry in reachable([node]))
        return found

    def _ends_outside(self, node: Node) -> bool:
        leaves = any(parent is not None and type(parent) is not Node for parent in node.parents)
        return leaves or node.number <= self.number


class _Levels(threading.local):
    def __init__(self) -> None:
        self.stack: list[Level] = []


levels = _Levels()
"""The runs of vmap that this thread is in, the outermost first."""
