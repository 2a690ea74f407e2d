"""``to_torch``: a tensor or a module of patchgrad as one of PyTorch."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from patchgrad.errors import ArgumentError, GraphError
from patchgrad.interop.torch_tensors import to_torch_tensor
from patchgrad.interop.traced import Traced
from patchgrad.interop.twins import rebuilt_layer
from patchgrad.layergraph.build import GraphModule
from patchgrad.nn.containers import Sequential
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor

CONTAINERS = ("Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict")


def to_torch(source: Any, *example: Tensor) -> Any:
    """What ``source`` is here, in PyTorch.

    A tensor shares its memory where PyTorch can have it so, and requires a gradient if the source does. A module
    becomes one with the same classes of layers, arguments, names and values of parameters and buffers. What came from
    PyTorch by `from_torch` does there what it did before. A module with a ``forward`` of its own becomes the class that
    `torch_source` writes of its layer graph, under the names that it has here.

    Parameters
        source   a tensor or module
        example  a batch for ``forward``: needed for a module with a ``forward`` of its own
    Errors
        GraphError     names a layer that PyTorch has not, and what a layer graph cannot show.
        ArgumentError  for anything but a tensor or module, and where an example is needed.
    """
    if isinstance(source, Module):
        giving = Giving()
        if not (own := _written(source)):
            return giving.module(source, "")
        if example:
            graphs: Any = import_module("patchgrad.interop.torch_graph")
            return graphs.from_graph(source, example, giving)
        raise ArgumentError(
            f"to_torch needs an example to see what {type(own).__name__} does",
            got=f"a forward method in {type(own).__module__}",
            hint="to_torch(model, x) with a batch x",
        )
    if isinstance(source, Tensor):
        return to_torch_tensor(source)
    raise ArgumentError("to_torch takes a tensor or a module of patchgrad", got=type(source).__name__)


def _written(source: Module) -> Module | None:
    """A module in ``source`` whose ``forward`` somebody wrote: neither a layer of ours nor what came from PyTorch."""
    for part in source.modules():
        ours = type(part).__module__.startswith("patchgrad.")
        if isinstance(part, GraphModule):
            return part
        if not ours and not (type(part).forward is Sequential.forward and isinstance(part, Sequential)):
            return part
    return None


class Giving:
    """One model on its way. Modules and parameters that are shared stay shared."""

    def __init__(self) -> None:
        self._modules: dict[int, Any] = {}
        self._tensors: dict[int, Any] = {}

    def module(self, source: Any, place: str) -> Any:
        """The module of PyTorch for ``source``, which stands at ``place`` in the model."""
        if id(source) not in self._modules:
            self._modules[id(source)] = self._made(source, place)
        return self._modules[id(source)]

    def _made(self, source: Any, place: str) -> Any:
        import torch

        kind: Any = next((entry for entry in type(source).__mro__ if entry.__name__ in CONTAINERS), type(source))
        if isinstance(source, Traced):
            programs: Any = import_module("patchgrad.interop.torch_program")
            return self._holding(
                source, programs.Programmed(source.source, source.training_program, source.evaluation_program), place
            )
        if kind.__name__ in CONTAINERS:
            return self._holding(source, getattr(torch.nn, kind.__name__)(), place)
        return self._twin(source, place)

    def _holding(self, source: Any, made: Any, place: str) -> Any:
        """``made`` with what ``source`` holds, under the same names."""
        for name, value in source._parameters.items():
            made.register_parameter(name, self.tensor(value))
        for name, value in source._buffers.items():
            made.register_buffer(name, self.tensor(value), name not in source._passing_buffers)
        for name, child in source._modules.items():
            made.add_module(name, None if child is None else self.module(child, f"{place}.{name}" if place else name))
        made.training = source.training
        return made

    def _twin(self, source: Any, place: str) -> Any:
        kind = twin_of(type(source).__name__)
        if kind is None:
            raise GraphError(f"PyTorch has no {type(source).__name__}", got=place or "the model itself", where=place)
        try:
            made = rebuilt_layer(source, kind, lambda value: self.argument(value, place))
        except GraphError as error:
            error.where = error.where or place
            raise
        self.adopt(made, source, place)
        return made

    def closed(self, origin: Any, place: str) -> Any:
        """The module of PyTorch for one whose inside a layer graph does not show."""
        if _written(origin.module):
            raise GraphError(
                f"to_torch cannot see what {type(origin.module).__name__} does",
                got=origin.reason,
                want="layers and operations that a layer graph knows",
                where=place,
            )
        return self.module(origin.module, place)

    def adopt(self, made: Any, source: Any, place: str) -> None:
        """Put copies of the values of ``source`` and all below it into ``made``, whose names must be the same."""
        for path, part in source.named_modules(remove_duplicate=False):
            twin = made.get_submodule(path)
            twin.training = part.training
            for name, value in {**part._parameters, **part._buffers}.items():
                store = twin._parameters if name in twin._parameters else twin._buffers
                if value is not None and name not in store:
                    raise GraphError(
                        f"{type(source).__name__} keeps {name!r}, which its twin in PyTorch does not", where=place
                    )
                if name in store:
                    store[name] = self.tensor(value)

    def tensor(self, value: Any) -> Any:
        """A copy of a parameter or buffer, the same one each time."""
        if value is None:
            return None
        if id(value) not in self._tensors:
            import torch

            copied = to_torch_tensor(value.detach().clone())
            parameter = torch.nn.Parameter(copied, requires_grad=value.requires_grad)
            self._tensors[id(value)] = parameter if type(value).__name__ == "Parameter" else copied
        return self._tensors[id(value)]

    def argument(self, value: Any, place: str) -> Any:
        """Something that a layer was made with, in PyTorch."""
        import torch

        if isinstance(value, Tensor):
            return to_torch_tensor(value.detach())
        if isinstance(value, Module):
            return self.module(value, place)
        found = getattr(torch.nn.functional, getattr(value, "__name__", ""), None)
        if found is None:
            raise GraphError("a function that a layer was made with has no counterpart", got=repr(value), where=place)
        return found


def twin_of(name: str) -> Any:
    """The class of PyTorch for a layer of this name, or ours that is written with PyTorch; None if there is none."""
    import torch

    own: Any = import_module("patchgrad.interop.torch_layers")
    return getattr(torch.nn, name, None) or getattr(own, name, None)
