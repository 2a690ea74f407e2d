"""Let an optimizer step with other parameters and slots for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.nn.parameter import overwrite
from patchgrad.optim.groups import checked_group
from patchgrad.optim.optimizer import Optimizer
from patchgrad.optim.saving import from_state_dict
from patchgrad.tensor import Tensor


@contextmanager
def swap_in_optimizer_params_and_state(
    optimizer: Optimizer, swapin_parameters: Mapping[str, Any], swapin_optim_state: Mapping[str, Any]
) -> Iterator[None]:
    """Within it ``optimizer`` trains other parameters, with other slots and settings; afterwards its own again.

    Parameters
        swapin_parameters   as many Parameters as it has, in the same order, by name
        swapin_optim_state  in the form of ``optimizer.state_dict()``; its tensors hold the new slots afterwards
    Errors
        ArgumentError  if they do not fit the optimizer; nothing is swapped then.
    """
    name, own = type(optimizer).__name__, (optimizer.param_groups, optimizer.state)
    given = list(swapin_parameters.values())
    if len(given) != len(optimizer.parameters()):
        raise ArgumentError(
            f"these are not the parameters of this {name}",
            got=f"{len(given)} parameters",
            want=f"{len(optimizer.parameters())}, in the same order",
        )
    groups: list[dict[str, Any]] = []
    for group in optimizer.param_groups:
        part, given = given[: len(group["params"])], given[len(group["params"]) :]
        groups.append(checked_group({**group, "params": part}, groups, name))
    swapped = from_state_dict(swapin_optim_state, groups, name, optimizer._loaded_slot)
    try:
        optimizer.param_groups, optimizer.state = swapped
        yield
        _give_back(optimizer, swapin_optim_state)
    finally:
        optimizer.param_groups, optimizer.state = own


def _give_back(optimizer: Optimizer, saved: Mapping[str, Any]) -> None:
    """Write the slots into the tensors that they came from."""
    for number, parameter in enumerate(optimizer.parameters()):
        for name, target in saved["state"].get(number, {}).items():
            value = optimizer.state.get(parameter.uid, {}).get(name)
            if isinstance(target, Tensor) and value is not None:
                overwrite(target, target.backend.asarray(value, dtype=target.data.dtype))
