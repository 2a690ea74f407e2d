"""Functions in a program that are layers: a dropout, an upsampling. As layers they can be drawn, edited and counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from patchgrad import nn
from patchgrad.interop.program import ByMode, Program, Ref, Step

DROPOUTS = {"dropout": "Dropout", "dropout1d": "Dropout1d", "dropout2d": "Dropout2d", "dropout3d": "Dropout3d",
            "alpha_dropout": "AlphaDropout", "feature_alpha_dropout": "FeatureAlphaDropout"}  # fmt: skip
ARGUMENTS = {
    "dropout": ("input", "p", "training", "inplace"),
    "interpolate": ("input", "size", "scale_factor", "mode", "align_corners", "recompute_scale_factor", "antialias"),
}
FOLLOWS = ByMode(True, False)


def opened(program: Program, taken: set[str]) -> tuple[Program, dict[str, Any]]:
    """The program with such functions as calls of layers, and the layers by name."""
    layers: dict[str, Any] = {}
    steps = [_opened(step, layers, taken) for step in program.steps]
    return Program(program.inputs, steps, program.output), layers


def _opened(step: Step, layers: dict[str, Any], taken: set[str]) -> Step:
    layer = _layer(step)
    if layer is None:
        return step
    name = next(name for name in _names(type(layer).__name__.lower()) if name not in taken)
    taken.add(name)
    layers[name] = layer
    return replace(step, kind="module", target=name, args=(_given(step)["input"],), kwargs={})


def _names(stem: str) -> Iterator[str]:
    number = 1
    while True:
        yield f"{stem}{number}"
        number += 1


def _given(step: Step) -> dict[str, Any]:
    """Arguments by name."""
    names = ARGUMENTS["interpolate" if step.target.endswith("interpolate") else "dropout"]
    return {**dict(zip(names, step.args, strict=False)), **step.kwargs}


def _layer(step: Step) -> Any:
    """The layer that does what a step does; None where none does, or where a setting is computed on the way."""
    head, _, name = step.target.partition(".")
    if step.kind != "function" or head != "functional" or (name not in DROPOUTS and name != "interpolate"):
        return None
    given = _given(step)
    settings = {key: value for key, value in given.items() if key != "input"}
    if not isinstance(given.get("input"), Ref) or any(map(_computed, settings.values())):
        return None
    if name == "interpolate":
        return None if settings.pop("antialias", False) else nn.Upsample(**_filled(settings))
    return getattr(nn, DROPOUTS[name])(settings.get("p", 0.5)) if settings.get("training") == FOLLOWS else None


def _filled(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _computed(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(_computed, value))
    return isinstance(value, Ref) or (isinstance(value, ByMode) and value != FOLLOWS)
