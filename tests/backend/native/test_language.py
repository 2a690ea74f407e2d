"""The kernel language: compiled code against the same function as Python, and what is refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchgrad.backend import host
from patchgrad.backend.native import inline, native
from patchgrad.backend.native.compiled import Native
from patchgrad.backend.native.interpret import as_python
from patchgrad.backend.native.mathematics import exp, expm1, log, log1p, tanh
from patchgrad.backend.native.sources import tree_of
from patchgrad.backend.native.translate import module_of
from patchgrad.backend.native.values import KernelError, Numbers

pytest.importorskip("llvmlite", reason="compiled kernels need llvmlite")

if TYPE_CHECKING:
    from patchgrad.backend.native.language import (
        Bytes,
        Reals,
        Wholes,
        fabs,
        fma,
        lanes,
        load,
        maximum,
        minimum,
        part,
        real,
        registers,
        sqrt,
        store,
        total,
        transpose,
        unroll,
        vector,
        whole,
    )  # fmt: skip

DTYPES = ["float32", "float64"]
POINTS = [
    0.0,
    -0.0,
    math.inf,
    -math.inf,
    math.nan,
    1e-45,
    5e-324,
    1e-38,
    88.7,
    89.0,
    -87.4,
    -104.0,
    709.7,
    -745.2,
    1e30,
]


def compiled(kernel: Native, dtype: str, **statics: Any) -> Any:
    found = kernel(host.dtype(dtype), **statics)
    assert found is not None
    return found


@native
def one_of(y: Reals, x: Reals, n: int, *, which):
    for i in part(n):
        if which == "exp":
            y[i] = exp(x[i])
        if which == "expm1":
            y[i] = expm1(x[i])
        if which == "log":
            y[i] = log(x[i])
        if which == "log1p":
            y[i] = log1p(x[i])
        if which == "tanh":
            y[i] = tanh(x[i])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("which", ["exp", "expm1", "log", "log1p", "tanh"])
def test_functions_of_a_real_are_right_to_a_few_units_of_the_last_place(which: str, dtype: str) -> None:
    grid = [host.linspace(-120, 120, 4001), host.geomspace(1e-30, 1e30, 501), -host.geomspace(1e-30, 1, 200)]
    x = host.concatenate([*grid, host.asarray(POINTS)]).astype(dtype)
    y = host.full_like(x, 7)
    compiled(one_of, dtype, which=which)(y, x, x.size)
    exact = x.astype("longdouble")
    with host.errstate(all="ignore"):
        wanted = getattr(host, which)(exact).astype(dtype)
        unit = host.spacing(host.abs(wanted))
        error = host.where((y == wanted) | (host.isnan(y) & host.isnan(wanted)), 0, host.abs(y - wanted) / unit)
    assert not (error > 4).any(), f"{which}({x[host.argmax(error)]}) = {y[host.argmax(error)]}"


@inline
def larger(a, b):
    found = a
    if b > a:
        found = b
    return found


@inline
def both_ends(a, b):
    return larger(a, b), a + b - larger(a, b)


@native
def everything(out: Reals, x: Reals, places: Wholes, flags: Bytes, n: int, factor: float, *, twice):
    """Statements and expressions of the language, in one function."""
    count = 0
    while count < n and flags[count] != 0:
        count += 1
    total = 0.0
    for i in range(n):
        total += x[places[i]]
    for i in range(0, n, 2):
        high, low = both_ends(x[i], factor)
        out[i] = high * 2.0 if not flags[i] else -low
    for i in range(1, n, 2):
        value = 0.0
        for power in unroll((3, 1)):
            value = value * x[i] + power
        if twice:
            value = value + value
        out[i] = value if x[i] >= 0.0 or flags[i] == 2 else fabs(x[i]) + 1
    out[n] = total
    out[n + 1] = real(count) + real(whole(factor)) + real(n // 3 * 100 + n % 3)
    out[n + 2] = maximum(real(minimum(n, 4)), sqrt(factor))


@pytest.mark.parametrize("dtype", DTYPES)
@given(st.lists(st.floats(-9, 9, width=16), min_size=1, max_size=40), st.floats(0.5, 9, width=16), st.booleans())
def test_compiled_code_does_what_the_function_does_as_python(
    dtype: str, numbers: list[float], factor: float, twice: bool
):
    n = len(numbers)
    x = host.asarray(numbers, dtype=dtype)
    places = host.arange(n)[::-1].copy()
    flags = (host.arange(n + 1) % 3 != 2).astype("uint8") + (host.arange(n + 1) % 5 == 0)
    out, wanted = host.zeros(n + 3, dtype), host.zeros(n + 3)
    compiled(everything, dtype, twice=twice)(out, x, places, flags, n, factor)
    as_python(everything.function)(wanted, x.astype("float64"), places, flags, n, factor, twice=twice)
    host.testing.assert_allclose(out, wanted, rtol=1e-5 if dtype == "float32" else 1e-14, atol=1e-5)


@native
def dots(out: Reals, x: Reals, y: Reals, n: int):
    sums = registers(2)
    for i in range(0, n - n % (2 * lanes), 2 * lanes):
        for k in unroll(2):
            sums[k] = fma(load(x, i + k * lanes), load(y, i + k * lanes), sums[k])
    found = total(sums[0] + sums[1])
    for i in range(n - n % (2 * lanes), n):
        found += x[i] * y[i]
    out[0] = found
    store(out, 1, vector(found) * 2.0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [0, 1, 31, 32, 100])
def test_registers_hold_tiles_of_reals(dtype: str, n: int) -> None:
    rng = host.random.default_rng(n)
    x, y = rng.normal(size=(2, n)).astype(dtype)
    run = compiled(dots, dtype)
    out = host.zeros(1 + run.lanes, dtype)
    run(out, x, y, n)
    host.testing.assert_allclose(out, [x @ y, *[2 * (x @ y)] * run.lanes], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def k(x: Reals):\n    with x: pass", "line 2: With is not in the kernel language"),
        ("def k(x: Reals):\n    x[0] = secret", "line 2: secret is not known to a kernel"),
        ("def k(x: Reals):\n    x[0] = open(1)", "line 2: open is not known to a kernel"),
        ("def k(x: Reals, n: int):\n    x[0] = n / 2", "Div is not for a whole"),
        ("def k(x: Reals, n: int):\n    x[n > 0] = x + x", "a Reals is no whole"),
        ("def k(x: Reals, n: int):\n    x[0] = 1.0 < n < 2.0", "compare two values at a time"),
        ("def k(x: Reals, n: int):\n    for i in unroll(n): x[i] = 0.0", "known when the kernel is compiled"),
        ("def k(x: Reals, n: int):\n    a, b = n", "one value for several names"),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_its_line(text: str, message: str) -> None:
    def function() -> None: ...

    function.kernel_source = text  # type: ignore[attr-defined]
    assert tree_of(function).name == "k"
    with pytest.raises(KernelError, match=message):
        module_of(function, Numbers("float32", 32), {}, "")


def squares(out: Reals, x: Reals):
    block = registers(lanes)
    for k in unroll(lanes):
        block[k] = load(x, k * lanes)
    transpose(block)
    for k in unroll(lanes):
        store(out, k * lanes, block[k])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_transpose_turns_as_many_registers_as_a_register_has_lanes(dtype: str) -> None:
    run = native(squares)(host.dtype(dtype))
    assert run is not None
    x = host.arange(run.lanes**2).astype(dtype).reshape(run.lanes, run.lanes)
    out = host.empty_like(x)
    run(out, x)
    assert (out == x.T).all()
