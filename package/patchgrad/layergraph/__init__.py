"""The graph of layers that a person edits: immutable, built to a module, changed by commands."""

from patchgrad.layergraph.graph import Edge, Group, LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.own import layer

__all__ = ["Edge", "Group", "LayerGraph", "LayerNode", "PortRef", "layer"]
