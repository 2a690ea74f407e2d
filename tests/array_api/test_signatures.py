"""Every function of the standard is there, with the standard's arguments: names, kinds and defaults."""

from __future__ import annotations

import inspect
import math

import pytest

import patchgrad as pg
from patchgrad import array_api as xp
from patchgrad.errors import ArgumentError

from .oracle import find, strict

SIGNATURES = {
    "()": "__array_namespace_info__",
    "(x, /)": """
        abs acos acosh asin asinh atan atanh bitwise_invert ceil conj cos cosh exp expm1 floor imag isfinite
        isinf isnan log log10 log1p log2 logical_not matrix_transpose negative nonzero positive real
        reciprocal round sign signbit sin sinh sqrt square tan tanh trunc unique_all unique_counts
        unique_inverse unique_values linalg.det linalg.eigh linalg.eigvalsh linalg.inv
        linalg.matrix_transpose linalg.slogdet linalg.svdvals linalg.eig linalg.eigvals
    """,
    "(x1, x2, /)": """
        add atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor copysign divide
        equal floor_divide greater greater_equal hypot less less_equal logaddexp logical_and logical_or
        logical_xor matmul maximum minimum multiply nextafter not_equal pow remainder subtract linalg.matmul
        linalg.outer linalg.solve
    """,
    "(x, /, *, axis=None, keepdims=False)": "all any argmax argmin count_nonzero max mean min",
    "(start, /, stop=None, step=1, *, dtype=None, device=None)": "arange",
    "(x, /, *, axis=-1, descending=False, stable=True)": "argsort sort",
    "(obj, /, *, dtype=None, device=None, copy=None)": "asarray",
    "(x, dtype, /, *, copy=True, device=None)": "astype",
    "(*arrays)": "broadcast_arrays",
    "(*shapes)": "broadcast_shapes",
    "(x, /, shape)": "broadcast_to",
    "(from_, to, /)": "can_cast",
    "(x, /, min=None, max=None)": "clip",
    "(arrays, /, *, axis=0)": "concat stack",
    "(x, /, *, axis=None, dtype=None, include_initial=False)": "cumulative_prod cumulative_sum",
    "(x, /, n=1, *, axis=-1, prepend=None, append=None)": "diff",  # the standard takes n by name alone
    "(shape, *, dtype=None, device=None)": "empty ones zeros",
    "(x, /, *, dtype=None, device=None)": "empty_like ones_like zeros_like",
    "(x, /, axis)": "expand_dims squeeze",
    "(n_rows, n_cols=None, /, *, k=0, dtype=None, device=None)": "eye",
    "(type, /)": "finfo iinfo",
    "(x, /, *, axis=None)": "flip",
    "(x, /, *, device=None, copy=None)": "from_dlpack",
    "(shape, fill_value, *, dtype=None, device=None)": "full",
    "(x, /, fill_value, *, dtype=None, device=None)": "full_like",
    "(dtype, kind)": "isdtype",
    "(x1, x2, /, *, invert=False)": "isin",
    "(start, stop, /, num, *, dtype=None, device=None, endpoint=True)": "linspace",
    "(*arrays, indexing='xy')": "meshgrid",
    "(x, source, destination, /)": "moveaxis",
    "(x, /, axes)": "permute_dims",
    "(x, /, *, axis=None, dtype=None, keepdims=False)": "prod sum",
    "(x, repeats, /, *, axis=None)": "repeat",
    "(x, /, shape, *, copy=None)": "reshape",
    "(*arrays_and_dtypes)": "result_type",
    "(x, /, shift, *, axis=None)": "roll",
    "(x1, x2, /, *, side='left', sorter=None)": "searchsorted",
    "(x, /, *, axis=None, correction=0.0, keepdims=False)": "std var",
    "(x, indices, /, *, axis=None)": "take",
    "(x, indices, /, *, axis=-1)": "take_along_axis",
    "(x1, x2, /, *, axes=2)": "tensordot linalg.tensordot",
    "(x, repetitions, /)": "tile",
    "(x, /, *, k=0)": "tril triu",
    "(x, /, *, axis=0)": "unstack",
    "(x1, x2, /, *, axis=-1)": "vecdot linalg.cross linalg.vecdot",
    "(condition, x1=None, x2=None, /)": "where",  # the standard wants all three
    "(x, /, *, upper=False)": "linalg.cholesky",
    "(x, /, *, offset=0)": "linalg.diagonal",
    "(x, /, *, keepdims=False, ord='fro')": "linalg.matrix_norm",
    "(x, n, /)": "linalg.matrix_power",
    "(x, /, *, rtol=None)": "linalg.matrix_rank linalg.pinv",
    "(x, /, *, mode='reduced')": "linalg.qr",
    "(x, /, *, full_matrices=True)": "linalg.svd",
    "(x, /, *, offset=0, dtype=None)": "linalg.trace",
    "(x, /, *, axis=None, keepdims=False, ord=2)": "linalg.vector_norm",
    "(x, /, *, n=None, axis=-1, norm='backward')": "fft.fft fft.hfft fft.ifft fft.ihfft fft.irfft fft.rfft",
    "(n, /, *, d=1.0, dtype=None, device=None)": "fft.fftfreq fft.rfftfreq",
    "(x, /, *, s=None, axes=None, norm='backward')": "fft.fftn fft.ifftn fft.irfftn fft.rfftn",
    "(x, /, *, axes=None)": "fft.fftshift fft.ifftshift",
}
"""From the standard, 2025.12: signature to the functions that have it."""
FUNCTIONS = {name: signature for signature, names in SIGNATURES.items() for name in names.split()}
METHODS = """
    __abs__ __add__ __and__ __array_namespace__ __bool__ __complex__ __dlpack__ __dlpack_device__ __eq__ __float__
    __floordiv__ __ge__ __getitem__ __gt__ __index__ __int__ __invert__ __le__ __lshift__ __lt__ __matmul__ __mod__
    __mul__ __ne__ __neg__ __or__ __pos__ __pow__ __rshift__ __setitem__ __sub__ __truediv__ __xor__ to_device
    __iadd__ __isub__ __imul__ __itruediv__ __ifloordiv__ __imod__ __ipow__ __imatmul__ __iand__ __ior__ __ixor__
    __ilshift__ __irshift__ __radd__ __rsub__ __rmul__ __rtruediv__ __rfloordiv__ __rmod__ __rpow__ __rmatmul__
    __rand__ __ror__ __rxor__ __rlshift__ __rrshift__
"""
ATTRIBUTES = {
    "dtype": pg.dtype,
    "device": pg.device,
    "ndim": int,
    "shape": tuple,
    "size": int,
    "T": pg.Tensor,
    "mT": pg.Tensor,
}
DTYPES = """
    bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128
"""


