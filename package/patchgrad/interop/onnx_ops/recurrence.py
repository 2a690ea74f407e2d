"""RNN, LSTM and GRU: one node per layer. ONNX orders the gates in another way and stacks both directions."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.recorded import Event

ORDERS = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN": (0,)}
"""ONNX's gates (i o f c; z r h) as places among PyTorch's (i f g o; r z n)."""


def reordered(array: Any, order: tuple[int, ...]) -> Any:
    """Blocks of rows in another order."""
    return host.concatenate([host.split(array, len(order))[place] for place in order])


def _recurrent(b: Builder, e: Event) -> None:
    layer, kind = e.module, b.dtype_of(e.outputs[0])
    batched = b.rank(e.inputs[0]) == 3
    x = b.name(e.inputs[0]) if batched else b.node("Unsqueeze", b.name(e.inputs[0]), b.ints([1]))
    if batched and layer.batch_first:
        x = b.node("Transpose", x, perm=[1, 0, 2])
    starts = [entry for entry in e.inputs[1:] if entry is not None]
    ends: list[list[str]] = [[] for _ in layer.states]
    for number in range(layer.num_layers):
        begin = [_part(b, b.name(start), number, layer) for start in starts]
        x, *last = _one_layer(b, e, x, number, begin, kind)
        for place, name in zip(ends, last, strict=True):
            place.append(name)
    if batched and layer.batch_first:
        x = b.node("Transpose", x, perm=[1, 0, 2])
    _set(b, 0, x, batched)
    for place, names in enumerate(ends):
        _set(b, 1 + place, b.node("Concat", *names, axis=0) if len(names) > 1 else names[0], batched)


def _set(b: Builder, place: int, name: str, batched: bool) -> None:
    b.set(place, name if batched else b.node("Squeeze", name, b.ints([1])))


def _part(b: Builder, start: str, number: int, layer: Any) -> str:
    """The first states of one layer."""
    count = 1 + layer.bidirectional
    if layer.num_layers == 1:
        return start
    return b.node("Slice", start, b.ints([number * count]), b.ints([(number + 1) * count]), b.ints([0]))


def _one_layer(b: Builder, e: Event, x: str, number: int, begin: list[str], kind: str) -> list[str]:
    layer, op = e.module, e.what
    suffixes = [f"_l{number}", f"_l{number}_reverse"][: 1 + layer.bidirectional]
    names = [_weights(b, e, part, suffixes) for part in ("weight_ih", "weight_hh")]
    bias = _biases(b, e, suffixes) if layer.bias else None
    attrs: dict[str, Any] = {"hidden_size": layer.hidden_size}
    attrs["direction"] = "bidirectional" if layer.bidirectional else "forward"
    if op == "GRU":
        attrs["linear_before_reset"] = 1
    if op == "RNN":
        attrs["activations"] = [layer.nonlinearity.capitalize()] * len(suffixes)
    found = b.node(op, x, *names, bias, None, *begin, outputs=1 + len(layer.states), **attrs)
    y, *last = found
    joined = b.node("Transpose", y, perm=[0, 2, 1, 3])
    return [b.node("Reshape", joined, b.ints([0, 0, -1])), *last]


def _weights(b: Builder, e: Event, part: str, suffixes: list[str]) -> str:
    """The weights of a layer in ONNX's order, under the name of the first."""
    order = ORDERS[e.what]
    arrays = [reordered(getattr(e.module, part + suffix).numpy(force=True), order) for suffix in suffixes]
    return b.initializer(_named(e, part + suffixes[0]), host.stack(arrays))


def _biases(b: Builder, e: Event, suffixes: list[str]) -> str:
    order = ORDERS[e.what]
    rows = [
        host.concatenate(
            [reordered(getattr(e.module, part + suffix).numpy(force=True), order) for part in ("bias_ih", "bias_hh")]
        )
        for suffix in suffixes
    ]
    return b.initializer(_named(e, "bias" + suffixes[0]), host.stack(rows))


def _named(e: Event, name: str) -> str:
    return f"{e.path}.{name}" if e.path else name


def whole(module: Any) -> bool:
    """Layers that are one node of ONNX, which has no LSTM with ``proj_size``: that one is written step by step."""
    ours = type(module).__name__ in ORDERS and type(module).__module__.startswith("patchgrad.nn")
    return ours and not module.proj_size


WRITE: dict[str, Any] = dict.fromkeys(ORDERS, _recurrent)


# --- Reading --------------------------------------------------------------------------------------


def _read_outputs(result: Any, count: int) -> tuple[Any, ...]:
    """What a layer here gives as ONNX's outputs: directions on an axis of their own, then the last states."""
    y, ends = result
    y = y.unflatten(2, (count, y.shape[2] // count)).permute(0, 2, 1, 3)
    return (y, *(ends if isinstance(ends, tuple) else (ends,)))


READ: dict[str, Any] = {"recurrent": _read_outputs}
