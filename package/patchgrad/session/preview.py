"""What a front end shows of a ``.patchgrad`` file: its picture, a few facts, and a notebook in which to go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from patchgrad import nn
from patchgrad.drawing.display import layer_graph_svg
from patchgrad.interop.document import Document, load_document
from patchgrad.layergraph.check import Report
from patchgrad.layergraph.graph import LayerGraph, LayerNode

SAMPLES = 256
CLASSES = ("CrossEntropyLoss", "NLLLoss", "MultiMarginLoss")


def preview(path: Any) -> dict[str, Any]:
    """Picture (``svg``), ``facts`` as pairs of words, and ``cells`` of a notebook that opens the file in a studio.

    Errors
        DataError, GraphError  as `pg.load` gives them.
    """
    document = load_document(path)
    return {
        "svg": layer_graph_svg(document.graph),
        "facts": list(_facts(document)),
        "cells": list(_cells(document, Path(path).name)),
    }


def _facts(document: Document) -> Iterator[tuple[str, str]]:
    graph, settings = document.graph, document.settings
    parameters = sum(graph.check().parameters.values())
    yield "layers", f"{len(graph.nodes):,}"
    yield "parameters", f"{parameters:,}" + ("" if document.weights else ", their values not saved")
    if settings.get("step"):
        yield "trained for", f"{settings['step']:,} steps"
    if settings.get("loss"):
        yield "loss", str(settings["loss"])
    optimizer = settings.get("optimizer")
    if isinstance(optimizer, dict) and optimizer.get("name"):
        rate = optimizer.get("lr")
        yield "optimizer", str(optimizer["name"]) + (f" lr {rate:g}" if isinstance(rate, float) else "")


def _cells(document: Document, name: str) -> Iterator[str]:
    inputs = document.graph.of_kind("Input")
    loss = document.settings.get("loss")
    known = isinstance(loss, str) and loss.endswith("Loss") and hasattr(nn, loss)
    yield f"import patchgrad as pg\nfrom patchgrad import nn, optim\n\ndocument = pg.load({name!r})\ndocument.graph"
    yield "\n".join(
        [
            "# Noise of the right shapes stands in for the data, which the file does not hold: put yours here.",
            *(f"{node.name} = {_input(node, document.graph)}" for node in inputs),
            f"target = {_target(document.graph, str(loss))}",
            f"data = pg.data.TensorDataset({', '.join([*(node.name for node in inputs), 'target'])})",
            "loader = pg.data.DataLoader(data, batch_size=32, shuffle=True, seed=0)",
        ]
    )
    choice = "" if known else ", loss=nn.MSELoss(), optimizer=lambda p: optim.Adam(p, lr=1e-3)"
    yield f"session = pg.Session.open({name!r}, loader{choice})\nsession.studio()"
    yield "session.run(steps=1000)"


def _input(node: LayerNode, graph: LayerGraph) -> str:
    shape = (SAMPLES, *node.settings["shape"])
    if "int" not in str(node.settings["dtype"]):
        return f"pg.randn({', '.join(map(str, shape))})"
    rows = [int(table.settings["num_embeddings"]) for table in graph.of_kind("Embedding")]
    return f"pg.randint(0, {min(rows, default=2)}, {shape})"


def _target(graph: LayerGraph, loss: str) -> str:
    shape = _output_shape(graph, graph.check())
    if loss in CLASSES and shape:
        return f"pg.randint(0, {shape[0]}, {(SAMPLES, *shape[1:])})"
    return f"pg.rand({', '.join(map(str, (SAMPLES, *shape)))})"


def _output_shape(graph: LayerGraph, report: Report) -> tuple[int, ...]:
    """Of one sample, of the first output."""
    for node in graph.of_kind("Output"):
        for edge in graph.edges:
            if edge.target.node == node.uid:
                return tuple(size for size in (report.shape(edge.source) or ())[1:] if isinstance(size, int))
    return ()
