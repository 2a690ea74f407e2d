"""A PyTorch module's ``forward`` as a program, by PyTorch's own tracer. Children are calls, looked at on their own."""

from __future__ import annotations

import copy
import inspect
import linecache
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from patchgrad.errors import GraphError
from patchgrad.interop import words
from patchgrad.interop.program import REQUIRED, Program, Ref, Step, Word, rebuilt
from patchgrad.tensor import Tensor

FACTORIES = ("arange", "empty", "eye", "full", "linspace", "ones", "rand", "randn", "tensor", "zeros")
"""Functions that PyTorch's tracer does not see when they are called with sizes it follows."""


class Looked:
    """What was found: the program, constants that ``forward`` made, and with what the children were called."""

    def __init__(self, program: Program, constants: dict[str, Tensor], calls: dict[str, tuple[Any, ...]]) -> None:
        self.program = program
        self.constants = constants
        self.calls = calls


def look(module: Any, example: tuple[Any, ...] | None, given: set[str], place: str, training: bool) -> Looked:
    """Run ``forward`` with PyTorch's tracer. Arguments that may be left out (None) are, unless they are ``given``.

    Errors
        GraphError  if it decides by values: the line is named, and that an example would help if none was given.
    """
    modes = [(part, part.training) for part in module.modules()]
    for part, _ in modes:
        part.training = training
    try:
        tracer = _tracer(module, example)
        with _factories(tracer):
            graph = tracer.trace(module, dict.fromkeys(left_out(module, given)))
    except GraphError:
        raise
    except Exception as error:
        raise _cannot_follow(module, error, place, example) from error
    finally:
        for part, mode in modes:
            part.training = mode
    return Looked(*_as_program(module, tracer, graph, given, place), tracer.calls)


def left_out(module: Any, given: set[str]) -> list[str]:
    """Arguments of ``forward`` that are None unless they are given."""
    found = inspect.signature(module.forward).parameters.values()
    return [entry.name for entry in found if entry.default is None and entry.name not in given]


def given_names(module: Any, count: int, named: Iterable[str]) -> set[str]:
    """Names of the arguments of a call with ``count`` values and some by name."""
    return {*list(inspect.signature(module.forward).parameters)[:count], *named}


