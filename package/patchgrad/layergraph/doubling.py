"""Wider without another function where layers look at all units at once: each unit stands there as often as the others.

A LayerNorm, RMSNorm, GroupNorm or attention whose units are all copied equally often has the mean, variance and heads
that it had; what reads the copies shares its weights out among them, unevenly, so that they learn different things
from the first step on. New units with weights of their own, as everywhere else (``carry.py``), would change the means.
Source: Chen, Goodfellow, Shlens 2016, Net2Net (wider).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.graph import LayerGraph, LayerNode
from patchgrad.layergraph.units import Chosen

MIXING = ("LayerNorm", "RMSNorm", "GroupNorm", "MultiheadAttention")
"""Kinds whose output at one unit depends on all others."""
HEADS = {"MultiheadAttention": "num_heads", "GroupNorm": "num_groups"}


def doubled(old: LayerGraph, new: LayerGraph) -> Chosen:
    """By layer that grew: its units, all the same number of times; nothing where it is not so, or of no use."""
    pairs = list(_resized(old, new))
    if not any(node.kind in MIXING for _, node in pairs):
        return {}
    times = {_times(before, node) for before, node in pairs}
    if len(times) != 1 or 0 in times:
        return {}
    return {node.uid: tuple(range(units_of(before))) * times.copy().pop() for before, node in pairs}


def not_kept(old: LayerGraph, new: LayerGraph, chosen: Chosen) -> tuple[str, ...]:
    """Words on layers that look at all units and have others now, where units could not be copied."""
    mixing = [(before, node) for before, node in _resized(old, new) if node.kind in MIXING]
    if chosen or not mixing:
        return ()
    names = ", ".join(node.name for _, node in mixing[:3]) + (" and more" if mixing[3:] else "")
    size = units_of(mixing[0][0])
    return (f"{names}: all units count there, so the function is another; a multiple of {size} units keeps it",)


def _resized(old: LayerGraph, new: LayerGraph) -> Iterator[tuple[LayerNode, LayerNode]]:
    """Layers that have another number of units of their own, or go over another number."""
    for uid, node in new.nodes.items():
        before = old.nodes.get(uid)
        if before is not None and before.kind == node.kind and 0 < units_of(before) != units_of(node):
            yield before, node


def units_of(node: LayerNode) -> int:
    """How many units a layer makes or goes over; 0 for one that has no such number."""
    settings: Any = node.settings
    if node.kind in ("LayerNorm", "RMSNorm"):
        return settings["normalized_shape"][-1]
    field = {"MultiheadAttention": "embed_dim", "GroupNorm": "num_channels"}.get(node.kind)
    if node.kind == "Learned":
        return settings["shape"][-1] if settings["shape"] else 0
    return settings[field or catalogue.find(node.kind).width] if field or catalogue.find(node.kind).width else 0


def _times(before: LayerNode, node: LayerNode) -> int:
    """How often each unit stands there now; 0 if not all of them, or heads and groups, do so equally often."""
    times, rest = divmod(units_of(node), units_of(before))
    parts = HEADS.get(node.kind)
    if rest or times < 2 or (parts and node.settings[parts] != times * before.settings[parts]):
        return 0
    return times
