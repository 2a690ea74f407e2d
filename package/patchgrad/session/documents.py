"""A session to a ``.patchgrad`` file and back: what is known of its loss and optimizer goes along as plain data."""

from __future__ import annotations

from functools import partial
from typing import Any

from patchgrad import nn, optim
from patchgrad.errors import ArgumentError, DataError
from patchgrad.interop.document import Document, load_document, save_document

PLAIN = (bool, int, float, str, type(None), list, tuple)


def write(session: Any, path: Any, *, weights: bool) -> None:
    """Write the network of a session, with its settings."""
    optimizer = session.optimizer
    group = {key: value for key, value in optimizer.param_groups[0].items() if isinstance(value, PLAIN)}
    settings = {
        "step": session.step_count,
        "loss": type(session.loss_function).__name__,
        "optimizer": {"name": type(optimizer).__name__, **{k: v for k, v in group.items() if k != "params"}},
    }
    module = session.model if weights else None
    save_document(path, session.graph, module, name=session.name, settings=settings)


def read(path: Any, loss: Any, optimizer: Any) -> dict[str, Any]:
    """Model, loss and optimizer for a new session."""
    document = load_document(path)
    chosen = {
        "loss": _loss(document) if loss is None else loss,
        "optimizer": _optimizer(document) if optimizer is None else optimizer,
    }
    return {"model": document.build(), **chosen}


def _loss(document: Document) -> Any:
    name = str(document.settings.get("loss"))
    found = getattr(nn, name, None) if name.endswith("Loss") else None
    if found is None:
        raise ArgumentError(
            "the file tells no loss of patchgrad", got=name, hint="Session.open(path, loader, loss=...)"
        )
    return found()


def _optimizer(document: Document) -> Any:
    saved = document.settings.get("optimizer")
    options = dict(saved) if isinstance(saved, dict) else {}
    name = str(options.pop("name", None))
    found = getattr(optim, name, None)
    if not (isinstance(found, type) and issubclass(found, optim.Optimizer)):
        raise ArgumentError(
            "the file tells no optimizer of patchgrad", got=name, hint="Session.open(path, loader, optimizer=...)"
        )
    options.pop("initial_lr", None)
    return partial(_made, found, {key: tuple(v) if isinstance(v, list) else v for key, v in options.items()})


def _made(found: Any, options: dict[str, Any], parameters: Any) -> Any:
    try:
        return found(parameters, **options)
    except TypeError as error:
        raise DataError("the file holds settings that its optimizer does not take", got=str(error)) from None