def _tracer(module: Any, example: tuple[Any, ...] | None) -> Any:
    """PyTorch's tracer, which here also knows the values of an example, to answer what a decision was made on."""
    import torch

    fx: Any = import_module("torch.fx")

    class Followed(fx.Proxy):
        """A value that is followed. Asked for a number, it gives the example's and notes that this was decided on."""

        def __index__(self) -> int:
            return self.tracer.concrete(self, int)

        def __int__(self) -> int:
            return self.tracer.concrete(self, int)

        def __float__(self) -> float:
            return self.tracer.concrete(self, float)

        def __len__(self) -> int:
            return self.tracer.concrete_length(self)

    class Tracer(fx.Tracer):
        proxy_buffer_attributes = True

        def __init__(self) -> None:
            super().__init__()
            self.values: dict[Any, Any] = {}
            self.waiting = list(example or ())
            self.calls: dict[str, tuple[Any, ...]] = {}
            self.copied: Any = None if example is None else copy.deepcopy(module)
            self.computing = False

        def is_leaf_module(self, m: Any, module_qualified_name: str) -> bool:
            return True

        def create_node(self, *args: Any, **kwargs: Any) -> Any:
            node = super().create_node(*args, **kwargs)
            node.meta["line"] = _users_line()
            return node

        def proxy(self, node: Any) -> Any:
            return Followed(node, self)

        def create_proxy(self, kind: str, target: Any, args: Any, kwargs: Any, *rest: Any, **more: Any) -> Any:
            proxy = super().create_proxy(kind, target, args, kwargs, *rest, **more)
            if example is not None and kind != "output":
                self.computing = True
                with torch.no_grad(), torch.random.fork_rng(devices=[]):
                    self.values[proxy.node] = self.evaluate(kind, target, args, kwargs)
                self.computing = False
            return proxy

        def call_module(self, m: Any, forward: Any, args: Any, kwargs: Any) -> Any:
            return forward(*args, **kwargs) if self.computing else super().call_module(m, forward, args, kwargs)

        def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: Any) -> Any:
            return attr_val if self.computing else super().getattr(attr, attr_val, parameter_proxy_cache)

        def evaluate(self, kind: str, target: Any, args: Any, kwargs: Any) -> Any:
            args, kwargs = self.known(args), self.known(kwargs)
            if kind == "placeholder":
                return self.waiting.pop(0) if self.waiting else (args[0] if args else None)
            if kind == "call_function":
                return target(*args, **kwargs)
            if kind == "call_method":
                return getattr(args[0], target)(*args[1:], **kwargs)
            if kind == "call_module":
                self.calls.setdefault(target, args)
                return self.copied.get_submodule(target)(*args, **kwargs)
            owner, _, name = target.rpartition(".")
            return getattr(self.copied.get_submodule(owner), name)

        def known(self, data: Any) -> Any:
            return fx.node.map_aggregate(
                data, lambda entry: self.values[entry.node] if isinstance(entry, fx.Proxy) else entry
            )

        def concrete(self, proxy: Any, kind: type) -> Any:
            if proxy.node not in self.values:
                raise fx.proxy.TraceError(f"a value is asked for its {kind.__name__}")
            value = kind(self.values[proxy.node])
            self.create_proxy("call_function", words.expect, (proxy, value), {})
            return value

        def concrete_length(self, proxy: Any) -> int:
            if proxy.node not in self.values:
                raise fx.proxy.TraceError("a value is asked for its length")
            value = len(self.values[proxy.node])
            length = self.create_proxy("call_function", len, (proxy,), {})
            self.create_proxy("call_function", words.expect, (length, value), {})
            return value

        def to_bool(self, obj: Any) -> bool:
            return self.concrete(obj, bool)

        def iter(self, obj: Any) -> Iterator[Any]:
            if obj.node in self.values:
                return iter([obj[at] for at in range(self.concrete_length(obj))])
            return super().iter(obj)

    return Tracer()


@contextmanager
def _factories(tracer: Any) -> Iterator[None]:
    """Inside the block ``torch.arange`` and the like are followed when they are called with a followed size."""
    import torch

    fx: Any = import_module("torch.fx")

    originals = {name: getattr(torch, name) for name in FACTORIES}

    def followed(original: Callable[..., Any]) -> Callable[..., Any]:
        def make(*args: Any, **kwargs: Any) -> Any:
            seen: list[Any] = []
            fx.node.map_aggregate(
                (args, kwargs), lambda entry: seen.append(entry) if isinstance(entry, fx.Proxy) else None
            )
            return tracer.create_proxy("call_function", original, args, kwargs) if seen else original(*args, **kwargs)

        return make

    try:
        for name, original in originals.items():
            setattr(torch, name, followed(original))
        yield
    finally:
        for name, original in originals.items():
            setattr(torch, name, original)


def _cannot_follow(module: Any, error: Exception, place: str, example: Any) -> GraphError:
    name = type(module).__name__
    line = _line_of(error)
    return GraphError(
        f"what {name} does cannot be followed",
        got=f"{line + ': ' if line else ''}{str(error).splitlines()[0] if str(error) else type(error).__name__}",
        want="a forward method that does not decide by values",
        hint=f"from_torch({name.lower()}, example) with a batch as example answers what it decides on"
        if example is None
        else "",
        where=place,
    )


