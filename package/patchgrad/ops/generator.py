"""Random numbers as PyTorch's users hold them: `Generator` objects, and the state of all streams at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from patchgrad.backend import host, random
from patchgrad.backend.device import device as Device
from patchgrad.backend.random import Stream, get_rng_state, set_rng_state
from patchgrad.errors import ArgumentError
from patchgrad.ops import creation
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = [
    "Generator", "default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed",
    "set_rng_state",
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
        self.manual_seed(_surprise())
        return self._initial

    def initial_seed(self) -> int:
        """The seed that the sequence started with."""
        return self._initial

    def get_state(self) -> Tensor:
        """Where the sequence stands: uint8, 32 bytes."""
        words = (self._initial, self.key, self.offset & 2**64 - 1, self.offset >> 64)
        return creation.tensor(host.asarray(words, dtype="<u8").view("uint8"))

    def set_state(self, new_state: Tensor) -> None:
        """Go on from a state that `get_state` gave."""
        if new_state.dtype.name != "uint8" or new_state.shape != (8 * WORDS,):
            raise placed(
                ArgumentError(
                    "this is not the state of a generator",
                    got=f"{new_state.dtype.name}, shape {new_state.shape}",
                    want=f"what get_state() gave: uint8, shape ({8 * WORDS},)",
                )
            )
        initial, key, low, high = (int(word) for word in host.ascontiguousarray(new_state.numpy()).view("<u8"))
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
        raise placed(ArgumentError("a seed is a whole number", got=type(seed).__name__)) from None
    if not -(2**63) <= number < 2**64:
        raise placed(ArgumentError("a seed has 64 bits", got=str(number), want="-2**63 to 2**64 - 1"))
    return number & 2**64 - 1


def _surprise() -> int:
    return int.from_bytes(os.urandom(8), "little")


class _Default(Generator):
    """The generator behind functions without ``generator=``: its seed is that of all layers, too."""

    __slots__ = ()

    def manual_seed(self, seed: int) -> Generator:
        random.manual_seed(checked_seed(seed))
        return self

    def seed(self) -> int:
        found = _surprise()
        random.manual_seed(found)
        return found

    def initial_seed(self) -> int:
        return random.initial_seed()

    def get_state(self) -> Tensor:
        self._initial = random.initial_seed()
        return super().get_state()


default_generator = random.use_default(_Default())


def initial_seed() -> int:
    """The seed that all random numbers started with."""
    return random.initial_seed()


def manual_seed(seed: int) -> Generator:
    """Start all random numbers anew, those of layers too; returns the default generator."""
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Start all random numbers anew with a seed that nobody can foretell; returns it."""
    return default_generator.seed()


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True) -> Iterator[None]:
    """What is drawn inside the block leaves no trace outside: all streams go on as if it had not run."""
    before = get_rng_state() if enabled else None
    try:
        yield
    finally:
        if before is not None:
            set_rng_state(before)
