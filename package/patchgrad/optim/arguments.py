"""Checks of an optimizer's settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from patchgrad.errors import ArgumentError, near

EXECUTION = ("foreach", "fused", "capturable", "differentiable")
"""PyTorch's settings of how a step is computed, not what; of them only ``differentiable`` has an effect here."""
TAPED = ["ASGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "Rprop", "SGD"]
"""The optimizers whose step may be put on the tape; PyTorch has the setting for the same ones."""


def at_least_zero(optimizer: str, **settings: float) -> None:
    """Raise ArgumentError naming the first setting below zero (or not a number)."""
    _each(optimizer, settings, lambda value: value >= 0, "a number of 0 or more")


def below_one(optimizer: str, **settings: float) -> None:
    """Raise ArgumentError naming the first setting outside [0, 1)."""
    _each(optimizer, settings, lambda value: 0 <= value < 1, "a number of 0 or more, below 1")


def _each(optimizer: str, settings: Mapping[str, Any], fits: Callable[[Any], bool], want: str) -> None:
    for name, value in settings.items():
        if isinstance(value, str) or not hasattr(value, "__float__") or not fits(value):
            raise ArgumentError(
                f"{optimizer} cannot use this {name}",
                got=f"{name}={value!r}",
                want=want,
                hint=f"{name}={value}, without quotes" if isinstance(value, str) else "",
            )


def two_betas(optimizer: str, betas: tuple[float, float]) -> tuple[float, float]:
    """``betas`` as a pair; raises ArgumentError unless both are in [0, 1)."""
    if not isinstance(betas, (tuple, list)) or len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
        raise ArgumentError(
            f"{optimizer} cannot use these betas", got=f"betas={betas!r}", want="two numbers in [0, 1)",
            hint="betas=(0.9, 0.999)",
        )  # fmt: skip
    return betas[0], betas[1]


def execution_only(optimizer: str, settings: Mapping[str, Any]) -> bool:
    """Is the step to be put on the tape? Raises ArgumentError for a setting that is not of EXECUTION."""
    for name, value in settings.items():
        if name not in EXECUTION:
            known = _settings_of(optimizer)
            raise ArgumentError(
                f"{optimizer} has no setting {name!r}",
                got=f"{name}={value!r}",
                want=", ".join(known),
                hint=near(name, known) or f"leave {name}= out",
            )
        if name == "differentiable" and value and optimizer not in TAPED:
            raise ArgumentError(
                f"{optimizer} cannot put its step on the tape",
                got="differentiable=True",
                want="differentiable=False",
                hint=f"those that can: {', '.join(TAPED)}",
            )
    return bool(settings.get("differentiable", False))


def _settings_of(optimizer: str) -> list[str]:
    """The names of the settings of a family."""
    from patchgrad import optim

    found = inspect.signature(getattr(optim, optimizer)).parameters.values()
    return [entry.name for entry in found if entry.kind is not entry.VAR_KEYWORD and entry.name != "params"]
