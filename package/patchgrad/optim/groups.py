"""What an optimizer is given: lists and groups of parameters, checked before anything is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.nn.parameter import Parameter, new_uid
from patchgrad.tensor import Tensor


def checked_parameters(params: Iterable[Any], optimizer: str) -> list[Mapping[str, Any]]:
    """``params`` as a list of groups.

    Errors
        ArgumentError  if it is a single tensor, not iterable, or empty.
    """
    if isinstance(params, Tensor) or not isinstance(params, Iterable):
        raise ArgumentError(
            f"{optimizer} takes a list of parameters",
            got=f"one {type(params).__name__}",
            want="an iterable of Parameters or of groups",
            hint=f"{optimizer}(model.parameters())",
        )
    entries = list(params)
    if not entries:
        raise ArgumentError(
            f"{optimizer} got an empty list of parameters",
            got="no parameter",
            want="at least one Parameter",
            hint="model.parameters() can be gone through once; layers in a plain list are not seen: nn.ModuleList",
        )
    if isinstance(entries[0], Mapping):
        return entries
    return [{"params": entries}]


def checked_group(
    group: Mapping[str, Any], others: Iterable[Mapping[str, Any]], optimizer: str, *, computed: bool = False
) -> dict[str, Any]:
    """A copy of ``group`` with ``params`` as a list of distinct leaves that no other group holds.

    A plain tensor gets a ``uid``, as a Parameter has one. With ``computed`` tensors may have a past on the tape.

    Errors
        ArgumentError  naming the first entry that cannot be trained or already is.
    """
    if not isinstance(group, Mapping) or "params" not in group:
        raise ArgumentError(f"{optimizer} cannot use a group", got=repr(group), want='{"params": [...], "lr": ...}')
    entries = [group["params"]] if isinstance(group["params"], Tensor) else list(group["params"])
    parameters = [entry[1] if _is_named(entry) else entry for entry in entries]
    taken = {id(parameter) for other in others for parameter in other["params"]}
    for index, parameter in enumerate(parameters):
        _check_parameter(parameter, index, optimizer, computed)
        if id(parameter) in taken:
            raise ArgumentError(
                f"{optimizer} got a parameter twice",
                got=f"entry {index}, of shape {tuple(parameter.shape)}",
                want="each parameter once, in one group",
            )
        taken.add(id(parameter))
    return {**group, "params": parameters}


def _is_named(entry: Any) -> bool:
    return isinstance(entry, tuple) and len(entry) == 2 and isinstance(entry[0], str)


def _check_parameter(parameter: Any, index: int, optimizer: str, computed: bool) -> None:
    if not isinstance(parameter, Tensor):
        got, hint = type(parameter).__name__, "give model.parameters()"
    elif parameter.node is not None and not computed:
        got, hint = "a tensor computed from others", "give the parameters it was computed from"
    else:
        if not isinstance(parameter, Parameter) and getattr(parameter, "uid", None) is None:
            parameter.uid = new_uid()
        return
    want = "a Parameter, or a tensor that is not computed from others"
    raise ArgumentError(f"{optimizer} cannot train entry {index}", got=got, want=want, hint=hint)
