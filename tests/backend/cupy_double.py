"""A double of CuPy on the CPU, for the Python paths that lead to a GPU: dispatch, moving, kernels, errors.

Its arrays are NumPy's under another type that refuses, as CuPy's do, to meet NumPy's arrays in one operation or to be
handed to NumPy's functions. Kernels run as their C++ twins. It does not show that CuPy's own functions take these
arguments and give these results, nor anything about memory, streams, speed or several GPUs.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy

import patchgrad.backend as rooms
from patchgrad.backend.kernels.cuda_language import ALL

from . import cuda_twin

GIVES_HOST = {"asnumpy"}
TAKES_HOST = {"asarray", "array", "add_at"}


waits: list[str] = []
"""What made the host wait for the GPU, in order: numbers that were read, and shapes that depend on numbers."""
WAITING = ("nonzero", "flatnonzero", "argwhere", "unique", "allclose", "array_equal")


def _waiting(name: str) -> Any:
    def read(self: Any, *args: Any) -> Any:
        waits.append(name)
        return getattr(self.view(numpy.ndarray), name)(*args)

    return read


class ndarray(numpy.ndarray):
    """An array "on the GPU"."""

    def __array_finalize__(self, other: Any) -> None:
        self._place = other._place if isinstance(other, ndarray) else _Device.current

    @property
    def device(self) -> Any:
        return SimpleNamespace(id=self._place)

    @property
    def data(self) -> Any:
        """Where it lies, as CuPy tells it."""
        return SimpleNamespace(ptr=self.view(numpy.ndarray).ctypes.data)

    __bool__, __int__, __float__, __complex__, __index__, item, tolist, nonzero = map(
        _waiting, ("__bool__", "__int__", "__float__", "__complex__", "__index__", "item", "tolist", "nonzero")
    )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        _refuse_host((*inputs, *(out or ())), ufunc.__name__)
        if out is not None:
            kwargs["out"] = tuple(_plain(entry) for entry in out)
        with numpy.errstate(all="ignore"):
            found = getattr(ufunc, method)(*map(_plain, inputs), **kwargs)
        return out[0] if out is not None else _ours(found)

    def __array_function__(self, function: Any, *_: Any) -> Any:
        raise TypeError(f"numpy.{function.__name__} was given an array of the GPU")

    def __getitem__(self, index: Any) -> Any:
        _count_masks(index)
        return _ours(_plain(self)[_index(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        _count_masks(index if getattr(value, "shape", ()) else ())
        _refuse_host((value,), "setitem")
        _plain(self)[_index(index)] = _plain(value)


def _count_masks(index: Any) -> None:
    """A mask among the indices: how much it picks is known on the GPU alone."""
    entries = index if isinstance(index, tuple) else (index,)
    waits.extend("mask" for entry in entries if isinstance(entry, ndarray) and entry.dtype == bool)


def _index(index: Any) -> Any:
    return tuple(map(_plain, index)) if isinstance(index, tuple) else _plain(index)


def _plain(value: Any) -> Any:
    if isinstance(value, ndarray):
        return value.view(numpy.ndarray)
    return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value


def _ours(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_ours(entry) for entry in value)
    if isinstance(value, list):
        return [_ours(entry) for entry in value]
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return numpy.asarray(value).view(ndarray)
    return value


def _refuse_host(values: Any, name: str) -> None:
    for value in values:
        if type(value) is numpy.ndarray:
            raise TypeError(f"{name} was given an array of the host")
        if type(value) in (list, tuple):
            _refuse_host(value, name)


def _function(name: str, function: Any) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        if name not in TAKES_HOST:
            _refuse_host((*args, *kwargs.values()), name)
        if name in WAITING:
            waits.append(name)
        with numpy.errstate(all="ignore"):
            found = function(*map(_plain, args), **{key: _plain(value) for key, value in kwargs.items()})
        return _ours(found)

    return call


def _take(a: Any, indices: Any, axis: Any = None) -> Any:
    """CuPy wraps indices that are out of range, without a word."""
    return numpy.take(a, indices, axis, mode="wrap")


def _take_along(a: Any, indices: Any, axis: int) -> Any:
    return numpy.take_along_axis(a, indices % a.shape[axis], axis)


class _AddAt:
    """``add``, with CuPy's ``add.at``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return numpy.add(*args, **kwargs)

    @staticmethod
    def at(a: Any, index: Any, value: Any) -> None:
        _refuse_host((a, value), "add.at")
        numpy.add.at(_plain(a), _index(index), _plain(value))


def _asnumpy(array: Any) -> Any:
    waits.append("asnumpy")
    return numpy.array(_plain(array))


