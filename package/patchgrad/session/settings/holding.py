"""Which parameters the optimizer trains: some that it did not hold join its first group."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.layergraph.commands.training import Changed


def hold(setup: Any, nodes: tuple[str, ...]) -> Changed:
    """Train the parameters of these layers, too; a frozen one waits until it is thawed.

    Errors
        ArgumentError  if the optimizer holds all of them.
    """
    optimizer = setup.optimizer
    held = {parameter.uid for parameter in optimizer.parameters()}
    missing = {p.uid: p for p in setup.parameters_of(nodes) if p.uid not in held}
    if not missing:
        raise ArgumentError(
            "there is nothing to add to the optimizer",
            got=f"layers whose parameters {type(optimizer).__name__} trains already" if nodes else "no layer",
            want="layers with parameters that it does not hold",
        )
    return _add(setup, nodes, missing, {})


def _add(setup: Any, nodes: tuple[str, ...], parameters: dict[str, Any], slots: dict[str, Any]) -> Changed:
    for uid, parameter in parameters.items():
        setup.optimizer.add_parameter(parameter)
        setup.optimizer.set_slots(parameter, slots.get(uid, {}))
    told = f"{type(setup.optimizer).__name__} trains {_tensors(len(parameters))} more"
    return Changed((told,), lambda: _leave(setup, nodes, frozenset(parameters)))


def _leave(setup: Any, nodes: tuple[str, ...], uids: frozenset[str]) -> Changed:
    """They are found by uid: an edit in between may have put others of the same uid in their place."""
    found = {p.uid: p for p in setup.optimizer.parameters() if p.uid in uids}
    slots = {uid: setup.optimizer.remove_parameter(parameter) for uid, parameter in found.items()}
    told = f"{type(setup.optimizer).__name__} trains {_tensors(len(found))} less"

    def again() -> Changed:
        there = {p.uid: p for p in setup.parameters_of(nodes) if p.uid in found}
        return _add(setup, nodes, there, slots)

    return Changed((told,), again)


def _tensors(count: int) -> str:
    return f"{count} tensor{'' if count == 1 else 's'}"
