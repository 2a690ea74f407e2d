"""NumPy on the CPU: the plain backend that is always there."""

from __future__ import annotations

from typing import Any

import numpy

from patchgrad.backend.base import Backend, Namespace


def _astype(x: Any, dtype: Any, /, *, copy: bool = True) -> Any:
    """As ``numpy.astype``, and for the scalars that NumPy gives in place of arrays without axes."""
    return x.astype(dtype, copy=copy)


FUNCTIONS = {name: value for name, value in vars(numpy).items() if not name.startswith("_")} | {"astype": _astype}


class CPU(Backend):
    """Arrays are ``numpy.ndarray``."""

    def __init__(self) -> None:
        super().__init__("cpu", Namespace("numpy", FUNCTIONS), (numpy.ndarray, numpy.generic))

    def asarray(self, value: Any, dtype: Any = None) -> Any:
        return numpy.asarray(value, dtype=dtype)

    def to_host(self, array: Any) -> Any:
        return array


backend = CPU()
xp = backend.xp
