"""From a run of a model to an ONNX file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from patchgrad.errors import ArgumentError, GraphError
from patchgrad.interop.files import write_whole
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.onnx_ops import convolution, indexing, normalization, recurrence, table
from patchgrad.interop.recorded import Dim, Run, record
from patchgrad.interop.stateful import with_states

BUFFERS = "patchgrad.buffers"
"""The property of a file that lists initializers which are not trained."""
OPSETS = range(20, 24)
"""Versions of ONNX's operators in which all that is written here means the same."""


def export(
    model: Any,
    example: Any,
    path: Any = None,
    *,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    opset_version: int = 20,
    dynamic_batch: bool = True,
) -> Any:
    """Write what the model computes in evaluation mode as an ONNX file.

    The model is run on the example and on another batch, and what ran is written: parameters and buffers as
    initializers under their names in the state dict. A file has no memory: a Delay is an input more, ``back.memory``
    for one at ``model.back``, and an output more, ``back.next``, which is what to give at the next step. At first that
    is ``initial`` for every sample.

    Parameters
        example        a tensor, or a tuple of one for each argument of ``forward``; the first axis is the batch
        path           where to write; None only gives the graph back
        dynamic_batch  the file takes any batch; else only one like the example
    Returns
        the ``onnx.ModelProto``
    Errors
        GraphError     names each op that ONNX has no operator for, with its place; or says why the model has no one
        way. ArgumentError  for an example, a name or a version that cannot be.
    """
    onnx = require_onnx()
    if opset_version not in OPSETS:
        raise ArgumentError(
            "this version of ONNX's operators is not written",
            got=str(opset_version),
            want=f"{OPSETS[0]} to {OPSETS[-1]}",
        )
    inputs = example if isinstance(example, tuple) else (example,)
    recorded, inputs, memories = with_states(model, inputs)
    run = record(recorded, inputs, _whole, dynamic=dynamic_batch)
    names = (
        [*_names(input_names, "input", len(run.inputs) - len(memories)), *(f"{path}.memory" for path in memories)],
        [*_names(output_names, "output", len(run.outputs) - len(memories)), *(f"{path}.next" for path in memories)],
    )
    built = _built(run, *names)
    graph = onnx.helper.make_graph(
        built.nodes,
        type(model).__name__,
        [_described(built, run, value, name) for value, name in zip(run.inputs, names[0], strict=True)],
        [_described(built, run, value, name) for value, name in zip(run.outputs, names[1], strict=True)],
        list(built.initializers.values()),
    )
    opsets = [onnx.helper.make_opsetid("", opset_version)]
    proto = onnx.helper.make_model(graph, opset_imports=opsets, producer_name="patchgrad")
    kept = [name for name, _ in model.named_buffers() if name in built.initializers]
    onnx.helper.set_model_props(proto, {BUFFERS: json.dumps(kept)})
    proto.ir_version = min(proto.ir_version, 10)
    onnx.checker.check_model(proto, full_check=True)
    if path is not None:
        write_whole(Path(os.fspath(path)), lambda file: file.write(proto.SerializeToString()))
    return proto


def require_onnx() -> Any:
    """The package, or ArgumentError saying how to get it."""
    try:
        return import_module("onnx")
    except ImportError as error:
        raise ArgumentError(
            "the package onnx is not installed", got=str(error), hint="pip install 'patchgrad[onnx]'"
        ) from None


def _whole(module: Any) -> bool:
    """Layers that are one node, or one for each of their own layers."""
    return any(family.whole(module) for family in (convolution, indexing, normalization, recurrence))


def _names(given: Sequence[str] | None, stem: str, count: int) -> list[str]:
    found = list(given) if given is not None else [stem] if count == 1 else [f"{stem}_{at}" for at in range(count)]
    if len(found) != count or len(set(found)) != count:
        raise ArgumentError(f"the model has {count} {stem}s", got=", ".join(found), want=f"{count} different names")
    return found


def _built(run: Run, inputs: list[str], outputs: list[str]) -> Builder:
    builder = Builder(run, inputs, outputs)
    known = table("WRITE")
    lacking = [event for event in run.events if event.what not in known]
    if lacking:
        places = dict.fromkeys(f"{event.what} at {event.where}" if event.where else event.what for event in lacking)
        raise GraphError(
            "the model computes what cannot be written as ONNX", got="; ".join(places), where=lacking[0].path
        )
    for event in run.events:
        builder.event = event
        known[event.what](builder, event)
    builder.event = None
    for value, name in zip(run.outputs, outputs, strict=True):
        builder.node("Identity", builder.name(value), outputs=[name])
    return builder


def _described(builder: Builder, run: Run, value: Any, name: str) -> Any:
    """Name, dtype and sizes of an input or output; "batch" where it follows the batch."""
    facts = run.values[value.number]
    sizes = [_size_text(size) if isinstance(size, Dim) else size for size in facts.shape]
    return builder.onnx.helper.make_tensor_value_info(name, builder.kind(facts.dtype), sizes)


def _size_text(size: Dim) -> str:
    factor = "batch" if size.factor == 1 else f"{size.factor}*batch"
    return f"{factor}+{size.rest}" if size.rest else factor
