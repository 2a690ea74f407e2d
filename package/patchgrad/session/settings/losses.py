"""Another loss: tried on the last batch before it is taken, and refused with the reason in words."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from patchgrad.errors import GraphError
from patchgrad.layergraph.commands.training import Changed, name_of_loss
from patchgrad.nn import Module


def change(setup: Any, loss: Any) -> Changed:
    """Train for another loss.

    Errors
        GraphError  if it does not take the output of the network and the target of the last batch. Nothing changes.
    """
    if not callable(loss):
        raise GraphError("this is no loss", got=type(loss).__name__, want="a function of output and target")
    if isinstance(loss, Module) and any(True for _ in loss.parameters()):
        raise GraphError(
            "a loss with weights of its own cannot be put in under way",
            got=type(loss).__name__,
            want="a loss without parameters",
            hint="make it a layer of the network, in front of the output",
        )
    return _put(setup, loss, try_it=True)


def _put(setup: Any, loss: Any, *, try_it: bool) -> Changed:
    before = setup.loss
    setup.loss = loss
    try:
        if try_it:
            _try(setup, loss)
    except BaseException:
        setup.loss = before
        raise
    told = f"{name_of(before)} → {name_of(loss)}"
    return Changed((told,), lambda: _put(setup, before, try_it=False))


def _try(setup: Any, loss: Any) -> None:
    """Compute the loss of the last batch."""
    with strict(loss):
        setup.try_loss()


@contextmanager
def strict(loss: Any) -> Generator[None]:
    """What a loss warns of when it is tried (shapes that are broadcast) is a reason to refuse."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        try:
            yield
        except UserWarning as warning:
            raise GraphError(
                f"{name_of(loss)} does not fit", got=str(warning), want="an output like the target"
            ) from None


def name_of(loss: Any) -> str:
    """A loss in a few characters."""
    return name_of_loss(loss)
