"""What a step calls while it is recorded: whether Python looks at values, keeps something, or asks the world outside.

A profile function sees every call. This package's own functions are trusted but for those that read or write values
directly; the tables below say which of these are known, and how they are noted. Code of other people is read: it may
compute with tensors and plain values, nothing else.
"""

from __future__ import annotations

import dis
import gc
import sys
import sysconfig
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

from patchgrad.backend import BY_TYPE, host
from patchgrad.nn.module import Module
from patchgrad.nn.steps import count_up, zeros_as
from patchgrad.ops import attention, dropout, filled, norm, ranges
from patchgrad.optim.optimizer import Optimizer
from patchgrad.replaying.guards import Guards
from patchgrad.replaying.recording import Recording
from patchgrad.tensor import Tensor, worlds

HOME = str(Path(__file__).parents[1])
LIBRARIES = (str(Path(host.__file__).parent), sysconfig.get_path("stdlib"), "<frozen ")
HERE = str(Path(__file__).parent)
ROOMS = ("nn", "ops", "tensor", "autograd", "backend", "array_api")
"""Rooms whose functions compute and do not keep anything, but for those below."""
OUTSIDE = ("nn/init", "nn/utils/", "nn/saving", "nn/moving", "nn/lazy", "nn/functional_call", "backend/random.py")
FIRST_USES = (str(Path("patchgrad/lazy.py")), str(Path("patchgrad/ops/binding.py")))
CALLERS = ("session/step.py", "layergraph/build.py", "layergraph/kind")
"""What calls layers and losses for others, and does nothing else in a step."""
AGAIN: dict[CodeType, int | None] = {
    norm._move.__code__: 0,  # pyright: ignore[reportPrivateUsage]
    count_up.__code__: 0,
    dropout._kept.__code__: None,  # pyright: ignore[reportPrivateUsage]
}
"""Functions that are called again in each step, and which argument they write."""
CONSTANT = {
    zeros_as.__code__,
    attention._causal.__code__,  # pyright: ignore[reportPrivateUsage]
    worlds.first_cotangent.__code__,
}
"""What these make depends on shapes and settings alone."""
CONSTANT_FILES = {filled.__file__, ranges.__file__}
FACTS = {"shape", "dtype", "size", "ndim", "flags", "strides", "MetaArray", "itemsize", "nbytes"}
"""What is asked of an array, or beside it, where its values do not matter."""
SAFE = {"_flat_index", "into", "_entry"}
"""Functions of this package that read values without harm: what they make is seen when it is used, or written."""
PURE = (
    len, isinstance, issubclass, abs, min, max, sum, sorted, iter, next, divmod, round, callable, all, any, hasattr,
)  # fmt: skip
CONTAINERS = (str, tuple, list, dict, set, frozenset, int, float, bytes)
KEEPS = {"STORE_GLOBAL", "DELETE_GLOBAL", "STORE_ATTR", "DELETE_ATTR", "IMPORT_NAME", "IMPORT_FROM"}
LOOKS = {"data", "grad", "grad_fn", "node", "__dict__"}


