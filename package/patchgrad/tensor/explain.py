"""From a failed op to an error that teaches: which op and layer, what came in, what it wants, what to try.

Runs only after the array library has refused, so the happy path pays nothing.
"""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.provenance import Position, caller
from patchgrad.autograd.state import state
from patchgrad.errors import ArgumentError, PatchgradError


def explain(op: OpSpec, inputs: tuple[Any, ...], attrs: dict[str, Any], error: Exception) -> PatchgradError:
    """The teaching form of ``error``, raised while ``op`` ran on ``inputs``."""
    found = error if isinstance(error, PatchgradError) else _by_shape_rule(op, inputs, attrs)
    if found is None:
        found = ArgumentError(f"{op.name} failed: {error}", got=describe(op, inputs))
    if not found.got:
        found.got = describe(op, inputs)
    return placed(found)


def placed(error: PatchgradError) -> PatchgradError:
    """The same error with the layer and line that it comes from, if it does not say so yet."""
    if not error.where:
        code, lasti = caller()
        position = Position.of(code, lasti)
        error.where = _place(position)
        error.source = position.underlined
    return error


def describe(op: OpSpec, inputs: tuple[Any, ...]) -> str:
    """``a: (32, 784) float32, b: 2.0``, in the op's names."""
    names = [f"{op.inputs[0]}[{i}]" for i in range(len(inputs))] if op.variadic else op.inputs
    return ", ".join(f"{name}: {_one(entry)}" for name, entry in zip(names, inputs, strict=False) if entry is not None)


def _one(entry: Any) -> str:
    return f"{tuple(entry.shape)} {entry.dtype.name}" if hasattr(entry, "shape") else repr(entry)


def where() -> str:
    """The layer that runs now and the user's line, as far as they are known."""
    return _place(Position.of(*caller()))


def _place(position: Position) -> str:
    layer = getattr(state.scope[-1], "path", "") if state.scope else ""
    return ", ".join(part for part in (layer, str(position) if position.line else "") if part)


def _by_shape_rule(op: OpSpec, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> PatchgradError | None:
    shapes = [None if entry is None else getattr(entry, "shape", ()) for entry in inputs]
    try:
        op.shape(*shapes, **attrs)
    except PatchgradError as error:
        return error
    except Exception:
        return None
    return None
