"""Random orders that are the same on every machine and with every version of NumPy."""

from __future__ import annotations

from typing import Any

from patchgrad.backend.random import Stream

_EPOCH = 2**40
"""Distance between the epochs of one seed in the random stream: more than any data set is long."""


def permutation(length: int, seed: int, epoch: int = 0) -> Any:
    """The numbers below ``length`` in a random order, a function of the arguments alone: (length,) int64."""
    return Stream(seed, epoch * _EPOCH).permutation(length)


def stream_of(seed: int, epoch: int) -> Stream:
    """The random stream of one epoch."""
    return Stream(seed, epoch * _EPOCH)
