"""Hooks on several tensors at once, and on what the tape keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from patchgrad.autograd.reverse import leading_to, reachable
from patchgrad.autograd.state import Observer, state
from patchgrad.backend import BY_TYPE
from patchgrad.errors import ArgumentError, GradError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed


class MultiHandle:
    """Takes a hook on several tensors away again."""

    def __init__(self, handles: Sequence[Any]) -> None:
        self._handles = handles

    def remove(self) -> None:
        for handle in self._handles:
            handle.remove()

    def __enter__(self) -> MultiHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def register_multi_grad_hook(tensors: Sequence[Tensor], fn: Callable[..., Any], *, mode: str = "all") -> MultiHandle:
    """Call ``fn`` once in each backward pass that gives gradients to some of ``tensors``.

    Parameters
        mode  "all": ``fn(gradients)`` when those of all tensors that get one in this pass are known, None for the
              others; "any": ``fn(gradient)`` with the first
    """
    if mode not in ("all", "any"):
        raise placed(ArgumentError("a hook on several tensors has no such mode", got=f"{mode!r}", want="all or any"))
    gathering = _Gathering(list(tensors), fn, mode)
    return MultiHandle([tensor.register_hook(gathering.hook(i)) for i, tensor in enumerate(tensors)])


class _Gathering:
    """Gradients of one backward pass, until all are there."""

    def __init__(self, tensors: list[Tensor], fn: Callable[..., Any], mode: str) -> None:
        self.keys = [(tensor.node or tensor, tensor.port) for tensor in tensors]
        self.fn = fn
        self.mode = mode
        self.run: Any = None
        self.waiting = 0
        self.gradients: list[Any] = []

    def hook(self, i: int) -> Callable[[Tensor], None]:
        return lambda gradient: self.seen(i, gradient)

    def seen(self, i: int, gradient: Tensor) -> None:
        run = state.passes[-1]
        if run is not self.run:
            self.run, self.gradients = run, [None] * len(self.keys)
            self.waiting = _expected(self.keys, *run) if self.mode == "all" else 1
        self.gradients[i] = gradient
        self.waiting -= 1
        if self.waiting == 0:
            self.fn(self.gradients if self.mode == "all" else gradient)


def _expected(keys: Sequence[Any], roots: Any, wanted: Any) -> int:
    """How many of these tensors get a gradient in this pass."""
    order = reachable([producer for producer, _, _ in roots])
    visited: set[Any] = {*order, *(producer for producer, _, _ in roots)}
    visited |= {parent for node in order for parent in node.parents}
    if wanted is not None:
        leading = leading_to(wanted, order)
        visited &= {entry for entry in leading if not isinstance(entry, Tensor) or (entry, 0) in wanted}
    return sum(producer in visited for producer, _ in keys)


class Packed:
    """What a tape entry keeps, as it was packed; unpacked each time it is read."""

    __slots__ = ("_entries", "_unpack")

    def __init__(self, entries: Sequence[Any], unpack: Callable[[Any], Any]) -> None:
        self._entries = list(entries)
        self._unpack = unpack

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Any]:
        return (self._opened(entry) for entry in self._entries)

    def _opened(self, entry: Any) -> Any:
        if not isinstance(entry, _Parcel):
            return entry
        found = self._unpack(entry.content)
        if not isinstance(found, Tensor):
            raise GradError(
                "a hook that unpacks must give a tensor", got=type(found).__name__, hint="see saved_tensors_hooks"
            )
        return found.data


class _Parcel:
    __slots__ = ("content",)

    def __init__(self, content: Any) -> None:
        self.content = content


class saved_tensors_hooks(Observer):
    """Inside the block, what the tape keeps for backward goes through ``pack_hook``, and back through ``unpack_hook``.

    ``pack_hook(tensor)`` may give anything (a file's name, a smaller tensor); ``unpack_hook`` of it gives the tensor.
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        state.observers = (*state.observers, self)

    def __exit__(self, *_: object) -> None:
        state.observers = tuple(entry for entry in state.observers if entry is not self)

    def forward(
        self, op: Any, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...], node: Any
    ) -> None:
        if node is not None and node.saved and not isinstance(node.saved, Packed):
            node.saved = self.packed(node.saved)

    def packed(self, values: Sequence[Any]) -> Packed:
        """These arrays, packed."""
        watching = state.observers
        state.observers = ()
        try:
            entries = [_Parcel(self.pack_hook(Tensor(entry))) if type(entry) in BY_TYPE else entry for entry in values]
        finally:
            state.observers = watching
        return Packed(entries, self.unpack_hook)


class save_on_cpu(saved_tensors_hooks):
    """What the tape keeps waits in the host's memory until backward needs it."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(
            lambda tensor: (tensor.device, tensor.to(device="cpu")), lambda pair: pair[1].to(device=pair[0])
        )
