"""Which studio belongs to which cell: a cell that is run again gets a new studio, and its old one goes.

And the notebook around the studios: after each cell they look again at what it holds, classes and data.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

_shown: dict[str, tuple[str, list[Any]]] = {}
_open: WeakSet[Any] = WeakSet()
_heeded: list[Any] = []


def shown(widget: Any) -> None:
    """Note that a widget was made by the running cell; close those of its earlier runs."""
    _open.add(widget)
    _heed_cells()
    cell, run = _running()
    if not cell:
        return
    last, widgets = _shown.get(cell, (run, []))
    if last != run:
        for old in widgets:
            old.close()
        widgets = []
    _shown[cell] = (run, [*widgets, widget])


def look_again(*_: Any) -> None:
    """What the notebook holds may have changed: let all studios that are open tell what is new."""
    for widget in list(_open):
        widget.look_again()


def _heed_cells() -> None:
    """Look again after each cell, where there are cells."""
    shell = _shell()
    if shell is not None and shell not in _heeded:
        shell.events.register("post_run_cell", look_again)
        _heeded.append(shell)


def _shell() -> Any:
    try:
        from IPython.core.getipython import get_ipython

        return get_ipython()
    except ImportError:
        return None


def _running() -> tuple[str, str]:
    """Ids of the cell and of this run of it; empty where the front end names no cells."""
    try:
        request = _shell().get_parent()
        return str(request["metadata"].get("cellId") or ""), str(request["header"]["msg_id"])
    except Exception:  # no kernel, or one that tells nothing of its cells
        return "", ""
