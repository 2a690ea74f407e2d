"""What a backend is: an array namespace, and the way to run an op's forward on its arrays.

``xp`` holds the functions of the array library under their array-API names, and ``xp.ops`` the
forward of every op, so that a gradient rule can call ``xp.ops.conv2d_input(ct, w, ...)`` on bare
arrays here and on tensors when the gradient is to be differentiated again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import partial
from typing import Any

from patchgrad.backend import low
from patchgrad.typing import Array


class Operations:
    """Forwards of ops (or the kernels in their place) as functions of bare arrays, found by name at first use."""

    def __init__(self, backend: Backend, find: Callable[[str], Any]) -> None:
        self._backend = backend
        self._find = find

    def __getattr__(self, name: str) -> Callable[..., Any]:
        bound = partial(self._backend.forward_of(self._find(name)), self._backend.xp)
        setattr(self, name, bound)
        return bound


class Namespace:
    """An array namespace as a plain object; attributes are the array library's functions."""

    ops: Any
    cache_bytes = 2**62
    """Work in pieces of about this size, so that what one function writes is in the cache when the next reads it."""

    def __init__(self, name: str, functions: dict[str, Any]) -> None:
        self.__dict__.update(functions)
        self.name = name

    def refuse(self, wrong: Any, explain: Callable[[], Exception]) -> None:
        """Raise ``explain()`` if the array ``wrong`` holds a truth. On a GPU the error comes with its next wait."""
        if bool(wrong):
            raise explain()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the {self.__dict__['name']} namespace has no function {name!r}")


class Backend:
    """One array library on one kind of device.

    ``kernels`` maps the name of an op to a fast variant of its forward, ``rules`` to those of its gradient rules by
    input; the plain ones are used where these have no entry. ``low_kernels`` holds forwards that take arrays in low
    precision as they are, and may decline. ``depth`` counts how many batches an array stands for (see
    ``transforms/batching``).
    """

    depth = 0
    compiled = False
    """Are there compiled kernels for ops and updates?"""

    def lift(self, inputs: tuple[Any, ...]) -> list[Any]:
        """Inputs of an op, those of other backends as tensors of this one; only where ``depth`` is not 0."""
        raise NotImplementedError

    def __init__(self, name: str, xp: Namespace, array_types: Iterable[type]) -> None:
        self.name = name
        self.xp = xp
        self.array_types = tuple(array_types)
        self.kernels: dict[str, Callable[..., Any]] = {}
        self.low_kernels: dict[str, Callable[..., Any]] = {}
        self.rules: dict[str, dict[str, Callable[..., Any]]] = {}
        self.find: Callable[[str], Any] | None = None
        """The registered op of a name, once there are ops."""

    def update(self, name: str, arrays: tuple[Any, ...], numbers: tuple[float, ...], **statics: bool) -> bool:
        """Run a step of an optimizer on these arrays in place, in one pass; False where there is no kernel for it."""
        return False

    def forward_of(self, op: Any) -> Callable[..., Any]:
        """What computes the op's result here: a kernel, or its own forward."""
        return op.chosen.get(self.name) or self.choose(op)

    def choose(self, op: Any) -> Callable[..., Any]:
        """Decide it, for the gradient rules too: once for each op, at its first use."""
        named = op.name in self.kernels or op.name in self.rules
        if named and self.find is not None and self.find(op.name) is op:
            op.chosen[self.name] = self.kernels.get(op.name, op.forward)
            op.chosen_rules[self.name] = self.rules.get(op.name, {})
        else:
            op.chosen[self.name] = op.forward
        return op.chosen[self.name]

    def run(self, op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
        """The op's result on bare arrays: one array, or a tuple where the op has several outputs."""
        if low.used and any(map(low.touches, arrays)):
            return low.run(self, op, arrays, attrs)
        return (op.chosen.get(self.name) or self.choose(op))(self.xp, *arrays, **attrs)

    def quiet(self) -> Any:
        """A context in which inf and NaN come without a warning."""
        return nullcontext()

    def on(self, where: Any) -> Backend:
        """This backend, making its arrays on this device."""
        return self

    def here(self) -> Any:
        """A context in which new arrays lie where this backend makes them."""
        return nullcontext()

    def at(self, where: Any) -> Any:
        """A context in which new arrays lie on this device, one of the backend's."""
        return nullcontext()

    def asarray(self, value: Any, dtype: Any = None) -> Array:
        raise NotImplementedError

    def from_dlpack(self, source: Any) -> Array:
        """An array on the memory of another library's."""
        raise NotImplementedError

    def to_host(self, array: Array) -> Any:
        """The same numbers as a NumPy array."""
        raise NotImplementedError

    def pinned(self, array: Array) -> Array:
        """A copy in the host's memory that the device reads directly."""
        return array

    def device_of(self, array: Array) -> str:
        return self.name
