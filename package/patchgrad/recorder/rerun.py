"""Run a trace again from its leaves: the proof that the recorded graph is what really ran.

The ops run in the recorded order on fresh tensors with the leaves' kept values; views share memory
and writes in place write, as they did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ArgumentError
from patchgrad.recorder.events import Event, Trace, Value
from patchgrad.tensor.tensor import Tensor, apply
from patchgrad.tensor.views import store


def rerun(trace: Trace, leaves: Mapping[int, Any] | None = None) -> list[Any]:
    """The array of every value of the trace, by number, as it is after the last event.

    Parameters
        leaves  arrays by number of the value, instead of those that were kept
    Errors
        ArgumentError  if a leaf has no values.
    """
    tensors = leaf_tensors(trace, leaves or {})
    with no_grad():
        for event in trace.events:
            run_event(event, tensors)
    return [tensors[number].data for number in range(len(trace.values))]


def leaf_tensors(trace: Trace, given: Mapping[int, Any]) -> dict[int, Tensor]:
    """Fresh tensors of all leaves, by number of the value. Raises ArgumentError if one has no values."""
    tensors: dict[int, Tensor] = {}
    for number, facts in enumerate(trace.values):
        if facts.event < 0:
            array = given.get(number, facts.kept)
            if array is None:
                raise ArgumentError(
                    "the trace cannot run again: a leaf has no values",
                    got=f"leaf {facts.name or number} of shape {facts.shape}",
                    hint="record with keep_values=True, or pass leaves={number: array}",
                )
            tensors[number] = Tensor(array.copy())
    return tensors


def run_event(event: Event, tensors: dict[int, Tensor]) -> None:
    """Run one event on the tensors so far, and enter what it makes."""
    inputs = [tensors[entry.number] if isinstance(entry, Value) else entry for entry in event.inputs]
    if event.writes:
        store(inputs[0], inputs[1])
        tensors.update(zip(event.outputs, [inputs[0], *inputs[2:]], strict=True))
        return
    if event.op is None:
        tensors[event.outputs[0]] = inputs[0].detach()
        return
    result = apply(event.op, *inputs, **event.attrs)
    results: tuple[Tensor, ...] = result if isinstance(result, tuple) else (result,)
    for number, output in zip(event.outputs, results, strict=True):
        tensors[number] = output
