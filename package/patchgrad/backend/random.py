"""Who draws which random numbers: generators as in PyTorch, one stream per layer, and the state of all of them.

What is drawn stands in ``philox.py``. A layer owns a stream keyed by the global seed and its path, so what one layer
draws never depends on what another drew.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

import numpy

from patchgrad.backend import wrapped
from patchgrad.backend.device import device as Device
from patchgrad.backend.philox import CHUNK, Stream, philox
from patchgrad.errors import ArgumentError

__all__ = [
    "CHUNK", "Generator", "Stream", "checked_seed", "default_generator", "default_stream", "fork_rng", "get_rng_state",
    "initial_seed", "key_of", "manual_seed", "philox", "seed", "set_rng_state", "stream_for",
]  # fmt: skip

WORDS = 4
"""Words of 64 bits in a state: seed, key, the two halves of the offset."""


class Generator(Stream):
    """A sequence of random numbers of its own, for ``generator=`` arguments. Starts with seed 0.

    What it gives depends on its seed and on how much was drawn before, never on the device.
    """

    __slots__ = ("_initial", "device")

    def __init__(self, device: Any = "cpu") -> None:
        super().__init__(0)
        self.device = Device(device)
        self._initial = 0

    def manual_seed(self, seed: int) -> Generator:
        """Start anew with this seed; returns the generator."""
        self._initial = checked_seed(seed)
        self.key, self.offset = self._initial, 0
        return self

    def seed(self) -> int:
        """Start anew with a seed that nobody can foretell; returns it."""
        found = int.from_bytes(os.urandom(8), "little")
        self.manual_seed(found)
        return found

    def initial_seed(self) -> int:
        """The seed that the sequence started with."""
        return self._initial

    def get_state(self) -> Any:
        """Where the sequence stands: uint8, 32 bytes."""
        words = (self._initial, self.key, self.offset & 2**64 - 1, self.offset >> 64)
        return wrapped(numpy.asarray(words, dtype="<u8").view("uint8"))

    def set_state(self, new_state: Any) -> None:
        """Go on from a state that `get_state` gave."""
        if new_state.dtype.name != "uint8" or new_state.shape != (8 * WORDS,):
            raise ArgumentError(
                "this is not the state of a generator",
                got=f"{new_state.dtype.name}, shape {new_state.shape}",
                want=f"what get_state() gave: uint8, shape ({8 * WORDS},)",
            )
        initial, key, low, high = (int(word) for word in numpy.ascontiguousarray(new_state.numpy()).view("<u8"))
        self._initial, self.key, self.offset = initial, key, low + (high << 64)

    def clone_state(self) -> Generator:
        """Another generator that goes on from here."""
        other = Generator(self.device)
        other.set_state(self.get_state())
        return other

    def __repr__(self) -> str:
        return f"Generator(seed={self._initial}, offset={self.offset})"


def checked_seed(seed: Any) -> int:
    """The seed as 64 bits. Raises ArgumentError for what has more, or is no whole number."""
    try:
        number = int(seed)
    except (TypeError, ValueError):
        raise ArgumentError("a seed is a whole number", got=repr(seed), want="an int") from None
    if not -(2**63) <= number < 2**64:
        raise ArgumentError("a seed has 64 bits", got=str(number), want="-2**63 to 2**64 - 1")
    return number & 2**64 - 1


class _Default(Generator):
    """The generator behind functions without ``generator=``: its seed is that of all layers, too."""

    __slots__ = ()

    def manual_seed(self, seed: int) -> Generator:
        return manual_seed(seed)

    def initial_seed(self) -> int:
        return _seed

    def get_state(self) -> Any:
        self._initial = _seed
        return super().get_state()


default_generator = _Default()
_seed = 0
_named: list[weakref.ref[Stream]] = []
"""Streams of layers that are alive, in the order they were made."""
_awaited: dict[str, list[tuple[int, int]]] = {}
"""States from `set_rng_state` of streams that do not exist yet."""


def initial_seed() -> int:
    """The seed that all random numbers started with."""
    return _seed


def seed() -> int:
    """Start all random numbers anew with a seed that nobody can foretell; returns it."""
    return default_generator.seed()


def manual_seed(seed: int) -> Generator:
    """Start all random numbers anew, those of layers too; returns the default generator."""
    global _seed
    _seed = checked_seed(seed)
    default_generator.key, default_generator.offset = _seed, 0
    _awaited.clear()
    for stream in _living():
        stream.key, stream.offset = key_of(stream.path or ""), 0
    return default_generator


def default_stream() -> Stream:
    """What functions without a stream of their own draw from."""
    return default_generator


def key_of(path: str) -> int:
    """The key of a layer's stream: a hash of the global seed and its path."""
    return int.from_bytes(blake2b(f"{_seed}/{path}".encode(), digest_size=8).digest(), "little")


def stream_for(path: str) -> Stream:
    """A new stream for the layer at ``path``."""
    waiting = _awaited.get(path)
    key, offset = waiting.pop(0) if waiting else (key_of(path), 0)
    stream = Stream(key, offset, path)
    _named[:] = [ref for ref in _named if ref() is not None]
    _named.append(weakref.ref(stream))
    return stream


def _living() -> list[Stream]:
    return [stream for stream in (ref() for ref in _named) if stream is not None]


def get_rng_state() -> dict[str, Any]:
    """Everything that decides what is drawn next, as plain data: seed, default stream, streams by path."""
    streams: dict[str, list[tuple[int, int]]] = {}
    for stream in _living():
        streams.setdefault(stream.path or "", []).append((stream.key, stream.offset))
    return {"seed": _seed, "default": (default_generator.key, default_generator.offset), "streams": streams}


def set_rng_state(new_state: dict[str, Any]) -> None:
    """Go back to a state from `get_rng_state`; streams that do not exist yet get theirs when they are made."""
    global _seed
    _seed = new_state["seed"]
    default_generator.key, default_generator.offset = new_state["default"]
    waiting = {path: [tuple(pair) for pair in pairs] for path, pairs in new_state["streams"].items()}
    for stream in _living():
        pairs = waiting.get(stream.path or "")
        stream.key, stream.offset = pairs.pop(0) if pairs else (key_of(stream.path or ""), 0)
    _awaited.clear()
    _awaited.update(waiting)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True) -> Iterator[None]:
    """What is drawn inside the block leaves no trace outside: all streams go on as if it had not run."""
    before = get_rng_state() if enabled else None
    try:
        yield
    finally:
        if before is not None:
            set_rng_state(before)
