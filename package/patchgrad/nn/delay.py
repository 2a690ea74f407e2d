"""A layer that gives what came in at the step before: with it a network may have loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import allocate
from patchgrad.tensor import Tensor

MOVES = ("training", "always")


class Delay(Module):
    """What came in at the step before: ``y[t] = x[t - 1]``, and ``initial`` at the first step.

    Shapes
        x (batch, *shape)  ->  y (batch, *shape)
    Parameters
        shape    sizes of one sample
        initial  every number at the first step
        moves    when the value moves on: in ``training`` mode alone, so that an evaluation in between changes nothing,
                 or ``always``, as where a trained network runs step by step
    Buffers
        memory   (batch, *shape) what came in last; (0, *shape) at first. It is a part of the state dict.

    Gradients end here: a step learns nothing about the ones before it. Samples keep their places: the third of a batch
    gets what the third of the last batch gave. A batch of another size begins anew with ``initial``, as after `reset`.

    Inside a loop the value is read first, with ``last``, and what is to be kept comes later in the same forward pass:

    >>> import patchgrad as pg
    >>> count = pg.nn.Delay((1,))
    >>> def step(x):
    ...     total = x + count.last(x)
    ...     count(total)
    ...     return total.tolist()
    >>> [step(pg.ones(1, 1)) for _ in range(3)]
    [[[1.0]], [[2.0]], [[3.0]]]
    """

    memory: Tensor

    def __init__(
        self,
        shape: Sequence[int] = (1,),
        initial: float = 0.0,
        moves: str = "training",
        *,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if moves not in MOVES:
            raise ArgumentError("a Delay moves at other times", got=f"moves={moves!r}", want=" or ".join(MOVES))
        self.shape = tuple(shape)
        self.initial = initial
        self.moves = moves
        self.register_buffer("memory", Tensor(allocate((0, *self.shape), device=device, dtype=dtype)))
        self.register_load_state_dict_pre_hook(_make_room)
        self.__dict__["last"] = Last(self)

    def forward(self, x: Tensor) -> Tensor:
        """What came in at the step before; ``x`` is kept for the next one."""
        given = self.read(x)
        self._require(x)
        if self.training or self.moves == "always":
            self.keep(x)
        return given

    def read(self, like: Tensor) -> Tensor:
        """What came in at the step before, for as many samples as ``like`` has."""
        if like.ndim == 0:
            raise ShapeError("a Delay needs to know how many samples there are", got="a tensor without axes")
        kept = self.memory.data
        if isinstance(kept, MetaArray) or isinstance(like.data, MetaArray) or kept.shape[0] != like.shape[0]:
            return Tensor(self._initial(like.shape[0]))
        return Tensor(kept)

    def keep(self, x: Tensor) -> None:
        """Let ``x`` be what the next step gets."""
        if isinstance(self.memory.data, MetaArray) or isinstance(x.data, MetaArray):
            return
        self.memory.data = self.memory.backend.asarray(x.data, dtype=self.memory.data.dtype).copy()

    def reset(self) -> None:
        """Begin anew with ``initial`` at the next step."""
        self.memory.data = self.memory.data[:0]

    def grow(self, samples: int) -> None:
        """Hold ``initial`` for so many samples."""
        self.memory.data = self._initial(samples)

    def _initial(self, samples: int) -> Any:
        made = allocate((samples, *self.shape), device=self.memory.device, dtype=self.memory.dtype)
        if not isinstance(made, MetaArray):
            made[...] = self.initial
        return made

    def _require(self, x: Tensor) -> None:
        if tuple(x.shape[1:]) != self.shape:
            wanted = " × ".join(map(str, ("N", *self.shape)))
            raise ShapeError(
                "a Delay is given another shape than it holds",
                got=f"x {tuple(x.shape)}",
                want=wanted,
                hint=f"Delay({tuple(x.shape[1:])})",
            )
        if not x.dtype.is_floating_point:
            raise ArgumentError("a Delay holds real numbers", got=f"x of {x.dtype}", want=str(self.memory.dtype))

    def extra_repr(self) -> str:
        initial = f", initial={self.initial:g}" if self.initial else ""
        return f"{self.shape}{initial}" + (f", moves={self.moves!r}" if self.moves != "training" else "")


class Last(Module):
    """Reads a Delay without moving it on: ``delay.last(x)`` is called like a layer, so that a trace sees it."""

    def __init__(self, delay: Delay) -> None:
        super().__init__()
        self.__dict__["delay"] = delay

    def forward(self, like: Tensor) -> Tensor:
        """What the delay kept, for as many samples as ``like`` has."""
        return self.delay.read(like)


def _make_room(module: Delay, values: dict[str, Any], prefix: str, *_: Any) -> None:
    """A state dict may hold another number of samples."""
    held = values.get(f"{prefix}memory")
    shape = tuple(getattr(held, "shape", ()))
    if shape[1:] == module.shape and shape and not isinstance(module.memory.data, MetaArray):
        module.grow(shape[0])
