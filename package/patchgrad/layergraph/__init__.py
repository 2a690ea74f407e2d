"""The graph of layers that a person edits: immutable, built to a module, changed by commands."""

from patchgrad.layergraph.graph import Edge, Group, LayerGraph, LayerNode, PortRef

__all__ = ["Edge", "Group", "LayerGraph", "LayerNode", "PortRef"]
