"""What stood where a tensor belongs: from the failure of an op to the name of the culprit.

Asked only after an op has failed, or by an operator that has nothing to compute with.
"""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.backend import host
from patchgrad.errors import DtypeError, OutOfMemoryError, PatchgradError

NUMBERS = (bool, int, float, complex)


def foreign(op: OpSpec, inputs: tuple[Any, ...]) -> PatchgradError | None:
    """The error for the first input that is neither a tensor nor a number; None if there is none."""
    for index, entry in enumerate(inputs):
        name = f"{op.inputs[0]}[{index}]" if op.variadic else op.inputs[index]
        if not (entry is None or isinstance(entry, NUMBERS) or hasattr(entry, "requires_grad")):
            return not_a_tensor(op.name, name, entry, "a tensor or a number" if op.elementwise else "a tensor")
    if inputs and all(entry is None for entry in inputs[:1]):
        return not_a_tensor(op.name, op.inputs[0], None, "a tensor")
    return None


def is_foreign(value: Any) -> bool:
    """Something that people give in place of a tensor: text, None, a list, a NumPy array, a layer."""
    plain = (str, bytes, list, tuple, dict, set, type(None), host.ndarray)
    return isinstance(value, plain) or hasattr(value, "named_parameters")


def not_a_tensor(what: str, name: str, value: Any, want: str = "a tensor or a number") -> DtypeError:
    """``what`` was given ``value`` under ``name``, and can compute only with tensors."""
    return DtypeError(
        f"{what} cannot compute with {_kind(value)}",
        got=f"{name}: {shown(value)}",
        want=want,
        hint=_way_out(name, value),
    )


def shown(value: Any) -> str:
    """A value of any kind in a few words."""
    if hasattr(value, "shape"):
        return f"{_kind(value)} of shape {tuple(value.shape)}"
    if isinstance(value, (tuple, list)) and any(hasattr(entry, "shape") for entry in value):
        brackets = "[]" if isinstance(value, list) else "()"
        return brackets[0] + ", ".join(map(shown, value[:4])) + (", ..." if value[4:] else "") + brackets[1]
    text = repr(value)
    if "\n" in text or " at 0x" in text or len(text) > 60:
        return type(value).__name__
    return text


def _kind(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, host.ndarray):
        return "a NumPy array"
    if isinstance(value, str):
        return "text"
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _way_out(name: str, value: Any) -> str:
    if value is None:
        return "does the function that made it return its result?"
    if isinstance(value, str):
        return f"float({name}), if it holds a number"
    if hasattr(value, "named_parameters"):
        return "call the layer on a tensor: layer(x)"
    if isinstance(value, host.ndarray):
        return f"pg.as_tensor({name}), which shares its memory"
    if isinstance(value, (list, tuple)) and any(hasattr(entry, "requires_grad") for entry in value):
        return "take the tensor that is meant out of it, such as x, y = batch, or pg.stack() for one of all"
    if isinstance(value, (list, tuple)):
        return f"pg.tensor({name})"
    if isinstance(value, dict):
        return "take the tensor that is meant out of it, by its key"
    return f"pg.tensor({name})" if hasattr(value, "__array__") or hasattr(value, "__dlpack__") else ""


def out_of_memory(what: str, error: BaseException) -> OutOfMemoryError:
    """The array library had no room for a result."""
    return OutOfMemoryError(
        f"{what} does not fit into memory",
        got=str(error) or "no memory left",
        want="a result that fits",
        hint="take a smaller batch or smaller layers; look whether a shape is what you meant",
    )
