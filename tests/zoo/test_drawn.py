"""Each network of the zoo is drawn: every layer in the picture, none over another."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest

from patchgrad.drawing.display import layer_graph_svg
from patchgrad.drawing.page import layer_page

from .models import ZOO
from .test_zoo import made


@pytest.mark.parametrize("name", ZOO)
def test_every_layer_is_drawn_and_none_lies_over_another(name: str) -> None:
    _, _, graph = made(name)
    boxes = layer_page(graph).picture.layout.boxes
    assert boxes.keys() == graph.nodes.keys()
    assert [pair for pair in combinations(boxes, 2) if boxes[pair[0]].overlaps(boxes[pair[1]])] == []
    drawn = ElementTree.fromstring(layer_graph_svg(graph))
    words = "\n".join(part.text or "" for part in drawn.iter() if part.text)
    assert [node.name for node in graph.nodes.values() if node.name not in words] == []
