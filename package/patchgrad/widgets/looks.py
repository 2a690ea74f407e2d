"""A closer look at a layer or at the examples, asked for in the page: one picture, made at a boundary.

Where the examples come from: the batch of the last step; for confusions and the best and worst, up to `MOST` of the
data set in their own order, so that no random stream is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import patchgrad.look as pictures
from patchgrad.backend.random import fork_rng
from patchgrad.data import DataLoader
from patchgrad.errors import ArgumentError, SessionError
from patchgrad.look.passes import outputs, to_host
from patchgrad.protocol.messages import Looked, LookKind
from patchgrad.session.step import split

MOST = 1024
BATCH = 256
DIGITS = 4
"""Of the numbers of a picture: what an eye can tell apart."""
MOST_NUMBERS = 60_000
"""Of one picture; a request is answered with a message of below 1 MB."""


def looked(session: Any, request_id: str, kind: LookKind, uid: str) -> Looked:
    """The picture.

    Errors
        SessionError   before the first step, when there is no batch
        ArgumentError  where the layer has no such picture, with the reason
    """
    figure = LOOKS[kind](_Place(session, uid)).to_plotly_json()
    plain = _plain({"data": figure["data"], "layout": figure["layout"]})
    size = _numbers(plain)
    if size > MOST_NUMBERS:
        name = {"feature-maps": "feature_maps", "worst": "samples", "best": "samples"}.get(kind, kind)
        raise ArgumentError(
            "the picture is too large for the page",
            got=f"{size:,} numbers",
            want=f"at most {MOST_NUMBERS:,}",
            hint=f"pg.look.{name} draws it in a cell",
        )
    title = plain["layout"].pop("title", {}).get("text", "")
    return Looked(request_id, kind, uid, title, plain)


class _Place:
    """A session, and the layer that is looked at."""

    def __init__(self, session: Any, uid: str) -> None:
        self.model, self.loss = session.model, session.loss_function
        self._session, self._uid = session, uid

    @property
    def layer(self) -> str:
        """Its path in the model."""
        module = self._session.model.layers.get(self._uid)
        found = next((path for path, known in self.model.named_modules() if known is module), "")
        if module is None or not found:
            name = self._session.graph.node(self._uid).name
            raise ArgumentError(f"{name} has no layer to look into", want="a layer that computes something")
        return found

    @property
    def batch(self) -> Any:
        """Inputs and target of the last step."""
        batch = self._session.live.batch
        if batch is None:
            raise SessionError(
                "there is nothing to look at", got="no step was done", hint="do one step, then ask again"
            )
        inputs, target = split(batch)
        return next(iter(inputs)) if len(inputs) == 1 else inputs, target

    @property
    def batches(self) -> Iterable[Any]:
        """Examples with labels, (x, y) after (x, y)."""
        x, y = self.batch
        if isinstance(x, tuple):
            raise ArgumentError(
                "examples of several inputs cannot be looked at here", got=f"{len(x)} inputs", want="one"
            )
        if y.dtype.is_floating_point or y.ndim != 1:
            raise ArgumentError(
                "there are no classes to tell apart",
                got=f"targets of shape {tuple(y.shape)}, {y.dtype}",
                want="a class number for each example",
            )
        loader = self._session.training.feed.loader
        if not isinstance(loader, DataLoader) or not hasattr(loader.dataset, "__len__"):
            return [(x, y)]
        with fork_rng():  # a data set may draw as it gives
            ordered = DataLoader(loader.dataset, batch_size=BATCH, collate_fn=loader.collate_fn)
            return [(inputs[0], target) for inputs, target in map(split, islice(ordered, MOST // BATCH))]


def _embedding(place: _Place) -> Any:
    """Rows of a table; of any other layer what it puts out for the last batch, coloured by label."""
    module = place.model.get_submodule(place.layer)
    if type(module).__name__.startswith("Embedding"):
        return pictures.embedding(module.weight)
    x, y = place.batch
    found, _ = outputs(place.model, x, place.layer)
    labels = to_host(y) if y.ndim == 1 and not y.dtype.is_floating_point else None
    return pictures.embedding(found.reshape(found.shape[0], -1), labels)


LOOKS: dict[str, Callable[[_Place], Any]] = {
    "feature-maps": lambda place: pictures.feature_maps(place.model, place.batch[0], place.layer),
    "filters": lambda place: pictures.filters(place.model, place.layer),
    "attention": lambda place: pictures.attention(place.model, place.batch[0], place.layer),
    "embedding": _embedding,
    "saliency": lambda place: pictures.saliency(place.model, place.batch[0]),
    "worst": lambda place: pictures.samples(place.model, place.batches, place.loss),
    "best": lambda place: pictures.samples(place.model, place.batches, place.loss, best=True),
    "confusion": lambda place: pictures.confusion(place.model, place.batches),
}


def _plain(value: Any) -> Any:
    """As JSON has it, with a few digits."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items() if key != "template"}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if value - value == 0 else None
    return value


def _numbers(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_numbers, value.values()))
    return sum(map(_numbers, value)) if isinstance(value, list) else 1