def module(twin: ctypes.CDLL) -> ModuleType:
    """What ``import cupy`` would give."""
    made: Any = ModuleType("cupy")
    for name, value in vars(numpy).items():
        if not name.startswith("_"):
            plain = isinstance(value, (type, ModuleType)) or not callable(value)
            setattr(made, name, value if plain or isinstance(value, numpy.ufunc) else _function(name, value))
    for part in ("linalg", "fft"):
        functions = {n: f for n, f in vars(getattr(numpy, part)).items() if callable(f) and not n.startswith("_")}
        setattr(made, part, SimpleNamespace(**{n: _function(n, f) for n, f in functions.items()}))
    made.ndarray, made.add = ndarray, _AddAt()
    made.take, made.take_along_axis = _function("take", _take), _function("take_along_axis", _take_along)
    strided = _function("as_strided", numpy.lib.stride_tricks.as_strided)
    made.lib = SimpleNamespace(stride_tricks=SimpleNamespace(as_strided=strided))
    made.asnumpy = _asnumpy
    by_name = {made.name: made for made in ALL}
    launch = cuda_twin.namespace(twin)[0].launch
    made.RawKernel = lambda source, name, options: _raw(by_name[name], source, launch)
    made.cuda = SimpleNamespace(
        is_available=lambda: True,
        Device=_Device,
        Stream=_Stream,
        Event=_Event,
        get_current_stream=lambda device=None: _Stream.current[-1],
        get_elapsed_time=lambda start, end: float(end.time - start.time),
        runtime=SimpleNamespace(
            getDeviceCount=lambda: 2,
            getDevice=lambda: _Device.current,
            getDeviceProperties=lambda index: {
                "name": b"Double",
                "totalGlobalMem": 4,
                "multiProcessorCount": 3,
                "warpSize": 32,
                "l2CacheSize": 2,
            },
            memGetInfo=lambda: (3, 4),
        ),
    )
    pool = SimpleNamespace(used_bytes=lambda: 1024, total_bytes=lambda: 2048, free_all_blocks=lambda: None)
    made.get_default_memory_pool = lambda: pool
    return made


def _raw(kernel: Any, source: str, launch: Any) -> Any:
    real = next(real for real in ("float", "double") if kernel.source(real) == source)

    def run(grid: tuple[int], block: tuple[int], arguments: tuple[Any, ...]) -> None:
        assert grid == (kernel.blocks(int(arguments[-1])),)
        launch(kernel, real, tuple(_plain(entry) for entry in arguments))

    return run


class _Event:
    """A mark; times are counted in marks."""

    count = 0
    done = True

    def __init__(self, block: bool, disable_timing: bool, interprocess: bool) -> None:
        self.stream: Any = None

    def record(self, stream: _Stream) -> None:
        _Event.count += 1
        self.stream, self.time = stream, _Event.count

    def synchronize(self) -> None:
        waits.append("event")


class _Stream:
    """A queue that is always empty: all is done at once."""

    null: _Stream
    current: list[_Stream] = []
    done = True

    def __init__(self, non_blocking: bool = False, priority: int = 0) -> None:
        self.ptr = 0 if not _Stream.current else id(self)
        self.awaited: list[_Event] = []

    def use(self) -> None:
        _Stream.current[-1] = self

    def __enter__(self) -> _Stream:
        _Stream.current.append(self)
        return self

    def __exit__(self, *_: Any) -> None:
        _Stream.current.pop()

    def wait_event(self, event: _Event) -> None:
        self.awaited.append(event)

    def synchronize(self) -> None:
        waits.append("stream")


_Stream.null = _Stream()
_Stream.current.append(_Stream.null)


class _Device:
    """One of two."""

    compute_capability = "90"
    current = 0

    def __init__(self, index: int | None = None) -> None:
        self.id = self.current if index is None else index
        self._before: list[int] = []

    def __enter__(self) -> _Device:
        self._before.append(_Device.current)
        self.use()
        return self

    def __exit__(self, *_: Any) -> None:
        _Device.current = self._before.pop()

    def use(self) -> None:
        _Device.current = self.id

    def synchronize(self) -> None:
        waits.append("synchronize")


@contextmanager
def installed(twin: ctypes.CDLL) -> Iterator[None]:
    """The double in CuPy's place; afterwards the GPU is gone again."""
    before, sys.modules["cupy"] = sys.modules.get("cupy"), module(twin)
    try:
        yield
    finally:
        rooms._BY_NAME.pop("cuda", None)
        rooms.BY_TYPE.pop(ndarray, None)
        sys.modules.pop("cupy")
        if before is not None:
            sys.modules["cupy"] = before
