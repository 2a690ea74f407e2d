"""A command that was made while looking at an older revision: may it still be meant?

It may, as long as no layer that it names, and no edge at one, has changed since. Else it is refused:
a gesture must never hit something that its author did not see.
"""

from __future__ import annotations

from typing import Any

from patchgrad.errors import GraphError
from patchgrad.layergraph.graph import LayerGraph, PortRef

FIELDS = ("node", "nodes", "group", "groups", "source", "target", "owner", "other")


def require_fresh(command: Any, seen: LayerGraph | None, now: LayerGraph, revision: int, current: int) -> None:
    """GraphError if the command names something that has changed between the two graphs."""
    if seen is None:
        raise GraphError(
            "the picture that this edit was made on is gone",
            got=f"revision {revision}",
            want=f"revision {current}, or one of the last few",
            hint="look at the graph as it is now, and do it again",
        )
    changed = sorted(name for uid, name in touched(command, seen, now).items() if not unchanged(uid, seen, now))
    if changed:
        raise GraphError(
            f"{', '.join(changed)} has changed since this edit was made",
            got=f"an edit of revision {revision}",
            want=f"revision {current}",
            hint="look at the graph as it is now, and do it again",
        )


def require_fresh_training(changed: int, revision: int, current: int) -> None:
    """GraphError if how the network is trained has changed, at revision ``changed``, since the edit's author looked."""
    if changed > revision:
        raise GraphError(
            "the training was changed since this edit was made",
            got=f"an edit of revision {revision}, a change at revision {changed}",
            want=f"revision {current}",
            hint="look at the settings as they are now, and do it again",
        )


def touched(command: Any, seen: LayerGraph, now: LayerGraph) -> dict[str, str]:
    """Uids of the nodes and groups that a command names, with their names."""
    uids: list[str] = []
    for part in (command, *getattr(command, "commands", ())):
        for field in FIELDS:
            value = getattr(part, field, None)
            for one in value if isinstance(value, tuple) else (value,):
                uids += [one.node] if isinstance(one, PortRef) else [one] if isinstance(one, str) else []
    known = {uid: entry.name for graph in (seen, now) for uid, entry in {**graph.nodes, **graph.groups}.items()}
    return {uid: known.get(uid, uid) for uid in uids}


def unchanged(uid: str, seen: LayerGraph, now: LayerGraph) -> bool:
    """Is this node, with its edges, or this group the same in both graphs? Its place on the canvas does not count."""
    if uid in seen.groups or uid in now.groups:
        return seen.groups.get(uid) == now.groups.get(uid)
    before, after = seen.nodes.get(uid), now.nodes.get(uid)
    if before is None or after is None:
        return before is after
    same = (before.kind, before.name, before.settings, before.bypassed, before.frozen, before.rate) == (
        (after.kind, after.name, after.settings, after.bypassed, after.frozen, after.rate)
    )
    return same and _edges(uid, seen) == _edges(uid, now)


def _edges(uid: str, graph: LayerGraph) -> set[Any]:
    return {*graph.edges_into(uid), *graph.edges_from(uid)}
