"""Which studio belongs to which cell: a cell that is run again gets a new studio, and its old one goes.

And the notebook around the studios: after each cell they look again at what it holds, classes and data.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from weakref import WeakSet

_shown: dict[str, tuple[str, list[Any]]] = {}
_looking: WeakSet[Any] = WeakSet()


def shown(widget: Any) -> None:
    """Note that a widget was made by the running cell; close those of its earlier runs."""
    cell, run = _running()
    if not cell:
        return
    last, widgets = _shown.get(cell, (run, []))
    if last != run:
        for old in widgets:
            old.close()
        widgets = []
    _shown[cell] = (run, [*widgets, widget])


def look_on(widget: Any) -> None:
    """Call ``widget.look_again()`` after each cell, where cells run, and whenever ``look_again`` is called here."""
    _looking.add(widget)
    with suppress(Exception):  # no kernel
        from IPython.core.getipython import get_ipython

        events: Any = get_ipython().events  # type: ignore[union-attr]
        events.register("post_run_cell", look_again)  # which takes the same function once


def look_off(widget: Any) -> None:
    """The undo of ``look_on``."""
    _looking.discard(widget)


def look_again(*_: Any) -> None:
    """What the notebook holds may have changed: let all studios that are open tell what is new."""
    for widget in list(_looking):
        widget.look_again()


def _running() -> tuple[str, str]:
    """Ids of the cell and of this run of it; empty where the front end names no cells."""
    try:
        from IPython.core.getipython import get_ipython

        shell: Any = get_ipython()
        request = shell.get_parent()
        return str(request["metadata"].get("cellId") or ""), str(request["header"]["msg_id"])
    except Exception:  # no kernel, or one that tells nothing of its cells
        return "", ""
