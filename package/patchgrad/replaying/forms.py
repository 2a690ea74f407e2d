"""The form of a step's arguments, by which its plan is found, and of what it returns."""

from __future__ import annotations

import os
import sys
from typing import Any

from patchgrad.autograd.state import state
from patchgrad.backend import BY_TYPE, get_backend
from patchgrad.replaying.guards import STABLE, is_plain
from patchgrad.replaying.notes import Held, Value
from patchgrad.replaying.recording import Recording
from patchgrad.tensor import Tensor

SWITCH = "PATCHGRAD_REPLAY"
"""The environment variable that switches replay off: ``PATCHGRAD_REPLAY=0``."""


def unfit() -> str:
    """Why no step can be replayed here and now."""
    if os.environ.get(SWITCH) == "0":
        return f"{SWITCH}=0 switches replay off"
    if state.observers:
        return "the step is watched"
    if state.autocast is not None:
        return "autocast is on"
    if state.scope or state.passes:
        return "the step runs inside a module or a backward pass"
    return "a profiler is running" if sys.getprofile() is not None else ""


def form_of(value: Any, tensors: list[Tensor]) -> Any:
    """What must be equal in two calls for one plan to do for both; a str says why there can be none."""
    made: list[Any] = [state.grad_enabled, state.inference]
    why = _add_form(value, tensors, made)
    return why or tuple(made)


def _add_form(value: Any, tensors: list[Tensor], made: list[Any]) -> str:
    if isinstance(value, Tensor):
        array = value.data
        if value.requires_grad:
            return "an argument requires a gradient"
        if BY_TYPE.get(type(array)) is not get_backend():
            return "only steps on the CPU are replayed"
        first = next((index for index, other in enumerate(tensors) if other.data is array), len(tensors))
        made += (array.shape, array.dtype, array.flags.c_contiguous, first)
        tensors.append(value)
        return ""
    if isinstance(value, (tuple, list)):
        made += (type(value), len(value))
        return next(filter(None, (_add_form(entry, tensors, made) for entry in value)), "")
    if isinstance(value, dict):
        made += (dict, tuple(value))
        return next(filter(None, (_add_form(entry, tensors, made) for entry in value.values())), "")
    if is_plain(value):
        made += (type(value), repr(value) if isinstance(value, (float, slice)) else value)
        return ""
    if isinstance(value, STABLE):
        made.append(value)
        return ""
    return f"an argument is a {type(value).__name__}"


def outline_of(result: Any, recording: Recording, sources: list[Any]) -> Any:
    """What a step returned, with the number of a source in the place of each tensor."""
    if isinstance(result, Tensor):
        if result.node is not None and result.node.saved is not None:
            recording.fail("the step returns a tensor whose backward pass has not run")
        if not recording.doubt:
            sources.append(recording.source_of(result))
            return sources[-1] if isinstance(sources[-1], Held) else Value(len(sources) - 1)
    elif type(result) in (tuple, list):
        return type(result)(outline_of(entry, recording, sources) for entry in result)
    elif type(result) is dict:
        return {key: outline_of(entry, recording, sources) for key, entry in result.items()}
    elif not is_plain(result):
        recording.fail(f"the step returns a {type(result).__name__}")
    return result


def filled(outline: Any, arrays: tuple[Any, ...]) -> Any:
    if isinstance(outline, Value):
        return Tensor(arrays[outline.number])
    if isinstance(outline, Held):
        return outline.tensor
    if type(outline) in (tuple, list):
        return type(outline)(filled(entry, arrays) for entry in outline)
    if type(outline) is dict:
        return {key: filled(entry, arrays) for key, entry in outline.items()}
    return outline


def tensors_in(result: Any) -> list[Tensor]:
    """The tensors in what a step returned, in order."""
    if isinstance(result, Tensor):
        return [result]
    entries = result.values() if isinstance(result, dict) else result if isinstance(result, (tuple, list)) else ()
    return [tensor for entry in entries for tensor in tensors_in(entry)]


def detached(result: Any) -> Any:
    """What a step returned, without its past."""
    if isinstance(result, Tensor):
        return result if result.node is None else Tensor(result.data)
    if type(result) in (tuple, list):
        return type(result)(detached(entry) for entry in result)
    return {key: detached(entry) for key, entry in result.items()} if type(result) is dict else result
