"""The static picture: well-formed, self-contained, the same every time."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
from hypothesis import given
from hypothesis import strategies as st
from nbconvert import HTMLExporter

from patchgrad.drawing import LayerFacts, layer_picture, svg
from patchgrad.drawing.svg import escaped
from patchgrad.layergraph.graph import Edge, Group, LayerGraph, LayerNode, PortRef
from tests.drawing.graphs import layer_graphs

PACKAGE = Path(__file__).parents[2] / "package"
SPACE = "{http://www.w3.org/2000/svg}"
PLAIN = LayerGraph(
    {
        "n1": LayerNode("n1", "Linear", "fc1", {"in_features": 784, "out_features": 128}, frozen=True),
        "n2": LayerNode("n2", "ReLU", "act", {}, group="g"),
    },
    (Edge(PortRef("n1", "y"), PortRef("n2", "x")),),
    {"g": Group("g", "head")},
)
FACTS = {"n1": LayerFacts(("x",), ("y",), 100480, {"y": ("N", 128)}, "linear"), "n2": LayerFacts(("x",), ("y",))}


def texts(picture: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(picture).iter(f"{SPACE}text")]


@given(layer_graphs())
def test_any_names_give_well_formed_xml_and_the_same_text_again(graph: LayerGraph) -> None:
    picture = svg(layer_picture(graph, {}))
    assert picture == svg(layer_picture(graph, {}))
    assert ElementTree.fromstring(picture).tag == f"{SPACE}svg"


def test_names_settings_parameters_and_shapes_are_written() -> None:
    written = texts(svg(layer_picture(PLAIN, FACTS)))
    assert "fc1" in written
    assert "Linear  784 → 128" in written
    assert "100k parameters, frozen" in written
    assert "N × 128" in written
    assert "head" in written


def test_hostile_names_stay_text() -> None:
    name = '<script>alert("&")</script>\x00'
    graph = LayerGraph({"n": LayerNode("n", "Linear", name)})
    picture = svg(layer_picture(graph, {}))
    assert "<script" not in picture
    assert ElementTree.fromstring(picture).findall(f".//{SPACE}script") == []


@given(st.text())
def test_escaped_text_comes_back_from_an_xml_reader(text: str) -> None:
    back = ElementTree.fromstring(f"<a>{escaped(text)}</a>").text or ""
    plain = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    assert back == plain.replace("\r\n", "\n").replace("\r", "\n")


def test_nothing_is_fetched_and_nothing_runs() -> None:
    picture = svg(layer_picture(PLAIN, FACTS))
    assert not re.search(r"foreignObject|<script|href|url\(|@import| id=| on\w+=", picture)


def test_light_colours_hold_where_style_sheets_are_stripped() -> None:
    picture = re.sub("<style>.*?</style>", "", svg(layer_picture(PLAIN, FACTS)))
    for element in ElementTree.fromstring(picture).iter():
        if element.tag in (f"{SPACE}text", f"{SPACE}rect", f"{SPACE}path", f"{SPACE}circle"):
            assert element.get("fill"), element.attrib


def test_readers_are_told_title_and_edges() -> None:
    root = ElementTree.fromstring(svg(layer_picture(PLAIN, FACTS)))
    assert root.get("role") == "img"
    assert root.findtext(f"{SPACE}title") == "Layer graph with 2 layers and 100,480 parameters"
    assert root.findtext(f"{SPACE}desc") == "Edges: fc1 to act."


def test_a_folded_group_is_one_box_and_its_inside_is_not_drawn() -> None:
    folded = LayerGraph(PLAIN.nodes, PLAIN.edges, {"g": Group("g", "head", folded=True)})
    picture = layer_picture(folded, FACTS)
    assert set(picture.layout.boxes) == {"n1", "g"}
    assert "1 layer" in texts(svg(picture))


def test_a_problem_is_written_in_its_box() -> None:
    facts = {"n1": LayerFacts(("x",), ("y",), problem="wants 784 features")}
    assert "wants 784 features" in texts(svg(layer_picture(PLAIN, facts)))


def test_a_notebook_shows_the_picture_of_a_layer_graph() -> None:
    assert PLAIN._repr_svg_().startswith("<svg")  # type: ignore[attr-defined]


def test_the_public_name_of_a_layer_graph_brings_its_picture_along() -> None:
    program = "import patchgrad; assert patchgrad.LayerGraph()._repr_svg_().startswith('<svg')"
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, "PYTHONPATH": str(PACKAGE)})


def test_a_notebook_turned_into_a_page_shows_the_picture() -> None:
    output = nbformat.v4.new_output("display_data", {"image/svg+xml": PLAIN._repr_svg_()})  # type: ignore[attr-defined]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("graph", outputs=[output])])
    page, _ = HTMLExporter().from_notebook_node(notebook)
    shown = re.search(r'base64,([\w+/=]+)"[^>]*>', page.split("jp-RenderedSVG")[-1])
    assert "fc1" in (base64.b64decode(shown[1]).decode() if shown else page)
