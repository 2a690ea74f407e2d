"""Layered layout and static pictures: pure functions of a layer graph or a snapshot."""

from __future__ import annotations

from patchgrad.drawing.display import attach
from patchgrad.drawing.layer_facts import LayerFacts, layer_facts
from patchgrad.drawing.layer_picture import layer_picture
from patchgrad.drawing.layout import layout
from patchgrad.drawing.svg import svg

__all__ = ["LayerFacts", "layer_facts", "layer_picture", "layout", "svg"]

attach()
