"""Checks of an optimizer's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.errors import ArgumentError

EXECUTION = ("foreach", "fused", "capturable", "differentiable")
"""PyTorch's settings of how a step is computed, not what; they are accepted and have no effect here."""


def at_least_zero(optimizer: str, **settings: float) -> None:
    """Raise ArgumentError naming the first setting below zero (or not a number)."""
    for name, value in settings.items():
        if not value >= 0:
            raise ArgumentError(f"{optimizer} cannot use {name}={value}", want=f"{name} of 0 or more")


def below_one(optimizer: str, **settings: float) -> None:
    """Raise ArgumentError naming the first setting outside [0, 1)."""
    for name, value in settings.items():
        if not 0 <= value < 1:
            raise ArgumentError(f"{optimizer} cannot use {name}={value}", want=f"{name} of 0 or more, below 1")


def two_betas(optimizer: str, betas: tuple[float, float]) -> tuple[float, float]:
    """``betas`` as a pair; raises ArgumentError unless both are in [0, 1)."""
    if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
        raise ArgumentError(
            f"{optimizer} cannot use betas", got=repr(betas), want="two numbers in [0, 1)", hint="(0.9, 0.999)"
        )
    return betas[0], betas[1]


def execution_only(optimizer: str, settings: Mapping[str, Any]) -> None:
    """Raise ArgumentError for a setting that is not of EXECUTION, or asks for a step on the tape."""
    for name, value in settings.items():
        if name not in EXECUTION:
            raise ArgumentError(f"{optimizer} has no setting {name!r}", got=f"{name}={value!r}")
        if name == "differentiable" and value:
            raise ArgumentError(
                f"{optimizer} cannot put its step on the tape", got="differentiable=True", want="differentiable=False"
            )
