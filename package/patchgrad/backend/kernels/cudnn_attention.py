"""Attention by cuDNN, in float16 and bfloat16: the map of queries and keys is never written to memory.

cuDNN has no such engine for float32, and none for features that are no multiple of 8; what it declines runs in parts.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend.kernels import rule
from patchgrad.backend.kernels.cudnn_graph import takes
from patchgrad.backend.low import NAMES


def forward_graph(graph: Any, tensors: Any, scale: float, causal: bool) -> dict[str, Any]:
    """y, and the logarithm of each row's sum."""
    y, level = graph.sdpa(
        q=tensors["query"],
        k=tensors["key"],
        v=tensors["value"],
        attn_scale=scale,
        use_causal_mask=causal,
        generate_stats=True,
    )
    return {"y": y, "level": level}


def backward_graph(graph: Any, tensors: Any, scale: float, causal: bool) -> dict[str, Any]:
    """The gradients by query, key and value, each sum always in the same order."""
    found = graph.sdpa_backward(
        q=tensors["query"],
        k=tensors["key"],
        v=tensors["value"],
        o=tensors["y"],
        dO=tensors["ct"],
        stats=tensors["level"],
        attn_scale=scale,
        use_causal_mask=causal,
        use_deterministic_algorithm=True,
    )
    return dict(zip(("dquery", "dkey", "dvalue"), found, strict=True))


def fused_attention(xp: Any, query: Any, key: Any, value: Any, scale: float, causal: bool) -> Any:
    """Query (batch, heads, n, features), key (.., m, features), value (.., m, width) -> (.., n, width), (.., n, 1)."""
    if xp.cudnn is None or query.dtype.name not in NAMES or query.ndim != 4 or not takes(query, key, value):
        return NotImplemented
    inputs = {name: xp.ascontiguousarray(x) for name, x in (("query", query), ("key", key), ("value", value))}
    y = xp.empty((*query.shape[:-1], value.shape[-1]), dtype=query.dtype)
    outputs = {"y": y, "level": xp.empty((*query.shape[:-1], 1), dtype="float32")}
    ran = xp.cudnn.run(forward_graph, inputs, outputs, scale=scale, causal=causal)
    return (outputs["y"], outputs["level"]) if ran else NotImplemented


@rule("cuda", "fused_attention")
def gradients(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> Any:
    """Rules get low precision widened; cast back, the numbers are the same."""
    ct, ct_level = cts
    kind = s.given_dtype_of("query")
    if xp.cudnn is None or ct is None or ct_level is not None or kind.name not in NAMES or s.query.ndim != 4:
        return NotImplemented
    low = {"query": s.query, "key": s.key, "value": s.value, "y": s.y, "ct": ct}
    inputs = {name: xp.ascontiguousarray(array.astype(kind)) for name, array in low.items()}
    if not takes(*inputs.values()):
        return NotImplemented
    outputs = {f"d{name}": xp.empty(inputs[name].shape, dtype=kind) for name in ("query", "key", "value")}
    inputs["level"] = xp.ascontiguousarray(s.level)
    ran = xp.cudnn.run(backward_graph, inputs, outputs, scale=s.scale, causal=s.causal)
    return tuple(outputs.values()) if ran else NotImplemented
