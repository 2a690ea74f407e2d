"""cuDNN through its graphs: a plan for each signature, made once, with an engine that always gives the same bits.

Needs the extra ``cudnn`` (or ``cudnn12``): NVIDIA's frontend, and cuDNN itself. Without them `find_cudnn` gives None.
Where cuDNN has no engine for a graph, `CuDNN.run` says so, and whoever asked runs a kernel of patchgrad's own. Not yet
run on a GPU.

Source: NVIDIA, cuDNN frontend, https://docs.nvidia.com/deeplearning/cudnn/frontend/latest
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy

TYPES = {"float32": "FLOAT", "float16": "HALF", "bfloat16": "BFLOAT16"}
"""cuDNN's names. It has no engines for float64."""
Build = Callable[..., dict[str, Any]]
"""``build(graph, tensors, **settings)``: adds the ops to a graph, gives its outputs by name."""


@dataclass(frozen=True)
class Spec:
    """What a plan depends on, of one array; strides in elements. ``host``: a number that the host hands over."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: str
    host: bool = False

    @classmethod
    def of(cls, array: Any) -> Spec:
        size = array.dtype.itemsize
        strides = tuple(step // size for step in array.strides)
        return cls(tuple(array.shape), strides, array.dtype.name, type(array) is numpy.ndarray)


@dataclass(frozen=True)
class Plan:
    """A graph with the engine that runs it, its tensors by name, and the bytes that it needs beside them."""

    graph: Any
    tensors: dict[str, Any]
    workspace: int


Specs = dict[str, Spec]


def find_cudnn(cupy: Any) -> CuDNN | None:
    """cuDNN, where it and its frontend are installed."""
    try:
        cudnn = import_module("cudnn")
        cudnn.backend_version()
    except (ImportError, RuntimeError, OSError):
        return None
    return CuDNN(cudnn, cupy)


class Handles(threading.local):
    """cuDNN's handles of a thread: one must not be used by two at once."""

    def __init__(self) -> None:
        self.by_device: dict[int, Any] = {}


class CuDNN:
    """Plans by signature, and handles by thread and device. ``declined`` says for which there are none, and why."""

    def __init__(self, cudnn: Any, cupy: Any) -> None:
        self._cudnn = cudnn
        self._cupy = cupy
        self._plans: dict[Any, Plan | None] = {}
        self._handles = Handles()
        self.declined: dict[Any, str] = {}

    def run(self, build: Build, inputs: dict[str, Any], outputs: dict[str, Any], **settings: Any) -> bool:
        """Fill the ``outputs``; False, and nothing done, where cuDNN has no engine for this."""
        device = self._cupy.cuda.runtime.getDevice()
        given, made = ({name: Spec.of(array) for name, array in arrays.items()} for arrays in (inputs, outputs))
        key = (build, device, *given.items(), *made.items(), *settings.items())
        if key not in self._plans:
            self._plans[key] = self._plan_or_why(key, build, given, made, settings)
        plan = self._plans[key]
        if plan is not None:
            self._execute(plan, inputs | outputs, device)
        return plan is not None

    def _plan_or_why(self, key: Any, build: Build, given: Specs, made: Specs, settings: dict[str, Any]) -> Plan | None:
        try:
            return self.plan(build, given, made, settings, handle=self._handle(key[1]))
        except (self._cudnn.cudnnGraphNotSupportedError, RuntimeError) as error:
            self.declined[key] = str(error)
            return None

    def _execute(self, plan: Plan, arrays: dict[str, Any], device: int) -> None:
        handle = self._handle(device)
        self._cudnn.set_stream(handle=handle, stream=self._cupy.cuda.get_current_stream().ptr)
        room = self._cupy.empty(max(plan.workspace, 1), dtype="uint8")
        pointers = {plan.tensors[name]: _pointer(array) for name, array in arrays.items()}
        plan.graph.execute(pointers, room.data.ptr, handle=handle)

    def _handle(self, device: int) -> Any:
        handles = self._handles.by_device
        if device not in handles:
            handles[device] = self._cudnn.create_handle()
        return handles[device]

    def plan(self, build: Build, given: Specs, made: Specs, settings: dict[str, Any], **where: Any) -> Plan:
        """A plan for a device: that of a ``handle``, or one that is only described (``device_property``)."""
        graph, tensors = self.graph(build, given, made, settings, **where)
        graph.build_operation_graph()
        graph.create_execution_plans([self._cudnn.heur_mode.A, self._cudnn.heur_mode.FALLBACK])
        graph.deselect_numeric_notes(self._unwanted(given))
        graph.check_support()
        graph.build_plans()
        return Plan(graph, tensors, graph.get_workspace_size())

    def graph(self, build: Build, given: Specs, made: Specs, settings: dict[str, Any], **where: Any) -> Any:
        """The graph, whose shapes and dtypes fit together, and its tensors by name. Needs no device."""
        single = self._cudnn.data_type.FLOAT
        graph = self._cudnn.pygraph(
            io_data_type=single, intermediate_data_type=single, compute_data_type=single, **where
        )
        tensors = {name: graph.tensor(name=name, **self._described(spec)) for name, spec in given.items()}
        found = build(graph, tensors, **settings)
        for name, tensor in found.items():
            spec = self._described(made[name])
            tensor.set_output(True).set_dim(spec["dim"]).set_stride(spec["stride"]).set_data_type(spec["data_type"])
        graph.validate()
        return graph, tensors | found

    def _described(self, spec: Spec) -> dict[str, Any]:
        kind = getattr(self._cudnn.data_type, TYPES[spec.dtype])
        found = {"dim": list(spec.shape), "stride": list(spec.strides), "data_type": kind}
        return {**found, "is_pass_by_value": True} if spec.host else found

    def _unwanted(self, given: Specs) -> list[Any]:
        """Engines whose sums come in any order, or that compute with fewer digits than patchgrad does elsewhere."""
        notes = self._cudnn.numerical_note
        unwanted = [notes.NONDETERMINISTIC, notes.REDUCED_PRECISION_REDUCTION, notes.DOWN_CONVERT_INPUTS]
        full = next(iter(given.values())).dtype == "float32"
        return [*unwanted, notes.TENSOR_CORE] if full else unwanted  # on float32 they compute in TF32


def _pointer(array: Any) -> int:
    return array.ctypes.data if type(array) is numpy.ndarray else array.data.ptr


def takes(*arrays: Any) -> bool:
    """Does cuDNN know the dtype of these arrays (one for all), and have they elements?"""
    kinds = {array.dtype.name for array in arrays if array is not None}
    return len(kinds) == 1 and kinds <= TYPES.keys() and all(array is None or array.size for array in arrays)
