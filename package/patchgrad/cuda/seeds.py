"""Random numbers by the names that they have for a GPU: streams do not depend on the device."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import random


def manual_seed(seed: int) -> None:
    """Start all random numbers anew. They are the same on every device, so this is `patchgrad.manual_seed`."""
    random.manual_seed(seed)


manual_seed_all = manual_seed


def seed() -> None:
    """Start all random numbers anew with a seed that nobody can foretell, on every device."""
    random.seed()


seed_all = seed


def initial_seed() -> int:
    """The seed that all random numbers started with."""
    return random.initial_seed()


def get_rng_state(device: Any = "cuda") -> Any:
    """Where random numbers stand. They are the same on every device, so this is `patchgrad.get_rng_state`."""
    return random.get_rng_state()


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Go back to a state that `get_rng_state` gave."""
    random.set_rng_state(new_state)
