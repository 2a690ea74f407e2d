"""The steps of optimizers: one pass over parameters, gradients and slots, in place.

They give the bits of the plain way: which parameters lie beside each other in memory must not be seen in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels.cpu_arrays import in_one_piece, large, whole
from patchgrad.backend.native import native_exact
from patchgrad.backend.native.compiled import Native, compiler
from patchgrad.backend.native.interpret import as_python

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, part, sqrt


@native_exact
def adam(
    value: Reals, gradient: Reals, mean: Reals, square: Reals, count: int,
    sign: float, decay: float, shrink: float, towards: float, beta2: float, share: float, step: float, eps: float,
    *, decayed: bool,
):  # fmt: skip
    for i in part(count):
        p = value[i] * shrink
        g = gradient[i] * sign
        if decayed:
            g = g + decay * p
        m = mean[i] + (g - mean[i]) * towards
        v = square[i] * beta2 + g * g * share
        mean[i] = m
        square[i] = v
        value[i] = p - step * (m / (sqrt(v) + eps))


@native_exact
def sgd(
    value: Reals, gradient: Reals, count: int, sign: float, decay: float, lr: float, *, decayed: bool
):  # fmt: skip
    for i in part(count):
        g = gradient[i] * sign
        if decayed:
            g = g + decay * value[i]
        value[i] = value[i] - lr * g


@native_exact
def momentum(
    value: Reals, gradient: Reals, direction: Reals, count: int,
    sign: float, decay: float, lr: float, keep: float, take: float, *, decayed: bool, nesterov: bool
):  # fmt: skip
    for i in part(count):
        g = gradient[i] * sign
        if decayed:
            g = g + decay * value[i]
        v = direction[i] * keep + take * g
        direction[i] = v
        value[i] = value[i] - lr * (g + keep * v if nesterov else v)


GRADIENT = 1
"""The place of the gradient, the one array that stays as it is."""
UPDATES = {"adam": adam, "sgd": sgd, "momentum": momentum}
_checked: dict[tuple[Any, ...], bool] = {}


def update(name: str, arrays: tuple[Any, ...], numbers: tuple[float, ...], **statics: bool) -> bool:
    """Run the update ``name`` on these arrays in place; False where that cannot be, and nothing was changed."""
    first = arrays[0]
    if (
        not compiler.present
        or not large(first)
        or any(not whole(x) or x.dtype != first.dtype or x.shape != first.shape for x in arrays)
    ):
        return False
    run = UPDATES[name](first.dtype, **statics)
    if run is None or not _right(name, run, first.dtype, statics):
        return False
    pieces = [in_one_piece(x) for x in arrays]
    run.shared(8 * first.size, *pieces, first.size, *numbers)
    for place, (piece, x) in enumerate(zip(pieces, arrays, strict=True)):
        if piece is not x and place != GRADIENT:
            x[...] = piece
    return True


def _right(name: str, run: Any, dtype: Any, statics: dict[str, bool]) -> bool:
    """Does the compiled update agree with the function that it was made from? Tried once for each variant."""
    key = (name, dtype, *statics.values())
    if key not in _checked:
        _checked[key] = _agrees(UPDATES[name], run, dtype, statics)
        if not _checked[key]:
            compiler.give_up(f"{name} computes wrong numbers")
    return _checked[key]


def _agrees(kernel: Native, run: Any, dtype: Any, statics: dict[str, bool]) -> bool:
    size = 37
    kinds = [entry for entry in kernel.function.__annotations__.values() if entry != "int"]
    arrays = [numpy.linspace(0.1 + k, 2.0 + 3 * k, size).astype(dtype) for k in range(kinds.count("Reals"))]
    numbers = [0.5 + 0.1 * k for k in range(kinds.count("float"))]
    wanted = [array.astype("float64") for array in arrays]
    as_python(kernel.function)(*wanted, size, *numbers, **statics)
    run(*arrays, size, *numbers)
    tolerance = 1e-4 if arrays[0].itemsize == 4 else 1e-10
    return all(numpy.allclose(a, b, rtol=tolerance, atol=0) for a, b in zip(arrays, wanted, strict=True))
