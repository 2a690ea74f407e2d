"""Which way an op goes on a batch."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.ops import shapes
from patchgrad.tensor import apply
from patchgrad.transforms.batching import rules, ways
from patchgrad.transforms.batching.level import Level
from patchgrad.transforms.batching.ways import Call, Results, Way

WAYS: dict[str, Way] = {
    "aligned": ways.aligned,
    "along_axes": ways.along_axes,
    "folded": ways.folded,
    "leading": ways.leading,
    "loop": lambda call: None,
}
"""What ``OpSpec.batching`` may name."""


def run(op: OpSpec, entries: list[Any], attrs: dict[str, Any], level: Level) -> Results:
    """The op on ``entries``: (tensor, is its first axis the batch), Python scalars and None."""
    inputs = [entry[0] if isinstance(entry, tuple) else entry for entry in entries]
    flags = [isinstance(entry, tuple) and entry[1] for entry in entries]
    attrs, has_batches = _attributes(attrs, level)
    if not any(flags) and not has_batches:
        found = apply(op, *inputs, **attrs)
        return [(output, False) for output in (found if isinstance(found, tuple) else (found,))]
    call = Call(op, inputs, flags, attrs, level.size)
    way = WAYS["loop"] if has_batches else way_of(op)
    found = way(call)
    return ways.looped(call) if found is None else found


def way_of(op: OpSpec) -> Way:
    """How this op is run on a batch."""
    if op.name in rules.RULES:
        return rules.RULES[op.name]
    if op.batching:
        return WAYS[op.batching]
    if op.elementwise or op.shape is shapes.broadcast:
        return ways.aligned
    if op.shape is shapes.reduced:
        return ways.along_axes
    return WAYS["loop"]


def _attributes(attrs: dict[str, Any], level: Level) -> tuple[dict[str, Any], bool]:
    """Attributes with the bare arrays of indices in place of batches of them, and whether there are such."""
    found = {key: _attribute(value, level) for key, value in attrs.items()}
    return found, any(_holds_batch(value) for value in found.values())


def _attribute(value: Any, level: Level) -> Any:
    if isinstance(value, tuple):
        entries: tuple[Any, ...] = value
        return tuple(_attribute(entry, level) for entry in entries) if any(map(_is_batch, entries)) else entries
    if getattr(value, "level", None) is not level:
        return value
    return ways.Indices(value.value.data) if value.batched else value.value.data


def _is_batch(value: Any) -> bool:
    return hasattr(value, "level")


def _holds_batch(value: Any) -> bool:
    return isinstance(value, ways.Indices) or (isinstance(value, tuple) and any(map(_holds_batch, value)))
