"""From a failed op to an error that teaches: which op and layer, what came in, what it wants, what to try.

Runs only after the array library has refused, so the happy path pays nothing.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.provenance import Position, caller, is_users
from patchgrad.autograd.state import state
from patchgrad.errors import ArgumentError, DtypeError, PatchgradError, locate_by
from patchgrad.tensor.foreign import foreign, out_of_memory


def explain(op: OpSpec, inputs: tuple[Any, ...], attrs: dict[str, Any], error: Exception) -> PatchgradError:
    """The teaching form of ``error``, raised while ``op`` ran on ``inputs``."""
    found = error if isinstance(error, PatchgradError) else _found(op, inputs, attrs, error)
    if not found.got:
        found.got = describe(op, inputs)
    return placed(found)


def _found(op: OpSpec, inputs: tuple[Any, ...], attrs: dict[str, Any], error: Exception) -> PatchgradError:
    if isinstance(error, MemoryError):
        return out_of_memory(op.name, error)
    return (
        foreign(op, inputs)
        or _by_shape_rule(op, inputs, attrs)
        or _by_dtype(op, inputs, error)
        or _of_nothing(op, inputs, error)
        or ArgumentError(f"{op.name} failed: {error}", hint=f"help(pg.{op.name}) says what it takes")
    )


def _by_dtype(op: OpSpec, inputs: tuple[Any, ...], error: Exception) -> PatchgradError | None:
    if "not supported for the input types" not in str(error):
        return None
    kinds = ", ".join(entry.dtype.name for entry in inputs if hasattr(entry, "dtype"))
    return DtypeError(
        f"{op.name} is not defined for {kinds}",
        want="whole numbers or bools" if "bitwise" in op.name else "other dtypes",
        hint="compare first: (x > 0), or cast: x.long(), x.float()",
    )


def _of_nothing(op: OpSpec, inputs: tuple[Any, ...], error: Exception) -> PatchgradError | None:
    if not any(0 in getattr(entry, "shape", ()) for entry in inputs):
        return None
    return ArgumentError(
        f"{op.name} of no elements is not defined",
        want="one element or more",
        hint="did a mask or a slice leave nothing over? x.numel() says",
    )


def placed(error: PatchgradError) -> PatchgradError:
    """The same error with the layer that runs now and the user's line, if it does not say so yet."""
    position = Position.of(*caller())
    return error.within(_layer()).at(_line(position), position.underlined)


def _layer() -> str:
    return getattr(state.scope[-1], "path", "") if state.scope else ""


def _line(position: Position) -> str:
    return str(position) if position.line else ""


def _locate(error: BaseException) -> tuple[str, str]:
    """The user's line: of the innermost frame outside this package that the error went through, else that runs now."""
    found: TracebackType | None = None
    trace = error.__traceback__
    while trace is not None:
        found = trace if is_users(trace.tb_frame.f_code) else found
        trace = trace.tb_next
    position = Position.of(found.tb_frame.f_code, found.tb_lasti) if found else Position.of(*caller())
    return _line(position), position.underlined


locate_by(_locate)


def describe(op: OpSpec, inputs: tuple[Any, ...]) -> str:
    """``a: (32, 784) float32, b: 2.0``, in the op's names."""
    names = [f"{op.inputs[0]}[{i}]" for i in range(len(inputs))] if op.variadic else op.inputs
    return ", ".join(f"{name}: {_one(entry)}" for name, entry in zip(names, inputs, strict=False) if entry is not None)


def _one(entry: Any) -> str:
    return f"{tuple(entry.shape)} {entry.dtype.name}" if hasattr(entry, "shape") else repr(entry)


def _by_shape_rule(op: OpSpec, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> PatchgradError | None:
    shapes = [None if entry is None else getattr(entry, "shape", ()) for entry in inputs]
    try:
        op.shape(*shapes, **attrs)
    except PatchgradError as error:
        return error
    except Exception:
        return None
    return None
