"""A network with Delays as one without: what they kept comes in beside the inputs, and what they keep goes out.

A file of ONNX has no memory; whoever runs it step by step carries the values round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from patchgrad.nn.delay import Delay
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor


class Stateful(Module):
    """Calls ``model`` with what its Delays are to give; returns its outputs, then what they were given.

    To who looks for parameters and modules it is the model itself, but for the memories.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        found = [(path, part) for path, part in model.named_modules() if isinstance(part, Delay)]
        self.__dict__["model"] = model
        self.__dict__["delays"] = dict(found)

    def states(self, samples: int) -> list[Tensor]:
        """What the Delays give at the first step."""
        return [Tensor(delay._initial(samples)) for delay in self.delays.values()]

    def forward(self, *args: Tensor) -> tuple[Tensor, ...]:
        count = len(args) - len(self.delays)
        kept = dict(zip(self.delays, args[count:], strict=True))
        with _lent(self.delays, kept):
            given = self.model(*args[:count])
        return (*(given if isinstance(given, (tuple, list)) else (given,)), *kept.values())

    def named_modules(self, *args: Any, **options: Any) -> Iterator[tuple[str, Any]]:
        return self.model.named_modules(*args, **options)

    def named_parameters(self, *args: Any, **options: Any) -> Iterator[tuple[str, Any]]:
        return self.model.named_parameters(*args, **options)

    def named_buffers(self, *args: Any, **options: Any) -> Iterator[tuple[str, Any]]:
        memories = {id(delay.memory) for delay in self.delays.values()}
        return (entry for entry in self.model.named_buffers(*args, **options) if id(entry[1]) not in memories)


@contextmanager
def _lent(delays: dict[str, Any], kept: dict[str, Tensor]) -> Iterator[None]:
    """Inside the block the Delays give what is in ``kept``, and put there what they are given."""

    def forward_of(path: str) -> Callable[[Tensor], Tensor]:
        first = kept[path]

        def forward(x: Tensor) -> Tensor:
            kept[path] = x
            return first

        return forward

    def read_of(path: str) -> Callable[[Tensor], Tensor]:
        first = kept[path]
        return lambda like: first

    for path, delay in delays.items():
        delay.__dict__ |= {"forward": forward_of(path), "read": read_of(path)}
    try:
        yield
    finally:
        for delay in delays.values():
            del delay.__dict__["forward"], delay.__dict__["read"]


def with_states(model: Any, inputs: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...], Sequence[str]]:
    """Model, inputs and paths of the Delays, where there are any and the inputs have a batch; else the model itself."""
    made = Stateful(model) if isinstance(model, Module) else None
    if made is None or not made.delays or not all(isinstance(x, Tensor) and x.ndim for x in inputs) or not inputs:
        return model, inputs, ()
    return made, (*inputs, *made.states(inputs[0].shape[0])), tuple(made.delays)


__all__ = ["Stateful", "with_states"]
