"""Gradients in memory of the plan's own, one behind the other as the optimizer's parameters are.

Leaves are given views. Before gradients are written anew, ``fresh`` looks whether somebody still holds one; then all
are laid out in other memory, and whoever holds an old one keeps it.
"""

from __future__ import annotations

import math
import sys
from typing import Any

from patchgrad.backend.native.program import bind
from patchgrad.optim.flat import Segment
from patchgrad.optim.optimizer import Optimizer
from patchgrad.replaying.memory import ALIGNED, aligned
from patchgrad.tensor.tensor import Tensor
from patchgrad.tensor.views import bump


class Lent:
    """The gradients of one plan: their ``arrays`` by number, and the ``places`` where kernels look for them."""

    def __init__(self, leaves: dict[int, Tensor], optimizers: list[Optimizer], forms: dict[int, Any]) -> None:
        ranks = {id(parameter): rank for rank, parameter in enumerate(_in_order(optimizers))}
        order = sorted(leaves, key=lambda number: ranks.get(id(leaves[number]), len(ranks)))
        self._forms = {number: forms[number] for number in order}
        self._leaves = {number: id(leaves[number]) for number in order}
        self.places: list[tuple[Any, int, int]] = []
        self.arrays: dict[int, Any] = {}
        self._starts: dict[int, int] = {}
        self._lay_out()

    def _lay_out(self) -> None:
        counts = {number: math.prod(shape) * dtype.itemsize for number, (shape, dtype) in self._forms.items()}
        self.arrays.clear()
        self._memory = aligned(sum(counts.values()) + 8 * len(counts) + ALIGNED).base
        start = -self._memory.ctypes.data % ALIGNED
        for number, (shape, dtype) in self._forms.items():
            start = -(-start // dtype.itemsize) * dtype.itemsize
            self._starts[self._leaves[number]] = start
            self.arrays[number] = self._memory[start : start + counts[number]].view(dtype).reshape(shape)
            start += counts[number]
        self._alone = sys.getrefcount(self._memory)

    def fresh(self) -> None:
        """Gradients in memory that nobody else holds."""
        if sys.getrefcount(self._memory) > self._alone:
            self._lay_out()
            self.bind()

    def bind(self) -> None:
        """Tell the kernels where the gradients are."""
        for block, index, number in self.places:
            bind(block, index, self.arrays[number])

    def of(self, run: list[Segment]) -> Any:
        """The gradients of these parameters as one array; None where they do not lie one behind the other."""
        first, memory = run[0], self._memory
        start = self._starts.get(id(first.parameter), -1)
        size = first.view.dtype.itemsize
        for segment in run:
            parameter = segment.parameter
            if self._starts.get(id(parameter)) != start + (segment.start - first.start) * size:
                return None
            if parameter.grad.data.base is not memory:  # type: ignore[union-attr]
                return None
        return memory[start : start + (run[-1].stop - first.start) * size].view(first.view.dtype)


def _in_order(optimizers: list[Optimizer]) -> list[Any]:
    """Parameters as they lie in flat storage."""
    return [parameter for optimizer in optimizers for parameter in optimizer.laid_out()]


def lend(leaf: Tensor, array: Any) -> None:
    """Add a gradient that lies in the plan's memory to that of a leaf."""
    if leaf.grad is None:
        leaf.grad = Tensor(array[...])
    else:
        leaf.grad.data += array
        bump(leaf.grad)
