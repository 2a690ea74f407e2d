"""What the page asks of layers that could come: offers at a place, copies for the clipboard, and putting them in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from patchgrad.layergraph import offers
from patchgrad.layergraph.blocks import save_layers
from patchgrad.layergraph.fragments import copied, put_in
from patchgrad.layergraph.targets import insertions, targets
from patchgrad.protocol import messages as m
from patchgrad.widgets import cells
from patchgrad.widgets.bridge import Answer


class Layers:
    """Answers those requests for one studio; ``edit`` answers when an edit was applied."""

    def __init__(self, session: Any, edit: Callable[..., None]) -> None:
        self._session = session
        self._edit = edit
        self.receivers: dict[type, Callable[[Any, Answer], None]] = {
            m.AskTargets: self._targets,
            m.AskInsertions: self._insertions,
            m.AskTakers: self._takers,
            m.AskAdapters: self._adapters,
            m.AskSwaps: self._swaps,
            m.AskCopy: self._copy,
            m.PutIn: self._put_in,
            m.SaveLayer: self._save,
        }

    def _targets(self, message: m.AskTargets, answer: Answer) -> None:
        found = targets(self._session.live.graph_at(message.revision), message.source, message.reverse)
        answer(m.Targets(message.request_id, tuple(_verdict(one) for one in found)))

    def _insertions(self, message: m.AskInsertions, answer: Answer) -> None:
        found = insertions(self._session.live.graph_at(message.revision), message.kind)
        answer(m.Targets(message.request_id, tuple(_verdict(one) for one in found)))

    def _takers(self, message: m.AskTakers, answer: Answer) -> None:
        asked = offers.givers if message.reverse else offers.takers
        found = asked(self._session.live.graph_at(message.revision), message.source, message.position)
        answer(_told(message.request_id, found))

    def _adapters(self, message: m.AskAdapters, answer: Answer) -> None:
        graph = self._session.live.graph_at(message.revision)
        answer(_told(message.request_id, offers.adapters(graph, message.source, message.target)))

    def _swaps(self, message: m.AskSwaps, answer: Answer) -> None:
        answer(_told(message.request_id, offers.swaps(self._session.live.graph_at(message.revision), message.node)))

    def _copy(self, message: m.AskCopy, answer: Answer) -> None:
        text = copied(self._session.live.graph_at(message.revision), message.nodes)
        answer(m.SourceText(message.request_id, text))

    def _put_in(self, message: m.PutIn, answer: Answer) -> None:
        graph = self._session.live.graph_at(message.revision)
        command = put_in(graph, message.text, target=message.target, words=message.words, at=message.position)
        self._edit(self._session.editing.submit(command, "studio", message.revision), message, answer)

    def _save(self, message: m.SaveLayer, answer: Answer) -> None:
        save_layers(self._session.live.graph_at(message.revision), message.nodes, message.name)
        answer(m.Done(message.request_id))
        cells.look_again()


def _told(request_id: str, found: Iterable[offers.Offer]) -> m.Offers:
    return m.Offers(request_id, tuple(m.OfferView(o.kind, o.text, o.parameters, o.command, o.flops) for o in found))


def _verdict(found: Any) -> m.Verdict:
    return m.Verdict(found.port, found.verdict, found.reason, tuple(found.fixes), dict(found.settings))
