"""What one graph has that another has not, by uid."""

from __future__ import annotations

from typing import Any

import msgspec

from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode


class Difference(msgspec.Struct, frozen=True):
    """From one graph to another: uids in sorted order."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    """Another kind, other settings, or weights drawn anew."""
    renamed: tuple[str, ...]
    frozen: tuple[str, ...]
    """Frozen or set free."""
    edges_added: tuple[Edge, ...]
    edges_removed: tuple[Edge, ...]

    @property
    def computes_the_same(self) -> bool:
        """True where nothing differs that the result depends on."""
        return not (self.added or self.removed or self.changed or self.edges_added or self.edges_removed)


def difference(old: LayerGraph, new: LayerGraph) -> Difference:
    """The difference of two graphs by identity: a renamed node is the same node."""
    both = sorted(old.nodes.keys() & new.nodes.keys())
    pairs = [(uid, old.nodes[uid], new.nodes[uid]) for uid in both if old.nodes[uid] is not new.nodes[uid]]
    before, after = set(old.edges), set(new.edges)
    return Difference(
        added=tuple(sorted(new.nodes.keys() - old.nodes.keys())),
        removed=tuple(sorted(old.nodes.keys() - new.nodes.keys())),
        changed=tuple(uid for uid, a, b in pairs if _computing(a) != _computing(b)),
        renamed=tuple(uid for uid, a, b in pairs if a.name != b.name),
        frozen=tuple(uid for uid, a, b in pairs if a.frozen != b.frozen),
        edges_added=tuple(sorted(after - before)),
        edges_removed=tuple(sorted(before - after)),
    )


def _computing(node: LayerNode) -> tuple[Any, ...]:
    return (node.key, node.bypassed, node.shares, node.drawn)