class Looking:
    """Sees the calls of one recorded step, and tells a recording and the guards."""

    def __init__(self, recording: Recording, guards: Guards) -> None:
        self._recording = recording
        self._guards = guards
        self._end: Callable[[Any], None] | None = None
        self._frame: FrameType | None = None
        self._made: dict[int, tuple[Any, CodeType]] = {}
        self._read: set[CodeType] = set()
        recording.maker_of = self._maker_of

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See what this thread calls inside the block; the collector of garbage, which calls others' code, waits."""
        collects = gc.isenabled()
        gc.disable()
        sys.setprofile(self._profile)
        try:
            yield
        finally:
            sys.setprofile(None)
            if collects:
                gc.enable()

    def _profile(self, frame: FrameType, event: str, argument: Any) -> None:
        if self._frame is not None:
            if event == "return" and frame is self._frame:
                self._over(argument)
            return
        if self._recording.doubt:
            return
        if event == "call":
            self._called(frame, frame.f_code)
        elif event == "return" and frame.f_code is _ACCUMULATE:
            self._recording.end_pass()
        elif event == "c_call" and not _ours(frame.f_code) and not _library(frame.f_code):
            self._built_in(argument)

    def _as_one(self, frame: FrameType, end: Callable[[Any], None]) -> None:
        """What happens until this frame returns is noted as a whole."""
        self._frame, self._end = frame, end
        self._recording.muted = True

    def _over(self, result: Any) -> None:
        end, self._frame, self._end = self._end, None, None
        self._recording.muted = False
        if end is not None:
            end(result)

    def _called(self, frame: FrameType, code: CodeType) -> None:
        name = code.co_name
        if code.co_filename.startswith(HERE) or _imports(code):
            self._frame = frame  # the recording's own work, or a first use
        elif code is _INIT:
            self._note_made(frame)
        elif name in ("zero_grad", "step") and _updates(code, frame):
            self._act(frame, name)
        elif _library(code):
            caller = frame.f_back
            if caller is not None and not _ours(caller.f_code) and not _library(caller.f_code):
                self._recording.fail(f"the step calls {name}() of {Path(code.co_filename).stem}")
        elif not _ours(code):
            self._read_users(frame, code)
        elif code in AGAIN:
            self._again(frame, code)
        elif code is _ACCUMULATE:
            self._backward(frame)
        elif code in CONSTANT:
            self._as_one(frame, self._constant)
        elif code is _SETATTR:
            self._recording.fail(f"the step assigns {type(frame.f_locals['self']).__name__}.{frame.f_locals['name']}")
        else:
            why = _suspect(code)
            if why:
                self._recording.fail(why)

    def _again(self, frame: FrameType, code: CodeType) -> None:
        function = _function_of(code)
        arguments = [frame.f_locals[name] for name in code.co_varnames[: code.co_argcount]]
        place = AGAIN[code]
        if place is not None and arguments[place] is None:
            return
        step = self._recording.again(function, arguments, None if place is None else arguments[place])
        self._as_one(frame, lambda result: self._recording.gave(step, result))

    def _constant(self, result: Any) -> None:
        if isinstance(result, Tensor):
            self._made[id(result.data)] = (weakref.ref(result.data), _CONSTANT)

    def _backward(self, frame: FrameType) -> None:
        given = frame.f_locals
        if given["create_graph"] or given["inputs"] is not None:
            return self._recording.fail("gradients are to be differentiated again, or are those of chosen tensors")
        for tensor in given["cotangents"]:
            self._recording.source_of(tensor)

    def _act(self, frame: FrameType, name: str) -> None:
        owner, given = frame.f_locals["self"], frame.f_locals
        if name == "step":
            if given.get("closure") is not None:
                return self._recording.fail("an optimizer is given a closure")
            self._recording.act(owner.step, [], final=True)
        else:
            self._recording.act(owner.zero_grad, [given["set_to_none"]], final=False)
        self._as_one(frame, lambda result: None)

    def _note_made(self, frame: FrameType) -> None:
        data, caller = frame.f_locals["data"], frame.f_back
        if caller is not None and type(data) in BY_TYPE:
            self._made[id(data)] = (weakref.ref(data), caller.f_code)

    def _maker_of(self, array: Any) -> str | None:
        """Who made a tensor of this array in the step; None where it was there before, empty for a constant."""
        found = self._made.get(id(array))
        if found is None or found[0]() is not array:
            return None
        code = found[1]
        if code is _CONSTANT or code in CONSTANT or code.co_filename in CONSTANT_FILES:
            return ""
        return code.co_qualname if hasattr(code, "co_qualname") else code.co_name

    # Code of other people

    def _built_in(self, function: Any) -> None:
        owner = getattr(function, "__self__", None)
        if any(function is pure for pure in PURE):
            return
        if isinstance(owner, ModuleType) and owner.__name__ == "math":
            return
        if isinstance(owner, (*CONTAINERS, type)):
            return
        self._recording.fail(f"the step calls {getattr(function, '__qualname__', function)}()")

    def _read_users(self, frame: FrameType, code: CodeType) -> None:
        if code in self._read:
            return
        self._read.add(code)
        why = _keeps(code)
        if why:
            return self._recording.fail(why)
        first = frame.f_locals.get(code.co_varnames[0]) if code.co_varnames else None
        why = self._guards.read(code, frame.f_globals, frame.f_locals, first)
        if why:
            self._recording.fail(why)