def plain(function) -> str:
    """The signature without what the standard leaves open: annotations."""
    found = inspect.signature(function)
    bare = [entry.replace(annotation=inspect.Parameter.empty) for entry in found.parameters.values()]
    return str(inspect.Signature(bare))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_the_arguments_of_the_standard(name):
    assert plain(find(xp, name)) == FUNCTIONS[name]


def test_the_main_namespace_holds_the_136_functions_of_the_standard_and_lists_them():
    main = [name for name in FUNCTIONS if "." not in name]
    assert len(main) == 136
    assert set(main) <= set(xp.__all__)
    assert {name for name in strict.__all__ if not hasattr(xp, name)} == {
        "Device", "ArrayAPIStrictFlags", "get_array_api_strict_flags", "reset_array_api_strict_flags",
        "set_array_api_strict_flags",
    }  # fmt: skip
    assert all(hasattr(xp, name) for name in xp.__all__)


@pytest.mark.parametrize("room", ["linalg", "fft"])
def test_an_extension_lists_its_functions(room):
    extension = getattr(xp, room)
    assert {f"{room}.{name}" for name in extension.__all__} == {name for name in FUNCTIONS if name.startswith(room)}


@pytest.mark.parametrize("name", METHODS.split())
def test_a_tensor_has_the_methods_of_the_standard(name):
    assert callable(getattr(pg.ones(1, 1), name))


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_tensor_has_the_attributes_of_the_standard(name):
    assert isinstance(getattr(pg.ones(2, 3), name), ATTRIBUTES[name])


def test_size_is_the_number_of_elements_and_still_pytorchs_method():
    x = pg.ones(2, 3)
    assert (x.size, x.size(), x.size(0), x.size(dim=-1)) == (6, (2, 3), 2, 3)
    assert pg.ones(()).size == 1


def test_constants_are_python_numbers():
    assert (xp.pi, xp.e, xp.inf, xp.newaxis) == (math.pi, math.e, math.inf, None)
    assert math.isnan(xp.nan)


def test_a_tensor_leads_to_the_namespace_of_every_version_of_the_standard():
    x = pg.ones(1)
    assert x.__array_namespace__() is x.__array_namespace__(api_version="2024.12") is xp is pg.array_api
    with pytest.raises(ArgumentError, match="no such array API"):
        x.__array_namespace__(api_version="2020.01")


def test_the_namespace_says_what_it_can_do():
    info = xp.__array_namespace_info__()
    assert info.capabilities()["boolean indexing"] is True
    assert info.default_device() in info.devices()
    assert info.default_dtypes() == {
        "real floating": xp.float32, "complex floating": xp.complex64, "integral": xp.int64, "indexing": xp.int64,
    }  # fmt: skip
    assert set(info.dtypes()) == set(DTYPES.split())
    assert set(info.dtypes(kind=("bool", "complex floating"))) == {"bool", "complex64", "complex128"}
    with pytest.raises(ArgumentError, match="kind"):
        info.dtypes(kind="floats")


@pytest.mark.parametrize("name", DTYPES.split())
def test_limits_and_kinds_of_dtypes_are_those_of_the_oracle(name):
    mine, theirs = getattr(xp, name), getattr(strict, name)
    for kind in xp.__array_namespace_info__().dtypes():
        assert xp.can_cast(mine, getattr(xp, kind)) == strict.can_cast(theirs, getattr(strict, kind))
    for kind in (
        "bool",
        "signed integer",
        "unsigned integer",
        "integral",
        "real floating",
        "complex floating",
        "numeric",
    ):
        assert xp.isdtype(mine, kind) == strict.isdtype(theirs, kind)
    assert xp.isdtype(mine, (xp.int8, "complex floating")) == (mine.kind == "c" or name == "int8")
    limits = xp.finfo if mine.kind in "fc" else xp.iinfo if mine.kind in "iu" else None
    if limits is not None:
        found, expected = limits(mine), getattr(strict, limits.__name__)(theirs)
        fields = ("bits", "max", "min") + (("eps", "smallest_normal") if mine.kind in "fc" else ())
        assert {field: getattr(found, field) for field in fields} == {
            field: getattr(expected, field) for field in fields
        }
        assert found.dtype.name == str(expected.dtype).split(".")[-1]
        assert limits(pg.ones(1, dtype=mine)) == found
        assert all(type(getattr(found, field)) in (int, float) for field in fields)
