"""From the module of one layer graph to that of another: what is learned is carried over.

All or nothing: first everything is prepared beside the old module, which nothing changes; then the
optimizer is brought in step, and put back as it was if that fails. Read next: ``carry.py``, ``history.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import msgspec

from patchgrad.backend.random import default_stream, stream_for
from patchgrad.errors import GraphError, PatchgradError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.build import GraphModule, build, holders, key_streams, layer_for
from patchgrad.layergraph.carry import Axes, Resized, carry, carry_state, resized_slots, values
from patchgrad.layergraph.check import check
from patchgrad.layergraph.difference import difference
from patchgrad.layergraph.graph import LayerGraph, LayerNode
from patchgrad.layergraph.identity import close, gates_of
from patchgrad.layergraph.measure import largest_change
from patchgrad.layergraph.receipt import Receipt
from patchgrad.layergraph.stash import Kept, Stash, Trained
from patchgrad.layergraph.units import Chosen, Moves, moves


class Prepared(msgspec.Struct):
    """All that the new module needs, made without touching the old one."""

    layers: dict[str, Any]
    fresh: list[str]
    resized: list[Resized]
    restored: list[str]
    identity: list[str]


def transplant(
    old: LayerGraph,
    module: GraphModule,
    new: LayerGraph,
    optimizer: Any = None,
    *,
    batch: tuple[Any, ...] | None = None,
    stash: Stash | None = None,
    probe: Callable[[Any], None] | None = None,
    chosen: Chosen | None = None,
) -> tuple[GraphModule, Receipt, Stash]:
    """The module of the new graph, with what the old one learned.

    Parameters
        batch  inputs of the last step: the change of the output is measured on them, in evaluation mode
        stash  what an earlier edit put away: layers that come back are taken from it (undo)
        probe  called with the new module before anything is changed; what it raises refuses the edit
        chosen which of its units a layer keeps, by node; of others that shrink, the first
    Returns
        the new module, a receipt, and the stash of what is no longer used
    Errors
        GraphError  if the new graph cannot be built; module and optimizer are as before.
    """
    check(new).require()
    prepared = _prepare(old, module, new, stash or Stash(), moves(old, new, chosen))
    fresh_module = build(new, prepared.layers)
    fresh_module.__dict__["training"] = module.training
    change = _measure(old, module, new, fresh_module, batch)
    if probe is not None:
        probe(fresh_module)
    gone, receipt = _commit(old, module, new, fresh_module, prepared, optimizer, stash or Stash())
    before, after, largest = change
    receipt = msgspec.structs.replace(receipt, max_difference=largest, output_before=before, output_after=after)
    return fresh_module, receipt, gone


# --- prepare --------------------------------------------------------------------------------------


def _prepare(old: LayerGraph, module: GraphModule, new: LayerGraph, stash: Stash, moved: Moves) -> Prepared:
    found = Prepared({}, [], [], [], [])
    place = _place_of(module)
    inserted = {edge.target.node for edge in difference(old, new).edges_added}
    before, gates = module.layers, gates_of(old, new)
    for node in holders(new):
        held = before.get(node.uid)
        parts = held is not None and _parts(old, new, node.uid)
        kept = stash.layers.get(node.uid)
        back = kept is not None and (kept.key, kept.drawn) == (node.key, node.drawn)
        anew = held is not None and old.nodes[node.uid].drawn != node.drawn
        lent = held is not None and old.nodes[node.uid].shares is not None and back
        if held is not None and old.nodes[node.uid].key == node.key and not parts and not lent and not anew:
            found.layers[node.uid] = held
        elif kept is not None and back:
            meanwhile = None if parts or lent else held
            found.layers[node.uid] = _woken(kept.layer, meanwhile, old.nodes.get(node.uid), node, moved)
            found.restored.append(node.uid)
        else:
            with drawing_from(f"{node.uid}, drawn {node.drawn + 1} times" if node.drawn else node.uid):
                found.layers[node.uid] = _fresh(found, new, node, None if anew else held, old, place, moved)
            found.layers[node.uid].train(module.training)
            if anew and node.kind != "Delay":
                _woken(found.layers[node.uid], held, old.nodes[node.uid], node, moved)
            if held is None and node.uid in gates:
                close(found.layers[node.uid])
            elif held is None and node.uid in inserted:
                _make_identity(found, node)
    return found


def _parts(old: LayerGraph, new: LayerGraph, uid: str) -> bool:
    """Does a node get a layer of its own that called that of another before, which stays?"""
    owner = old.nodes[uid].shares
    return owner is not None and owner in new.nodes and new.nodes[owner].shares is None


def _woken(layer: Any, held: Any, before: LayerNode | None, node: LayerNode, moved: Moves) -> Any:
    """A layer from the stash, or one drawn anew, with the progress that buffers and random streams have made."""
    if held is not None and before is not None and before.kind == node.kind:
        carry_state(held, layer, _axes_of(node), partial(moved.places, node.uid))
    return layer


def _fresh(
    found: Prepared,
    new: LayerGraph,
    node: LayerNode,
    held: Any,
    old: LayerGraph,
    place: Mapping[str, Any],
    moved: Moves,
) -> Any:
    made = node.kind != "Closed"  # what was traced may have been trained, replaced and put away since
    layer = catalogue.find(node.kind).build(node.settings, **place) if made else layer_for(new, node)
    key_streams(layer, node.uid)
    if held is None:
        found.fresh.append(node.uid)
    elif _parts(old, new, node.uid):
        layer.load_state_dict(held.state_dict())
    elif _related(old.nodes[node.uid].kind, node.kind):
        found.resized += carry(held, layer, _axes_of(node), partial(moved.places, node.uid), node.name)
    return layer


def _axes_of(node: LayerNode) -> Axes | None:
    """What the axes of the parameters of a node stand for, by their name."""
    roles = catalogue.find(node.kind).roles
    return (lambda name: roles(name, node.settings)) if roles else None


def _related(before: str, after: str) -> bool:
    """May a layer of one kind take over parameters of the other?"""
    return before == after or {catalogue.find(before).family, catalogue.find(after).family} == {"norm"}


def _make_identity(found: Prepared, node: LayerNode) -> None:
    identity = catalogue.find(node.kind).identity
    if identity is not None and identity(found.layers[node.uid]):
        found.identity.append(node.uid)


def _place_of(module: Any) -> dict[str, Any]:
    """Device and dtype of the parameters of a module, for layers that join it."""
    first = next((p for p in module.parameters() if p.dtype.is_floating_point), None)
    return {} if first is None else {"device": first.device, "dtype": first.dtype}


@contextmanager
def drawing_from(uid: str) -> Iterator[None]:
    """First values depend on the seed and the uid; the default stream goes on as if nothing had been drawn."""
    stream, own = default_stream(), stream_for(f"first values of {uid}")
    key, offset = stream.key, stream.offset
    stream.key, stream.offset = own.key, own.offset
    try:
        yield
    finally:
        stream.key, stream.offset = key, offset


def _measure(old: LayerGraph, module: Any, new: LayerGraph, fresh: Any, batch: tuple[Any, ...] | None) -> Any:
    if batch is None or len(batch) != len(fresh.plan.inputs) or len(batch) != len(module.plan.inputs):
        return None, None, None
    if difference(old, new).computes_the_same:
        return None, None, 0.0
    try:
        return largest_change(module, fresh, batch)
    except PatchgradError as error:
        title = f"the edited network cannot take the last batch: {error.title}"
        raise GraphError(title, where=error.where, got=error.got, want=error.want, hint=error.hint) from error
    except Exception as error:
        title = "the edited network cannot take the last batch"
        raise GraphError(title, got=f"{type(error).__name__}: {error}"[:300]) from error


# --- commit ---------------------------------------------------------------------------------------


def _commit(
    old: LayerGraph,
    module: GraphModule,
    new: LayerGraph,
    fresh: GraphModule,
    prepared: Prepared,
    optimizer: Any,
    stash: Stash,
) -> tuple[Stash, Receipt]:
    before = {id(p): (name, p) for name, p in module.named_parameters()}
    after = {id(p): (name, p) for name, p in fresh.named_parameters()}
    gone = {name: p for key, (name, p) in before.items() if key not in after}
    came = {name: p for key, (name, p) in after.items() if key not in before}
    trained = Trained.of(optimizer)
    try:
        moved = _move_slots(optimizer, gone, came, prepared, stash)
        _order(optimizer, stash)
    except Exception:
        trained.put_back(optimizer)
        raise
    _freeze(old, new, fresh)
    scale_rates(new, fresh, optimizer)
    put_away = Stash(_layers_gone(old, module, prepared), moved, trained.order)
    receipt = _receipt(new, before, after, gone, came, prepared, trained, optimizer)
    removed = tuple(node.name for uid, node in old.nodes.items() if uid not in new.nodes)
    return put_away, msgspec.structs.replace(receipt, removed=removed)


def _move_slots(optimizer: Any, gone: Any, came: Any, prepared: Prepared, stash: Stash) -> dict[str, tuple[int, Any]]:
    """Take parameters out of the optimizer and others in. Returns group and slots of those taken out, by uid."""
    if optimizer is None:
        return {}
    trained = {p.uid for group in optimizer.param_groups for p in group["params"]}
    heirs = {id(entry.new): entry for entry in prepared.resized}
    moved = {p.uid: (optimizer.group_of(p), optimizer.remove_parameter(p)) for p in gone.values() if p.uid in trained}
    for parameter in came.values():
        entry = heirs.get(id(parameter))
        if parameter.uid in stash.slots:
            group, slots = stash.slots[parameter.uid]
        elif entry is not None and entry.old.uid in moved:
            group, slots = moved[entry.old.uid]
            slots = resized_slots(slots, entry)
        elif entry is not None or parameter.uid in stash.untrained:
            continue
        else:
            group, slots = 0, {}
        optimizer.add_parameter(parameter, group)
        optimizer.set_slots(parameter, slots)
    return moved


def _order(optimizer: Any, stash: Stash) -> None:
    """The parameters that were there before an undone edit stand again in the order they had."""
    for group, uids in zip(optimizer.param_groups if optimizer else (), stash.order, strict=False):
        rank = {uid: at for at, uid in enumerate(uids)}
        group["params"].sort(key=lambda parameter: rank.get(parameter.uid, len(rank)))


def _freeze(old: LayerGraph, new: LayerGraph, module: GraphModule) -> None:
    """Set ``requires_grad`` where a node was frozen or set free. A frozen parameter also forgets its gradient."""
    for node in holders(new):
        before = old.nodes.get(node.uid)
        if node.frozen or (before is not None and before.frozen):
            for parameter in module.layer(node.uid).parameters():
                parameter.requires_grad = not node.frozen
                parameter.grad = None


def scale_rates(graph: LayerGraph, module: GraphModule, optimizer: Any) -> None:
    """Tell the optimizer the factors that layers have on their rate. No other parameter has one."""
    if optimizer is None:
        return
    scaled = [node for node in holders(graph) if node.rate != 1.0]
    optimizer.lr_scales = {p.uid: node.rate for node in scaled for p in module.layer(node.uid).parameters()}


def _layers_gone(old: LayerGraph, module: GraphModule, prepared: Prepared) -> dict[str, Kept]:
    layers = module.layers
    return {
        node.uid: Kept(node.key, layers[node.uid], node.drawn)
        for node in holders(old)
        if prepared.layers.get(node.uid) is not layers[node.uid]
    }


def _receipt(
    new: LayerGraph, before: Any, after: Any, gone: Any, came: Any, prepared: Prepared, trained: Trained, optimizer: Any
) -> Receipt:
    kept = [p for key, (_, p) in after.items() if key in before]
    heirs = {id(entry.new) for entry in prepared.resized}
    replaced = {id(entry.old) for entry in prepared.resized}
    woken = {id(p) for uid in prepared.restored for p in prepared.layers[uid].parameters()}
    fresh = {name: p for name, p in came.items() if id(p) not in heirs and id(p) not in woken}
    return Receipt(
        kept=len(kept),
        kept_values=values(kept),
        mapped=tuple(entry.mapped() for entry in prepared.resized),
        new=tuple(fresh),
        new_values=values(fresh.values()),
        restored=tuple(name for name, p in came.items() if id(p) in woken),
        stashed=tuple(name for name, p in gone.items() if id(p) not in replaced),
        slots_kept=trained.kept_in(optimizer, {entry.old.uid: entry.new.uid for entry in prepared.resized}),
        slots_before=len(trained.slots),
        identity=tuple(new.nodes[uid].name for uid in prepared.identity),
    )


__all__ = ["Receipt", "Stash", "transplant"]
