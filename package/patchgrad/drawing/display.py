"""Which picture stands for which object in a notebook: attached here, as the objects know no drawing.

Jupyter, nbconvert and others look for ``_repr_svg_``; the text form beside it stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.drawing.compute_view import compute_picture
from patchgrad.drawing.page import PAGE, layer_page
from patchgrad.drawing.rows import in_rows
from patchgrad.drawing.svg import svg
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.recorder.snapshot import Snapshot
from patchgrad.recorder.watch import Watch


def layer_graph_svg(graph: LayerGraph) -> str:
    """The static picture of a layer graph."""
    return svg(layer_page(graph).picture)


def snapshot_svg(snapshot: Snapshot) -> str:
    """The static picture of a compute graph."""
    return svg(in_rows(compute_picture(snapshot), PAGE))


def watch_svg(watch: Watch) -> str | None:
    """The compute graph of the newest step that was looked at; nothing before the first."""
    return None if watch.snapshot is None else snapshot_svg(watch.snapshot)


PICTURES: dict[type, Callable[[Any], str | None]] = {
    LayerGraph: layer_graph_svg,
    Snapshot: snapshot_svg,
    Watch: watch_svg,
}


def attach() -> None:
    """Give every class of the table its ``_repr_svg_``."""
    for shown, draw in PICTURES.items():
        setattr(shown, "_repr_svg_", draw)  # noqa: B010  a class of another room: no attribute to declare
