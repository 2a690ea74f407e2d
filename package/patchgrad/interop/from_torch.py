"""``from_torch``: a tensor or a module of PyTorch as one of patchgrad."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from patchgrad import nn
from patchgrad.errors import ArgumentError, GraphError
from patchgrad.interop import words
from patchgrad.interop.fx_tracing import given_names, look
from patchgrad.interop.opened import opened
from patchgrad.interop.program import Program, merged
from patchgrad.interop.torch_tensors import from_torch_tensor
from patchgrad.interop.traced import Traced
from patchgrad.interop.twins import rebuilt_layer
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor

CONTAINERS = ("Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict")


def from_torch(source: Any, *example: Any) -> Any:
    """What ``source`` is in PyTorch, here.

    A tensor shares its memory with the source, and requires a gradient if the source does. A module becomes one with
    the same classes of layers, arguments, names and values of parameters and buffers; what a ``forward`` of the user's
    own does is followed by PyTorch's tracer and done here with the functions of the same names.

    Parameters
        source   a tensor or module
        example  tensors of PyTorch for ``forward``: needed where the model decides by shapes or values. What was
        decided
                 is checked at every call
    Errors
        GraphError     names each call that has no counterpart, with its place in the code.
        ArgumentError  for anything but a tensor or module.
    """
    import torch

    if isinstance(source, torch.Tensor):
        return from_torch_tensor(source)
    if not isinstance(source, torch.nn.Module):
        raise ArgumentError(
            "from_torch takes a tensor or a module of PyTorch",
            got=type(source).__name__,
            want="torch.Tensor or torch.nn.Module",
            hint="pg.load(path) reads files",
        )
    return _Taking().module(source, example or None, "")


class _Taking:
    """One model on its way. Modules and parameters that are shared stay shared."""

    def __init__(self) -> None:
        self._modules: dict[int, Module] = {}
        self._opened: set[int] = set()
        """Modules of which another one called a method that is not ``forward``: the calls stand in its program."""
        self._tensors: dict[int, Tensor] = {}
        self._given: dict[int, set[str]] = {}
        """Names of the arguments with which modules are called by others."""

    def module(self, source: Any, example: tuple[Any, ...] | None, place: str) -> Any:
        """The module of patchgrad for ``source``, which stands at ``place`` in the model."""
        if id(source) not in self._modules:
            made = self._made(source, example, place)
            made.__dict__["training"] = source.training
            self._modules[id(source)] = made
        return self._modules[id(source)]

    def _made(self, source: Any, example: tuple[Any, ...] | None, place: str) -> Any:
        name = type(source).__name__
        if type(source).__module__.startswith("torch.nn.modules") and name != "Module":
            if name in CONTAINERS:
                return self._container(source, getattr(nn, name)(), place)
            if hasattr(nn, name):
                return self._twin(source, getattr(nn, name), place)
            if not list(source.children()) and not hasattr(nn, name) and _plain_forward(source):
                return self._followed(source, example, place)
            raise GraphError(f"patchgrad has no {name}", got=f"{name} at {place or 'the top'}", where=place)
        return self._followed(source, example, place)

    def _container(self, source: Any, made: Any, place: str) -> Any:
        for name, child in source._modules.items():
            made.register_module(name, None if child is None else self.module(child, None, _below(place, name)))
        for name, value in source._parameters.items():
            made.register_parameter(name, self.tensor(value))
        return made

    def _twin(self, source: Any, kind: type, place: str) -> Any:
        try:
            made = rebuilt_layer(source, kind, lambda value: self._argument(value, place))
        except GraphError as error:
            error.within(place)
            raise
        if hasattr(made, "layers"):
            for at, layer in enumerate(source.layers):
                made.layers[at] = self.module(layer, None, _below(place, f"layers.{at}"))
        for path, part in source.named_modules(remove_duplicate=False):
            twin = made.get_submodule(path)
            twin.__dict__["training"] = part.training
            self._adopt(twin, part, _below(place, path))
        return made

    def _argument(self, value: Any, place: str) -> Any:
        import torch

        if isinstance(value, torch.Tensor):
            return Tensor(from_torch_tensor(value).data)
        if isinstance(value, torch.nn.Module):
            return self.module(value, None, place)
        found = words.words_for(value)
        if found is value:
            raise GraphError("a function that a layer was made with has no counterpart", got=repr(value))
        return words.here(found)

    def _adopt(self, made: Any, source: Any, place: str) -> None:
        """Put copies of the values of ``source`` itself into ``made``; their names must be the same."""
        own = {**source._parameters, **source._buffers}
        for name, value in own.items():
            if value is None:
                if getattr(made, name, None) is not None:
                    setattr(made, name, None)
                continue
            there = getattr(made, name, None)
            if there is None or tuple(there.shape) != tuple(value.shape):
                raise GraphError(
                    f"{type(source).__name__} keeps {name!r}, which its twin here does not",
                    got=f"{name} {tuple(value.shape)}",
                    want="parameters of the same names and shapes",
                    where=place,
                )
            setattr(made, name, self.tensor(value))
        left = [
            name
            for name in {**made._parameters, **made._buffers}
            if name not in own and getattr(made, name) is not None
        ]
        if left:
            raise GraphError(f"the twin of {type(source).__name__} keeps more", got=", ".join(left), where=place)

    def tensor(self, value: Any) -> Any:
        """A copy of a parameter or buffer, the same one each time."""
        import torch

        if value is None:
            return None
        if id(value) not in self._tensors:
            copied = Tensor(from_torch_tensor(value.detach().clone()).data)
            is_parameter = isinstance(value, torch.nn.Parameter)
            self._tensors[id(value)] = Parameter(copied, value.requires_grad) if is_parameter else copied
        return self._tensors[id(value)]

    def _followed(self, source: Any, example: tuple[Any, ...] | None, place: str) -> Traced:
        """A module with a ``forward`` of its own."""

        follow = _has_forward(source) and id(source) not in self._opened
        given = self._given.get(id(source), set()) | given_names(source, len(example or ()), ())
        looked = [look(source, example, given, place, mode) for mode in (True, False)] if follow else []
        for entry in looked:
            self._note(source, entry.program)
        programs: list[Program | None] = [entry.program for entry in looked] or [None, None]
        both = merged(looked[0].program, looked[1].program) if looked else None
        layers: dict[str, Module] = {}
        if both:
            programs[0], layers = opened(both, set(dir(source)))
            programs[1] = programs[0]
        made = Traced(type(source).__name__, *programs)
        for name, value in source._parameters.items():
            made.register_parameter(name, self.tensor(value))
        for name, value in source._buffers.items():
            made.register_buffer(name, self.tensor(value), name not in source._non_persistent_buffers_set)
        calls = looked[0].calls if looked else {}
        for name, child in source._modules.items():
            made.register_module(name, None if child is None else self._child(child, calls, name, place))
        for name, layer in layers.items():
            made.register_module(name, layer.train(source.training))
        for entry in looked:
            for name, value in entry.constants.items():
                made.register_buffer(name, value, persistent=False)
        return made

    def _note(self, source: Any, program: Program) -> None:
        """Remember with which arguments a program calls what is below it."""
        self._opened |= set(_opened(source, program))
        for step in program.steps:
            if step.kind == "module":
                called = source.get_submodule(step.target)
                names = given_names(called, len(step.args), step.kwargs)
                self._given[id(called)] = self._given.get(id(called), set()) | names

    def _child(self, child: Any, calls: dict[str, Any], name: str, place: str) -> Module:
        """A child, and the children of containers, with what they were called with in the example."""
        for path, part in child.named_modules():
            given = calls.get(_below(name, path))
            if given is not None:
                self.module(part, given, _below(_below(place, name), path))
        return self.module(child, None, _below(place, name))


def _opened(source: Any, program: Program) -> Iterator[int]:
    """Modules around those that a program calls or reads which it does not call themselves."""
    called = {step.target for step in program.steps if step.kind == "module"}
    for step in program.steps:
        if step.kind in ("module", "attribute"):
            path = step.target.rpartition(".")[0]
            while path and path not in called:
                yield id(source.get_submodule(path))
                path = path.rpartition(".")[0]


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place and name else place or name


def _has_forward(source: Any) -> bool:
    import torch

    return type(source).forward is not torch.nn.Module.forward


def _plain_forward(source: Any) -> bool:
    """Layers of PyTorch without a twin here whose ``forward`` is made of functions that are."""
    return _has_forward(source)
