"""Checks of an optimizer's settings."""

from __future__ import annotations

from patchgrad.errors import ArgumentError


def at_least_zero(optimizer: str, **settings: float) -> None:
    """Raise ArgumentError naming the first setting below zero (or not a number)."""
    for name, value in settings.items():
        if not value >= 0:
            raise ArgumentError(f"{optimizer} cannot use {name}={value}", want=f"{name} of 0 or more")
