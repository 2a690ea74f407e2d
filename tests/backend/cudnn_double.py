"""A double of cuDNN's frontend: graphs of convolutions, computed by the plain forwards on the double of CuPy.

It shows that graphs are asked for, kept and run with the right arrays. What cuDNN itself says to these graphs is in
``test_cudnn.py``, where it is installed.
"""

from __future__ import annotations

import ctypes
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy

from patchgrad.autograd.op import find
from patchgrad.backend import cpu, get_backend


class NotSupported(Exception):
    """cuDNN has no engine for this."""


class Tensor:
    """A tensor of a graph; ``compute`` gives its values from those of the inputs."""

    def __init__(self, spec: dict[str, Any], compute: Any = None) -> None:
        self.spec, self.compute = spec, compute

    def set_output(self, value: bool) -> Tensor:
        self.spec["output"] = value
        return self

    def set_dim(self, dim: list[int]) -> Tensor:
        self.spec["dim"] = dim
        return self

    def set_stride(self, stride: list[int]) -> Tensor:
        self.spec["stride"] = stride
        return self

    def set_data_type(self, kind: str) -> Tensor:
        self.spec["data_type"] = kind
        return self


def _attrs(image: Any, weight: Any, pre_padding: Any, post_padding: Any, stride: Any, dilation: Any) -> dict[str, Any]:
    padding = tuple(zip(pre_padding, post_padding, strict=True))
    return {"stride": tuple(stride), "padding": padding, "dilation": tuple(dilation), "groups": image // weight}


class Graph:
    """Convolutions, and a bias."""

    built = 0

    def __init__(self, **where: Any) -> None:
        self.where = where
        self.notes: list[str] = []

    def tensor(self, name: str, **spec: Any) -> Tensor:
        return Tensor(spec)

    def _run(self, op: str, *inputs: Any, **attrs: Any) -> Tensor:
        def compute(values: Any) -> Any:
            found = [None if entry is None else _values(entry, values).astype("float32") for entry in inputs]
            return find(op).forward(cpu.xp, *found, **attrs)

        return Tensor({}, compute)

    def conv_fprop(self, image: Tensor, weight: Tensor, **settings: Any) -> Tensor:
        attrs = _attrs(image.spec["dim"][1], weight.spec["dim"][1], **settings)
        return self._run("conv2d", image, weight, None, **attrs)

    def bias(self, input: Tensor, bias: Tensor) -> Tensor:
        return Tensor({}, lambda values: _values(input, values) + _values(bias, values).astype("float32"))

    def conv_dgrad(self, loss: Tensor, filter: Tensor, **settings: Any) -> Tensor:
        out = Tensor({})

        def compute(values: Any) -> Any:
            dim = out.spec["dim"]
            attrs = _attrs(dim[1], filter.spec["dim"][1], **settings)
            return _values(self._run("conv2d_input", loss, filter, size=tuple(dim[2:]), **attrs), values)

        out.compute = compute
        return out

    def conv_wgrad(self, image: Tensor, loss: Tensor, **settings: Any) -> Tensor:
        out = Tensor({})

        def compute(values: Any) -> Any:
            dim = out.spec["dim"]
            attrs = _attrs(image.spec["dim"][1], dim[1], **settings)
            return _values(self._run("conv2d_weight", image, loss, kernel=tuple(dim[2:]), **attrs), values)

        out.compute = compute
        return out

    def validate(self) -> None: ...

    def build_operation_graph(self) -> None: ...

    def create_execution_plans(self, modes: list[str]) -> None: ...

    def deselect_numeric_notes(self, notes: list[str]) -> None:
        self.notes = notes

    def check_support(self) -> None:
        if self.where["handle"].refuses:
            raise NotSupported("no engine")

    def build_plans(self) -> None:
        Graph.built += 1

    def get_workspace_size(self) -> int:
        return 64

    def execute(self, pointers: dict[Tensor, int], workspace: int, handle: Any) -> None:
        assert workspace
        assert handle is self.where["handle"]
        arrays = {tensor: _array(tensor, pointer) for tensor, pointer in pointers.items()}
        for tensor, array in arrays.items():
            if tensor.spec.get("output"):
                array[...] = tensor.compute(arrays)


def _values(tensor: Tensor, values: Any) -> Any:
    return values[tensor] if tensor in values else tensor.compute(values)


def _array(tensor: Tensor, pointer: int) -> Any:
    kind = get_backend("cpu").asarray(0, dtype=tensor.spec["data_type"]).dtype
    size = int(numpy.prod(tensor.spec["dim"])) * kind.itemsize
    memory = (ctypes.c_byte * size).from_address(pointer)
    return numpy.frombuffer(memory, dtype=kind).reshape(tensor.spec["dim"])


def module(refuses: bool = False) -> ModuleType:
    """What ``import cudnn`` would give."""
    made: Any = ModuleType("cudnn")
    made.backend_version = lambda: 90000
    made.cudnnGraphNotSupportedError = NotSupported
    import ml_dtypes

    made.data_type = SimpleNamespace(FLOAT="float32", HALF="float16", BFLOAT16=ml_dtypes.bfloat16)
    made.heur_mode = SimpleNamespace(A="A", FALLBACK="FALLBACK")
    names = ("NONDETERMINISTIC", "REDUCED_PRECISION_REDUCTION", "DOWN_CONVERT_INPUTS", "TENSOR_CORE")
    made.numerical_note = SimpleNamespace(**{name: name for name in names})
    made.pygraph = Graph
    made.create_handle = lambda: SimpleNamespace(refuses=refuses)
    made.set_stream = lambda handle, stream: None
    return made
