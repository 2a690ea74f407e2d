"""A session to a ``.patchgrad`` file and back: what is known of its loss and optimizer goes along as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from patchgrad import nn, optim
from patchgrad.errors import ArgumentError, DataError
from patchgrad.interop.document import Document, load_document, save_document
from patchgrad.layergraph.commands.training import loss_of, losses, settings_of_loss
from patchgrad.optim import exchange
from patchgrad.session import going_on

PLAIN = (bool, int, float, str, type(None), list, tuple)


def write(session: Any, path: Any, *, weights: bool) -> None:
    """Write the network of a session, with its settings; with weights, also all that it needs to go on bitwise."""
    optimizer = session.optimizer
    group = {key: value for key, value in optimizer.param_groups[0].items() if isinstance(value, PLAIN)}
    loss = session.loss_function
    settings: dict[str, Any] = {
        "step": session.step_count,
        "loss": type(loss).__name__,
        "loss_settings": {k: v for k, v in _of_loss(loss).items() if isinstance(v, PLAIN)},
        "optimizer": {"name": type(optimizer).__name__, **{k: v for k, v in group.items() if k != "params"}},
    }
    module = session.model if weights else None
    more: dict[str, Any] = {}
    if weights:
        settings["going_on"], more = going_on.record(session)
    save_document(path, session.graph, module, name=session.name, settings=settings, more=more)


def opened(make: Callable[..., Any], path: Any, loader: Any, loss: Any, optimizer: Any, more: Mapping[str, Any]) -> Any:
    """A session for a file, going on where it was saved if the file has its weights."""
    document = load_document(path)
    found = going_on.read(document.settings)
    if found is not None:
        graph = document.graph.with_issued(max(found.issued, document.graph.issued))
        document = msgspec.structs.replace(document, graph=graph)
    session = make(
        document.build(),
        loader,
        loss=_loss(document) if loss is None else loss,
        optimizer=_optimizer(document) if optimizer is None else optimizer,
        **more,
    )
    session.name = document.name or session.name
    if found is not None and optimizer is None:
        try:
            going_on.resume(session, found, document.arrays, streams=more.get("seed") is None)
        except BaseException:
            session.close()
            raise
    return session


def _of_loss(loss: Any) -> dict[str, Any]:
    return settings_of_loss(loss) if type(loss).__name__ in losses() else {}


def _loss(document: Document) -> Any:
    name = str(document.settings.get("loss"))
    found = getattr(nn, name, None) if name.endswith("Loss") else None
    if found is None:
        raise ArgumentError(
            "the file tells no loss of patchgrad", got=name, hint="Session.open(path, loader, loss=...)"
        )
    settings = document.settings.get("loss_settings")
    return loss_of(name, settings) if isinstance(settings, dict) and settings else found()


def _optimizer(document: Document) -> Any:
    saved = document.settings.get("optimizer")
    options = dict(saved) if isinstance(saved, dict) else {}
    name = str(options.pop("name", None))
    found = getattr(optim, name, None)
    if not (isinstance(found, type) and issubclass(found, optim.Optimizer)):
        raise ArgumentError(
            "the file tells no optimizer of patchgrad", got=name, hint="Session.open(path, loader, optimizer=...)"
        )
    known = exchange.settings_of(name) if name in exchange.families() else options
    options = {key: value for key, value in options.items() if key in known}
    return partial(_made, found, {key: tuple(v) if isinstance(v, list) else v for key, v in options.items()})


def _made(found: Any, options: dict[str, Any], parameters: Any) -> Any:
    try:
        return found(parameters, **options)
    except TypeError as error:
        raise DataError("the file holds settings that its optimizer does not take", got=str(error)) from None