@cache
def _ours(code: CodeType) -> bool:
    return code.co_filename.startswith(HOME)


@cache
def _imports(code: CodeType) -> bool:
    """Does this bring in a module, or a name of this package's that is used for the first time?"""
    return code.co_name == "_find_and_load" or code.co_filename.endswith(FIRST_USES)


@cache
def _library(code: CodeType) -> bool:
    """Is this NumPy's, or Python's own?"""
    return code.co_filename.startswith(LIBRARIES) and "site-packages" not in code.co_filename.removeprefix(LIBRARIES[0])


@cache
def _suspect(code: CodeType) -> str:
    """Why a function of this package may not be part of a step; empty where it may."""
    path = code.co_filename[len(HOME) + 1 :]
    room = path.partition("/")[0]
    if path.startswith(CALLERS):
        return ""
    if room not in ROOMS or path.startswith(OUTSIDE):
        return f"the step calls {code.co_name}() of patchgrad's {path.removesuffix('.py')}"
    if code.co_name in ("train", "_register", "register_hook", "retain_grad", "to_host"):
        return "the step looks at a value" if code.co_name == "to_host" else f"the step calls {code.co_name}()"
    if (room in ("ops", "nn") or path == "tensor/views.py") and _moves(code):
        return f"{code.co_name}() gives a tensor other memory"
    looks = room in ("ops", "nn") and code.co_name not in SAFE and _reads_values(code)
    if not looks:
        return ""
    return "the step looks at a value" if code.co_name.startswith("_") else f"{code.co_name}() looks at values"


def _moves(code: CodeType) -> bool:
    """Does this code put another array in a tensor?"""
    return any(step.opname == "STORE_ATTR" and step.argval == "data" for step in dis.get_instructions(code))


def _reads_values(code: CodeType) -> bool:
    """Does this code take the array of a tensor for more than its form?"""
    steps = [step for step in dis.get_instructions(code) if step.opname not in ("CACHE", "PRECALL", "EXTENDED_ARG")]
    for step, after in pairwise(steps):
        if step.opname == "LOAD_ATTR" and step.argval == "data" and after.argval not in FACTS:
            return True
    return False


@cache
def _keeps(code: CodeType) -> str:
    """Why running this code can be seen from outside, or looks at values; empty where neither."""
    for step in dis.get_instructions(code):
        if step.opname in KEEPS:
            return f"{code.co_name}() {'imports' if 'IMPORT' in step.opname else 'sets'} {step.argval}"
        if step.opname in ("STORE_DEREF", "DELETE_DEREF") and step.argval in code.co_freevars:
            return f"{code.co_name}() sets {step.argval}"
        if step.opname in ("LOAD_ATTR", "LOAD_METHOD") and step.argval in LOOKS:
            return f"{code.co_name}() reads .{step.argval}"
    return ""


def _updates(code: CodeType, frame: FrameType) -> bool:
    """Is this an optimizer at work, or are gradients forgotten?"""
    return code is _ZERO_GRAD or isinstance(frame.f_locals.get("self"), Optimizer)


def _function_of(code: CodeType) -> Any:
    return _FUNCTIONS[code]


def _constant() -> None: ...


_CONSTANT = _constant.__code__
_INIT = Tensor.__init__.__code__
_ZERO_GRAD = Module.zero_grad.__code__
_SETATTR = Module.__setattr__.__code__
_ACCUMULATE = worlds.accumulate.__code__
_FUNCTIONS: dict[CodeType, Any] = {
    function.__code__: function
    for function in (norm._move, count_up, dropout._kept)  # pyright: ignore[reportPrivateUsage]
}
