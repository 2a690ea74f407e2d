"""Every function of the standard that has a gradient keeps it: nothing leaves the tape on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import array_api as xp

from .oracle import find
from .test_signatures import FUNCTIONS

NONE = """
    __array_namespace_info__ all any arange argmax argmin argsort asarray bitwise_and bitwise_invert bitwise_left_shift
    bitwise_or bitwise_right_shift bitwise_xor broadcast_shapes can_cast count_nonzero empty empty_like equal eye finfo
    from_dlpack full full_like greater greater_equal iinfo isdtype isfinite isin isinf isnan less less_equal linspace
    logical_and logical_not logical_or logical_xor nextafter nonzero not_equal ones ones_like result_type searchsorted
    signbit unique_all unique_counts unique_inverse unique_values zeros zeros_like linalg.matrix_rank floor_divide
    fft.fftfreq fft.rfftfreq
"""
"""Functions of whole numbers, of truth and of no input, and those that count or name places."""
FLAT = "ceil floor round sign trunc"
"""Functions that are constant almost everywhere."""
Case = tuple[Callable[..., Any], tuple[int, ...]]
two, square, cube = (2, 3), (3, 3), (2, 3, 4)
x2 = xp.asarray([[0.7, -1.2, 0.4], [1.5, 0.3, -0.8]], dtype=xp.float64)
places = xp.asarray([2, 0])


def spd(x: Any) -> Any:
    """A matrix with distinct positive eigenvalues."""
    return x @ x.mT + xp.asarray([[3.0, 0, 0], [0, 5, 0], [0, 0, 8]], dtype=xp.float64)


def real(x: Any) -> Any:
    return xp.real(x) + 2 * xp.imag(x)


ONE = """
    abs asin asinh atan atanh acos conj cos cosh exp expm1 log log10 log1p log2 negative positive reciprocal
    sin sinh sqrt square tan tanh max mean min prod std sum var matrix_transpose sort
"""
PAIR = """
    add subtract multiply divide maximum minimum hypot copysign logaddexp atan2 vecdot remainder
