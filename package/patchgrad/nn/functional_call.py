"""A module as a function of its parameters: ``functional_call``, and the stacked state of several models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ArgumentError
from patchgrad.nn.module import Module
from patchgrad.nn.norm import BatchNorm
from patchgrad.ops.movement import stack
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

Values = Mapping[str, Tensor]
Places = list[tuple[dict[str, Any], str]]
"""Stores of a module, and the name in them."""


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Values | Sequence[Values],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call ``module`` with other parameters and buffers in place of its own, which are back afterwards.

    Parameters
        parameter_and_buffer_dicts  values by dotted name, or several such dictionaries with different names
        args                        the positional arguments: a tuple, or a single one
        tie_weights                 a parameter that the module has under several names is replaced under all
        strict                      all parameters and buffers must be given
    """
    values = _merged(parameter_and_buffer_dicts)
    positional = () if args is None else args if isinstance(args, tuple) else (args,)
    with _replaced(module, values, tie_weights, strict):
        return module(*positional, **(kwargs or {}))


def _merged(dicts: Values | Sequence[Values]) -> dict[str, Tensor]:
    if isinstance(dicts, Mapping):
        return dict(dicts)
    found: dict[str, Tensor] = {}
    for values in dicts:
        twice = [name for name in values if name in found]
        if twice:
            raise placed(
                ArgumentError("a parameter is given twice", got=", ".join(twice), want="each name in one dictionary")
            )
        found.update(values)
    return found


@contextmanager
def _replaced(module: Module, values: dict[str, Tensor], tie_weights: bool, strict: bool) -> Iterator[None]:
    places, aliases = _places(module)
    unknown = [name for name in values if name not in places]
    missing = [name for name in places if name not in values and not (tie_weights and aliases[name] & values.keys())]
    if unknown or (strict and missing):
        raise placed(
            ArgumentError(
                f"the values do not fit {type(module).__name__}",
                got="; ".join(
                    f"{word}: {', '.join(names)}"
                    for word, names in (("unknown", unknown), ("missing", missing))
                    if names
                ),
                want=f"names from {', '.join(places) or 'nothing'}",
            )
        )
    given = dict(values)
    for name, value in values.items():
        for alias in aliases[name] if tie_weights else ():
            given.setdefault(alias, value)
    before = [(*places[name], places[name][0][places[name][1]]) for name in given]
    try:
        for name, value in given.items():
            store, key = places[name]
            store[key] = value
        yield
    finally:
        for store, key, value in before:
            store[key] = value


def _places(module: Module) -> tuple[dict[str, tuple[dict[str, Any], str]], dict[str, set[str]]]:
    """Where each value stands, by dotted name; and the other names of the same tensor."""
    places: dict[str, tuple[dict[str, Any], str]] = {}
    names: dict[int, set[str]] = {}
    for path, owner in module.named_modules(remove_duplicate=False):
        for store in (owner._parameters, owner._buffers):
            for key, value in store.items():
                if value is not None:
                    name = f"{path}.{key}" if path else key
                    places[name] = (store, key)  # type: ignore[assignment]
                    names.setdefault(id(value), set()).add(name)
    return places, {name: names[id(store[key])] - {name} for name, (store, key) in places.items()}


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Parameters and buffers of several models of one kind, stacked along a new first axis, for `vmap`.

    Returns
        (parameters by name, which require gradients as those of the models do, and buffers by name)
    """
    if not models or any(type(model) is not type(models[0]) for model in models):
        raise placed(
            ArgumentError(
                "models of one class can be stacked", got=", ".join(type(model).__name__ for model in models) or "none"
            )
        )
    with no_grad():
        parameters = _stacked([dict(model.named_parameters()) for model in models])
        buffers = _stacked([dict(model.named_buffers()) for model in models])
    learns = dict(models[0].named_parameters())
    for name, value in parameters.items():
        value.requires_grad_(learns[name].requires_grad)
    return parameters, buffers


def _stacked(states: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
    return {name: stack([state[name] for state in states]) for name in states[0]}


def replace_all_batch_norm_modules_(root: Module) -> Module:
    """Let every `BatchNorm` in a module go by its batch alone, without running means, which `vmap` could not write."""
    for module in root.modules():
        if isinstance(module, BatchNorm):
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root
