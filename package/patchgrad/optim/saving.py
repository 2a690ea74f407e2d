"""state_dict of an optimizer: slots by the position of their parameter, in PyTorch's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn.parameter import Parameter, array_like, detached
from patchgrad.optim.state import State
from patchgrad.tensor.foreign import shown
from patchgrad.typing import Shape

Groups = list[dict[str, Any]]


def to_state_dict(
    groups: Sequence[Mapping[str, Any]], state: Mapping[str, Mapping[str, Any]], scales: Mapping[str, float]
) -> dict[str, Any]:
    """``{"state": {position: slots}, "param_groups": [{settings, "params": positions}]}``; slots share memory.

    A group with parameters whose rate is scaled holds the factors as ``lr_scales``, one for each of its parameters.
    """
    parameters = [parameter for group in groups for parameter in group["params"]]
    position = {id(parameter): index for index, parameter in enumerate(parameters)}
    return {
        "state": {
            index: {name: detached(value) for name, value in state[parameter.uid].items()}
            for index, parameter in enumerate(parameters)
            if state.get(parameter.uid)
        },
        "param_groups": [
            {**group, "params": [position[id(parameter)] for parameter in group["params"]], **_scales(group, scales)}
            for group in groups
        ],
    }


def _scales(group: Mapping[str, Any], scales: Mapping[str, float]) -> dict[str, list[float]]:
    found = [scales.get(parameter.uid, 1.0) for parameter in group["params"]]
    return {"lr_scales": found} if any(scale != 1.0 for scale in found) else {}


def from_state_dict(
    saved: Mapping[str, Any],
    groups: Sequence[Mapping[str, Any]],
    optimizer: str,
    loaded_slot: Callable[[str, Any, Parameter], Any],
) -> tuple[Groups, State]:
    """New groups (the parameters of ``groups``, the settings of ``saved``) and slots by uid.

    Errors
        ArgumentError  if the number of groups, or of parameters in a group, differs.
        ShapeError     if a slot has another shape than its parameter.
    """
    checked_state(saved, optimizer)
    got = [len(group["params"]) for group in saved["param_groups"]]
    want = [len(group["params"]) for group in groups]
    if got != want:
        raise ArgumentError(
            f"the state dict does not fit this {optimizer}",
            got=f"groups of {got} parameters",
            want=f"groups of {want} parameters",
            hint="build the optimizer with the model and groups it was saved with",
        )
    loaded = [{**old, "params": own["params"]} for old, own in zip(saved["param_groups"], groups, strict=True)]
    parameter_at = {
        position: parameter
        for old, own in zip(saved["param_groups"], groups, strict=True)
        for position, parameter in zip(old["params"], own["params"], strict=True)
    }
    slots = {
        parameter_at[position].uid: {
            name: loaded_slot(name, value, parameter_at[position])
            for name, value in values.items()
            if value is not None
        }
        for position, values in saved["state"].items()
    }
    return loaded, State(slots)


def checked_state(saved: Any, optimizer: str) -> Mapping[str, Any]:
    """The state dict itself; raises ArgumentError for anything else."""
    if not isinstance(saved, Mapping) or "param_groups" not in saved:
        raise ArgumentError(
            f"{optimizer} takes a state dict of an optimizer",
            got=shown(saved),
            want='{"state": ..., "param_groups": ...}',
            hint="load_state_dict(other.state_dict())",
        )
    return saved


def number(value: Any) -> Any:
    """A saved count or number, which PyTorch keeps as a tensor without axes."""
    plain = value.item() if hasattr(value, "item") else value
    return int(plain) if float(plain).is_integer() else float(plain)


def slot(name: str, value: Any, parameter: Parameter, shape_of: Callable[[str, Shape], Shape]) -> Any:
    """A saved slot as an array of its own; raises ShapeError if it does not fit."""
    array = array_like(value, parameter, copy=True)
    want = shape_of(name, tuple(parameter.shape))
    if tuple(array.shape) != want:
        raise ShapeError(
            f"slot {name!r} of the state dict does not fit its parameter", got=str(tuple(array.shape)), want=str(want)
        )
    return array