"""
MATRIX = "cholesky det eigvalsh inv svdvals pinv trace diagonal matrix_transpose matrix_norm"
WAVES = "fft ifft rfft ihfft"
ALL_WAVES = "fftn ifftn rfftn"
BACK = "irfft hfft irfftn"
SHIFTS = "fftshift ifftshift"
CASES: dict[str, Case] = {
    **{name: (find(xp, name), two) for name in ONE.split()},
    **{name: (lambda x, name=name: find(xp, name)(x, x2), two) for name in PAIR.split()},
    **{name: (find(xp, name), two) for name in FLAT.split()},
    "acosh": (lambda x: xp.acosh(x + 1), two),
    "pow": (lambda x: xp.pow(x, x2), two),
    "real": (lambda x: xp.real(x), two),
    "imag": (lambda x: xp.imag(xp.astype(x, xp.complex128) * 1j), two),
    "astype": (lambda x: xp.astype(x, xp.complex128).real, two),
    "broadcast_arrays": (lambda x: xp.broadcast_arrays(x, xp.ones((4, 2, 3)))[0], two),
    "broadcast_to": (lambda x: xp.broadcast_to(x, (4, 2, 3)), two),
    "clip": (lambda x: xp.clip(x, 0.2, 0.6), two),
    "concat": (lambda x: xp.concat((x, x * x)), two),
    "stack": (lambda x: xp.stack((x, x * x), axis=1), two),
    "cumulative_sum": (lambda x: xp.cumulative_sum(x, axis=1, include_initial=True), two),
    "cumulative_prod": (lambda x: xp.cumulative_prod(x, axis=1, include_initial=True), two),
    "diff": (lambda x: xp.diff(x, axis=1, prepend=x), two),
    "expand_dims": (lambda x: xp.expand_dims(x, 1), two),
    "squeeze": (lambda x: xp.squeeze(x, 1), (2, 1, 3)),
    "flip": (lambda x: xp.flip(x, axis=1), two),
    "matmul": (lambda x: xp.matmul(x, xp.matrix_transpose(x)), two),
    "meshgrid": (lambda x: xp.meshgrid(x, x * 2)[1], (3,)),
    "moveaxis": (lambda x: xp.moveaxis(x, 0, -1), cube),
    "permute_dims": (lambda x: xp.permute_dims(x, (2, 0, 1)), cube),
    "repeat": (lambda x: xp.repeat(x, 2, axis=1), two),
    "reshape": (lambda x: xp.reshape(x, (3, 2)), two),
    "roll": (lambda x: xp.roll(x, 1, axis=1), two),
    "take": (lambda x: xp.take(x, places, axis=1), two),
    "take_along_axis": (lambda x: xp.take_along_axis(x, xp.asarray([[2], [0]])), two),
    "tensordot": (lambda x: xp.tensordot(x, x2, axes=((1,), (1,))), two),
    "tile": (lambda x: xp.tile(x, (2, 2)), two),
    "tril": (xp.tril, square),
    "triu": (xp.triu, square),
    "unstack": (lambda x: xp.unstack(x)[1], two),
    "where": (lambda x: xp.where(x2 > 0, x, x * x), two),
    **{f"linalg.{name}": (lambda x, name=name: find(xp.linalg, name)(spd(x)), square)
       for name in MATRIX.split()},
    "linalg.eigh": (lambda x: xp.abs(xp.linalg.eigh(spd(x)).eigenvectors), square),
    "linalg.eig": (lambda x: xp.abs(xp.linalg.eig(spd(x)).eigenvectors), square),
    "linalg.eigvals": (lambda x: xp.real(xp.sum(xp.linalg.eigvals(spd(x)) ** 2)), square),
    "linalg.qr": (lambda x: xp.linalg.qr(spd(x)).R, square),
    "linalg.slogdet": (lambda x: xp.linalg.slogdet(spd(x)).logabsdet, square),
    "linalg.svd": (lambda x: xp.abs(xp.linalg.svd(spd(x)).U), square),
    "linalg.solve": (lambda x: xp.linalg.solve(spd(x), x), square),
    "linalg.matrix_power": (lambda x: xp.linalg.matrix_power(x, 3), square),
    "linalg.cross": (lambda x: xp.linalg.cross(x, x2), two),
    "linalg.outer": (lambda x: xp.linalg.outer(x, x * x), (3,)),
    "linalg.matmul": (lambda x: xp.linalg.matmul(x, x), square),
    "linalg.tensordot": (lambda x: xp.linalg.tensordot(x, x2), two),
    "linalg.vecdot": (lambda x: xp.linalg.vecdot(x, x2), two),
    "linalg.vector_norm": (lambda x: xp.linalg.vector_norm(x, axis=1, ord=3), two),
    **{f"fft.{name}": (lambda x, name=name: real(find(xp.fft, name)(x)), two) for name in WAVES.split()},
    **{f"fft.{name}": (lambda x, name=name: real(find(xp.fft, name)(x)), two) for name in ALL_WAVES.split()},
    **{f"fft.{name}": (lambda x, name=name: find(xp.fft, name)(xp.fft.fft(x)), two) for name in BACK.split()},
    **{f"fft.{name}": (find(xp.fft, name), two) for name in SHIFTS.split()},
}  # fmt: skip


def here(shape: tuple[int, ...]) -> Any:
    """Numbers between 0.1 and 0.92, no two alike, in no order."""
    count = 1
    for size in shape:
        count *= size
    values = [0.11 + 0.8 * (at * 7 % count) / count for at in range(count)]
    return pg.tensor(values, dtype=pg.float64).reshape(*shape).requires_grad_()


@pytest.mark.parametrize("name", CASES)
def test_a_function_keeps_its_gradient(name: str) -> None:
    function, shape = CASES[name]
    x = here(shape)
    assert function(x).requires_grad
    assert pg.autograd.gradcheck(function, (x,))


def test_every_function_has_a_gradient_or_none_to_keep() -> None:
    assert CASES.keys() | set(NONE.split()) == FUNCTIONS.keys()
    assert CASES.keys() & set(NONE.split()) == set()
