"""What one op did, with its numbers: formula, sizes, an element worked out, and a check of its gradient rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from patchgrad.backend import backend_of, host
from patchgrad.errors import PatchgradError
from patchgrad.recorder.events import Event, Value
from patchgrad.recorder.snapshot import OpRecord
from patchgrad.tensor.tensor import apply
from patchgrad.tensor.worlds import tensor_of
from patchgrad.transforms.gradcheck import gradcheck

LARGE = 200
"""Numbers that are checked one by one; where there are more, along one random direction."""
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array in short: its first numbers, and their range."""

    shape: tuple[int, ...]
    dtype: str
    first: tuple[float, ...]
    low: float | None
    high: float | None
    mean: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """An op on one page.

    Fields
        formula  LaTeX, as in the op's record; empty if it has none
        example  LaTeX: the formula with the numbers of the first element, and what it gives; only where every element
                 is computed from the elements at the same place
    """

    op: OpRecord
    formula: str
    example: str
    inputs: Mapping[str, Numbers]
    outputs: Mapping[str, Numbers]


@dataclass(frozen=True, slots=True)
class Check:
    """Do the gradient rules agree with finite differences? ``passed`` is None where there is nothing to compare."""

    passed: bool | None
    text: str


def card(event: Event, op: OpRecord, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Card:
    """The card of an op that ran with these arrays."""
    formula = event.op.formula if event.op is not None else ""
    example = _example(event, formula, inputs, outputs) if event.op is not None and event.op.elementwise else ""
    return Card(op, formula, example, shortened(inputs), shortened(outputs))


def checked(event: Event, op: OpRecord, inputs: Mapping[str, Any]) -> Check:
    """Compare the rules of an op with central differences in float64, at these inputs."""
    record = event.op
    if record is None or not record.differentiable:
        return Check(None, f"{op.op} has no gradient rules")
    arrays = iter(inputs.values())
    given = [_exact(next(arrays)) if isinstance(entry, Value) else entry for entry in event.inputs]
    moving = [entry for entry in given if getattr(entry, "requires_grad", False)]
    if not moving:
        return Check(None, f"no input of {op.op} is a floating tensor")
    size = sum(prod(entry.shape) for entry in moving)
    try:
        gradcheck(lambda *entries: apply(record, *entries, **event.attrs), given, fast_mode=size > LARGE)
    except PatchgradError as error:
        return Check(False, str(error))
    way = "along a random direction" if size > LARGE else f"in each of {size} numbers"
    return Check(True, f"the gradient of {op.op} agrees with finite differences {way}")


def _exact(array: Any) -> Any:
    kind = array.dtype.kind
    found = tensor_of(array.astype("float64" if kind == "f" else "complex128") if kind in "fc" else array.copy())
    found.requires_grad = kind in "fc"
    return found


def _example(event: Event, formula: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> str:
    (name, made), *more = outputs.items()
    if more or not formula or not made.size:
        return ""
    numbers: dict[str, Any] = {key: value for key, value in event.attrs.items() if isinstance(value, (int, float))}
    constants = zip(event.op.inputs if event.op else (), event.inputs, strict=False)
    numbers |= {key: value for key, value in constants if isinstance(value, (int, float))}
    for key, array in inputs.items():
        numbers[key] = host.broadcast_to(_host(array), made.shape).reshape(-1)[0].item()
    filled = formula
    for key, value in numbers.items():
        filled = re.sub(rf"(?<![\\A-Za-z]){re.escape(key)}(?![A-Za-z])", lambda _, v=value: _written(v), filled)
    return f"{name} = {filled} = {_written(_host(made).reshape(-1)[0].item())}"


def _written(value: Any) -> str:
    if isinstance(value, (bool, complex)):
        return str(value)
    if value != value or abs(value) == float("inf"):
        return r"\text{nan}" if value != value else r"\infty" if value > 0 else r"(-\infty)"
    text, _, power = f"{value:.4g}".partition("e")
    if power:
        text += rf" \cdot 10^{{{int(power)}}}"
        return f"({text})"
    return f"({text})" if text.startswith("-") else text


def shortened(arrays: Mapping[str, Any]) -> dict[str, Numbers]:
    """Arrays in short, by name."""
    return {name: _short(array) for name, array in arrays.items()}


def _short(array: Any) -> Numbers:
    values = _host(array)
    first = tuple(values.reshape(-1)[:SHOWN].tolist())
    low, high, mean = (None, None, None)
    if values.size and values.dtype.kind in "fiu":
        low, high, mean = float(values.min()), float(values.max()), float(values.mean(dtype="float64"))
    return Numbers(values.shape, values.dtype.name, first, low, high, mean)


def _host(array: Any) -> Any:
    return backend_of(array).to_host(array)
