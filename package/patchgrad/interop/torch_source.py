"""A layer graph as a class of PyTorch: source text that needs nothing but PyTorch."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import Any

from patchgrad.layergraph.graph import LayerGraph

HEADER = "from patchgrad import nn\n\n\n"
CALL = re.compile(r"\bnn\.(\w+)\(")
LAST_AXIS = re.compile(r"\bnn\.(Softmax|LogSoftmax|Softmin)\(\)")
"""Layers that take the last axis where none is named; in PyTorch the axis then depends on the shape."""


def torch_source(graph: LayerGraph, name: str = "Model", *, loops: bool = True) -> str:
    """The source of a class ``name`` of PyTorch that is this network; layers that PyTorch has not stand before it.

    Modules that the graph keeps closed are arguments of the class, to be given as modules of PyTorch.

    Errors
        GraphError  if the graph cannot be built, or ``name`` is no Python name.
    """
    body = graph.to_source(name, loops=loops).removeprefix(HEADER)
    own: Any = import_module("patchgrad.interop.torch_layers")
    used = sorted({kind for kind in CALL.findall(body) if hasattr(own, kind)})
    classes = [inspect.getsource(getattr(own, kind)).rstrip() for kind in used]
    body = LAST_AXIS.sub(r"nn.\1(dim=-1)", body)
    body = CALL.sub(lambda found: f"{found[1]}(" if found[1] in used else found[0], body)
    imports = ["import operator\n"] if "Arithmetic" in used else []
    imports += ["import torch"] if used else []
    return "\n\n\n".join(["\n".join([*imports, "from torch import nn"]), *classes, body])
