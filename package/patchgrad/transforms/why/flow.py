"""What a computation did with one tensor: where it flowed, and where the tape lost it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from patchgrad.autograd.provenance import Position, caller
from patchgrad.autograd.state import state
from patchgrad.tensor import Tensor
from patchgrad.transforms.why.places import Places


@dataclass(frozen=True, slots=True)
class Cut:
    """A place where values went on and the tape did not."""

    cause: str
    op: str
    layer: str
    position: Position


@dataclass(slots=True)
class Carried:
    """What is known of a tensor that carries values of the watched one: is it taped, and if not, where was it cut."""

    tensor: Tensor
    taped: bool
    cut: Cut | None = None


class Flow(Places):
    """An observer that follows the values of ``source`` through all ops, taped or not."""

    def __init__(self, source: Tensor) -> None:
        super().__init__()
        self.carried: dict[int, Carried] = {id(source): Carried(source, source.requires_grad)}
        self.readers: list[Cut] = []

    def forward(
        self, op: Any, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...], node: Any
    ) -> None:
        found = [self.of(entry, op.name) for entry in inputs if isinstance(entry, Tensor)]
        carriers = [entry for entry in found if entry is not None]
        if not carriers:
            return
        taped = any(entry.taped for entry in carriers)
        self.readers.append(Cut("read", op.name, self.layer(), Position.of(*caller())))
        for output in outputs:
            on_tape = taped and output.node is not None
            cut = None if on_tape else next((entry.cut for entry in carriers if entry.cut is not None), None)
            if taped and not on_tape:
                cut = self._cut("integer" if state.grad_enabled else "no_grad", op.name)
            self.carried[id(output)] = Carried(output, on_tape, cut)

    def wrote(self, target: Tensor, result: Tensor) -> None:
        found = self.of(result, "copy_")
        if found is not None:
            cut = found.cut if state.grad_enabled or not found.taped else self._cut("no_grad", "copy_")
            self.carried[id(target)] = Carried(target, found.taped and state.grad_enabled, cut)

    def of(self, tensor: Tensor, reader: str = "") -> Carried | None:
        """What this tensor carries of the source; None if nothing."""
        found = self.carried.get(id(tensor))
        if found is not None or tensor.lineage is None or tensor.lineage.source is None:
            return found
        source = self.of(tensor.lineage.source, reader)
        if source is None:
            return None
        cut = source.cut or self._cut("detached", reader)
        taped = source.taped and tensor.requires_grad
        self.carried[id(tensor)] = found = Carried(tensor, taped, None if taped else cut)
        return found

    def _cut(self, cause: str, op: str) -> Cut:
        return Cut(cause, op, self.layer(), Position.of(*caller()))
