"""The layer graph as all studios of a session draw it: where things stand depends on where they stood before.

So there is one drawing for a session, not one for a page: pages that were told other revisions would differ for good.
"""

from __future__ import annotations

import threading
import weakref
from contextlib import suppress

from patchgrad.drawing.page import LayerPage, layer_page
from patchgrad.drawing.picture import Picture
from patchgrad.errors import GraphError
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.session import Session
from patchgrad.session.live import Live

_all: weakref.WeakKeyDictionary[Session, Drawn] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def drawn(session: Session) -> Drawn:
    """The one drawing of this session."""
    with _lock:
        return _all.setdefault(session, Drawn())


class Drawn:
    """``before`` is the graph before the last edit, as it was drawn: its trace is seen until the next one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[int, LayerGraph, LayerPage] | None = None
        self._before: tuple[LayerGraph, Picture] | None = None

    def at(self, live: Live) -> tuple[int, LayerGraph, Picture, tuple[LayerGraph, Picture] | None]:
        """Revision, graph and picture as they are now, and what was before."""
        with self._lock:
            revision, graph = live.revision, live.graph
            if self._known is not None and self._known[0] < revision - 1:
                with suppress(GraphError):  # it is too long ago: then there is no trace of one edit
                    self._draw(revision - 1, live.graph_at(revision - 1))
            known = self._draw(revision, graph)
            return revision, graph, known.picture, self._before

    def _draw(self, revision: int, graph: LayerGraph) -> LayerPage:
        known = self._known
        if known is not None and known[0] == revision and known[1] is graph:
            return known[2]
        page = layer_page(graph, previous=known[2] if known else None)
        self._before = (known[1], known[2].picture) if known else None
        self._known = (revision, graph, page)
        return page
