"""``checkpoint``: keep only the inputs of a part of the network, and run it again when backward needs what was inside.

The part is taped as usual, but its tape entries keep nothing. The first of them that is asked for its saved values runs
the function again and fills all of them.
Source: Chen et al. 2016, Training deep nets with sublinear memory cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from patchgrad.autograd.state import Observer, enable_grad, observing, state
from patchgrad.backend.random import get_rng_state, set_rng_state
from patchgrad.errors import ArgumentError, GradError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.views import root_of
from patchgrad.transforms import tree

Contexts = Callable[[], tuple[AbstractContextManager[Any], AbstractContextManager[Any]]]


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Contexts = lambda: (nullcontext(), nullcontext()),
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """``function(*args, **kwargs)``, whose inner values are computed again in backward instead of being kept.

    Parameters
        use_reentrant       has no effect: gradients of parameters that the function captured are right in any case
        context_fn          gives two contexts: for the first run, and for running again
        determinism_check   "default" compares shapes and dtypes of both runs, "none" does not
        preserve_rng_state  draw the same random numbers (dropout) again
    Errors
        GradError  in backward, if the function does something else when it runs again.
    """
    if determinism_check not in ("default", "none"):
        raise placed(ArgumentError("there is no such check", got=f"{determinism_check!r}", want="default or none"))
    first, again = context_fn()
    if not state.grad_enabled:
        with first:
            return function(*args, **kwargs)
    part = _Part(function, args, kwargs, again, preserve_rng_state, determinism_check == "default")
    with observing(part), first:
        return function(*args, **kwargs)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, preserve_rng_state: bool = True
) -> Any:
    """Run a sequence of modules in ``segments`` parts, all but the last under `checkpoint`."""
    steps = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = max(len(steps) // segments, 1)
    ends = [*range(size, size * segments, size), len(steps)]
    start = 0
    for end in ends:
        run = _chain(steps[start:end])
        input = run(input) if end == ends[-1] else checkpoint(run, input, preserve_rng_state=preserve_rng_state)
        start = end
    return input


def _chain(steps: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def run(x: Any) -> Any:
        for step in steps:
            x = step(x)
        return x

    return run


class Again:
    """Stands in a tape entry for the saved values: they come from running the part again."""

    __slots__ = ("_index", "_part")

    def __init__(self, part: _Part, index: int) -> None:
        self._part = part
        self._index = index

    def __iter__(self) -> Iterator[Any]:
        return iter(self._part.saved(self._index))


class _Part(Observer):
    """A function under checkpoint: watches its first run, and can run it again."""

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        context: AbstractContextManager[Any],
        preserve_rng_state: bool,
        compares: bool,
    ) -> None:
        self.function = function
        leaves, build = tree.flatten((args, kwargs))
        self.inputs = [_held(leaf) for leaf in leaves]
        self.build = build
        self.context = context
        self.random = get_rng_state() if preserve_rng_state else None
        self.compares = compares
        self.kinds: list[Any] = []
        self.values: dict[int, Sequence[Any]] = {}

    def forward(
        self, op: Any, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...], node: Any
    ) -> None:
        if node is not None and node.saved and not isinstance(node.saved, Again):
            self.kinds.append(_kinds(op, node.saved))
            node.saved = Again(self, len(self.kinds) - 1)

    def saved(self, index: int) -> Sequence[Any]:
        """The saved values of one entry, which are then forgotten: most are read once."""
        if index not in self.values:
            self.run()
        return self.values.pop(index)

    def run(self) -> None:
        """Run the function again, and take what its entries keep."""
        collector = _Collector()
        args, kwargs = self.build([entry.fresh() if isinstance(entry, _Held) else entry for entry in self.inputs])
        watching, now = state.observers, get_rng_state() if self.random is not None else None
        state.observers = (collector,)
        try:
            if self.random is not None:
                set_rng_state(self.random)
            with enable_grad(), self.context:
                self.function(*args, **kwargs)
        finally:
            state.observers = watching
            if now is not None:
                set_rng_state(now)
        self.check(collector)
        self.values = dict(enumerate(collector.values))

    def check(self, collector: _Collector) -> None:
        if len(collector.values) != len(self.kinds) or (self.compares and collector.kinds != self.kinds):
            pairs = zip(self.kinds, collector.kinds, strict=False)
            mine, other = next(
                (pair for pair in pairs if pair[0] != pair[1]),
                (f"{len(self.kinds)} ops", f"{len(collector.kinds)} ops"),
            )
            raise GradError(
                "a function under checkpoint does something else when it runs again",
                got=f"{other}",
                want=f"{mine}, as in the first run",
                hint="let it depend on its arguments alone, or draw random numbers with preserve_rng_state=True",
            )


class _Collector(Observer):
    def __init__(self) -> None:
        self.values: list[Sequence[Any]] = []
        self.kinds: list[Any] = []

    def forward(
        self, op: Any, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...], node: Any
    ) -> None:
        if node is not None and node.saved:
            self.values.append(node.saved)
            self.kinds.append(_kinds(op, node.saved))


@dataclass(frozen=True, slots=True)
class _Held:
    """A tensor among the arguments, as it was when the function ran."""

    tensor: Tensor
    data: Any
    requires_grad: bool

    def fresh(self) -> Tensor:
        same = self.tensor.node is None and self.tensor.data is self.data
        return self.tensor if same else Tensor(self.data, self.requires_grad)


def _held(leaf: Any) -> Any:
    """An argument for the second run: what it holds is kept from later writes."""
    if not isinstance(leaf, Tensor):
        return leaf
    root_of(leaf).kept = True
    return _Held(leaf, leaf.data, leaf.requires_grad)


def _kinds(op: Any, values: Sequence[Any]) -> Any:
    return op.name, [(getattr(value, "shape", None), str(getattr(value, "dtype", ""))) for value in values]