def _line_of(error: Exception) -> str:
    """The innermost line of the user's own code."""
    found, trace = "", error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if not name.startswith(("torch", "patchgrad")):
            found = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _as_program(module: Any, tracer: Any, graph: Any, given: set[str], place: str) -> tuple[Program, dict[str, Tensor]]:
    """The tracer's graph in words, and the constants that it made."""
    from patchgrad.interop.torch_tensors import from_torch_tensor

    inputs: list[tuple[str, Any]] = []
    steps: list[Step] = []
    constants: dict[str, Tensor] = {}
    unknown: list[str] = []
    output: Any = None
    for node in graph.nodes:
        args, kwargs = _words(node.args), _words(node.kwargs)
        if node.op == "placeholder":
            name = node.target.lstrip("*")
            inputs.append((name, args[0] if args and not (name in given and args[0] is None) else REQUIRED))
            steps += [] if node.name == inputs[-1][0] else [_renamed(node, inputs[-1][0])]
        elif node.op == "output":
            output = args[0]
        else:
            step = _step(node, args, kwargs)
            unknown += _problems(step)
            steps.append(step)
            if node.op == "get_attr" and node.target.startswith("_tensor_constant"):
                constants[node.target] = from_torch_tensor(getattr(tracer.root, node.target).clone())
    for name in constants:
        delattr(tracer.root, name)
    _refuse(module, unknown, place)
    return Program(tuple(inputs), steps, output), constants


def _renamed(node: Any, name: str) -> Step:
    """PyTorch's tracer calls an argument ``input`` by another name inside."""
    return Step("function", "patchgrad.same", (Ref(name),), {}, node.name)


KINDS = {"call_function": "function", "call_method": "method", "call_module": "module", "get_attr": "attribute"}


def _step(node: Any, args: Any, kwargs: Any) -> Step:
    target = node.target
    if node.op == "call_function":
        target = _own().get(target) or words.word_of(target) or _qualified(target)
    return Step(KINDS[node.op], target, args, kwargs, node.name, node.meta["line"])


def _own() -> dict[Any, str]:
    from torch.fx import _symbolic_trace

    return {words.expect: "patchgrad.expect", _symbolic_trace._assert_is_none: "patchgrad.expect_none"}


def _qualified(function: Any) -> str:
    return f"?{getattr(function, '__module__', None) or ''}.{getattr(function, '__name__', function)}"


def _users_line() -> str:
    """``models.py:31: y = x.frobnicate()``: the innermost line that runs and is no library's."""
    frame = sys._getframe(1)
    libraries = _libraries()
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(libraries):
            return f"{file}:{frame.f_lineno}: {linecache.getline(file, frame.f_lineno).strip()}"
        frame = frame.f_back
    return ""


def _libraries() -> tuple[str, ...]:
    """Where PyTorch and patchgrad stand: no code of the user's is there."""
    import torch

    return (f"{Path(torch.__file__).parent}{os.sep}", f"{Path(__file__).parents[1]}{os.sep}")


def _words(data: Any) -> Any:
    from torch import fx

    if isinstance(data, fx.Node):
        return Ref(data.name)
    if isinstance(data, (tuple, list, dict, slice)):
        plain = tuple(data) if isinstance(data, tuple) else list(data) if isinstance(data, list) else data
        return rebuilt(plain, _words)
    return words.words_for(data)


def _problems(step: Step) -> Iterator[str]:
    """What of the step has no counterpart here."""
    if step.kind in ("function", "method"):
        word = f"method.{step.target}" if step.kind == "method" else step.target
        name = f"{word.removeprefix('?')} at {step.where}" if step.where else word
        if words.meaning(word) is None:
            yield name
        yield from (f"{extra}= of {name}" for extra in words.unknown_arguments(word, step.args, step.kwargs))
    for entry in (*step.args, *step.kwargs.values()):
        if isinstance(entry, Word) and entry.kind == "dtype" and not words.known_dtype(entry):
            yield f"dtype {entry.name} at {step.where}"


def _refuse(module: Any, unknown: list[str], place: str) -> None:
    if unknown:
        raise GraphError(
            f"{type(module).__name__} does what patchgrad has no function for",
            got="; ".join(dict.fromkeys(unknown)),
            hint="replace it in the PyTorch module, or write this layer with patchgrad's functions",
            where=place,
        )
