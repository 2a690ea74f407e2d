"""Dtypes against PyTorch: promotion of every pair, limits, casts, aliases."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import pytest

import patchgrad as pg
from patchgrad.backend import host, promotion
from patchgrad.backend.dtype import ALIASES, ALL, as_dtype
from patchgrad.errors import DtypeError

torch = pytest.importorskip("torch")

NAMES = [entry.name for entry in ALL]
UNSIGNED = ("uint16", "uint32", "uint64")
"""PyTorch refuses most pairs with them; there the array API decides."""
NUMBERS = (True, 2, 2.5, 2.5j)
PAIRS = list(product(NAMES, NAMES))


def _theirs(kind):
    """PyTorch's dtype by its name, without the complex dtype of 32 bits, which does not exist here."""
    return str(kind).removeprefix("torch.").replace("complex32", "complex64")


def _mine(entry, library, axes=None):
    if axes is None:
        return entry
    return library.ones((1,) * axes, dtype=getattr(library, entry))


def _agrees(mine, theirs):
    """Both give the same dtype, or PyTorch refuses and what is given here is what NumPy gives."""
    try:
        wanted = _theirs(theirs())
    except RuntimeError:
        return True
    return mine().name == wanted


def test_every_pair_of_dtypes_promotes_as_in_pytorch():
    wrong = [
        (a, b)
        for a, b in PAIRS
        if not {a, b} & set(UNSIGNED) or a == b
        if pg.promote_types(getattr(pg, a), getattr(pg, b)).name
        != _theirs(torch.promote_types(getattr(torch, a), getattr(torch, b)))
    ]
    assert wrong == []


def test_unsigned_dtypes_promote_as_the_array_api_has_it_and_as_pytorch_where_it_does():
    for a, b in PAIRS:
        if not {a, b} & set(UNSIGNED):
            continue
        kinds = {as_dtype(a).kind, as_dtype(b).kind}
        if kinds == {"i", "u"} and "uint64" in (a, b):
            with pytest.raises(DtypeError, match="no integer dtype holds both"):
                pg.promote_types(a, b)
            continue
        assert _agrees(
            lambda a=a, b=b: pg.promote_types(a, b),
            lambda a=a, b=b: torch.promote_types(getattr(torch, a), getattr(torch, b)),
        )
        if kinds <= {"i", "u"}:
            assert pg.promote_types(a, b).numpy == host.promote_types(a, b)


@pytest.mark.parametrize("default", ["float32", "float64", "float16", "bfloat16"])
def test_tensors_with_and_without_axes_and_numbers_combine_as_in_pytorch(default):
    pg.set_default_dtype(default)
    torch.set_default_dtype(getattr(torch, default))
    try:
        wrong = [case for case in _combinations() if not _combines(*case)]
    finally:
        pg.set_default_dtype("float32")
        torch.set_default_dtype(torch.float32)
    assert wrong == []


def _combinations():
    for a, b in PAIRS:
        if not {a, b} & set(UNSIGNED) or as_dtype(a).kind == as_dtype(b).kind == "f":
            for axes in ((1, 1), (1, 0), (0, 1), (0, 0)):
                yield a, axes[0], b, axes[1]
    for name, number, axes in product(NAMES, NUMBERS, (1, 0)):
        yield name, axes, number, None
        yield number, None, name, axes
    for a, b in product(NUMBERS, NUMBERS):
        yield a, None, b, None


def _combines(a, a_axes, b, b_axes):
    mine = lambda: pg.result_type(_mine(a, pg, a_axes), _mine(b, pg, b_axes))  # noqa: E731
    theirs = lambda: torch.result_type(_mine(a, torch, a_axes), _mine(b, torch, b_axes))  # noqa: E731
    return _agrees(mine, theirs)


@pytest.mark.filterwarnings("ignore:ComplexHalf")
@pytest.mark.parametrize("name", ["add", "mul", "div", "where", "maximum", "atan2"])
def test_operations_have_the_dtype_that_pytorch_gives_them(name):
    wrong = []
    for (a, b), (m, n) in product(PAIRS, ((1, 1), (1, 0), (0, 1), (0, 0))):
        if {a, b} & set(UNSIGNED):
            continue
        found = [_dtype_of(library, name, _mine(a, library, m), _mine(b, library, n)) for library in (pg, torch)]
        if found[1] not in (None, "complex32") and found[0] != found[1]:
            wrong.append((a, m, b, n, found))
    assert wrong == []


def _dtype_of(library, name, a, b):
    """The name of the result's dtype; None where the library refuses."""
    try:
        function = getattr(library, name)
        found = function(a == a, a, b) if name == "where" else function(a, b)
    except (RuntimeError, NotImplementedError, pg.errors.PatchgradError):
        return None
    return str(found.dtype).rpartition(".")[2]


def test_under_by_dtype_tensors_without_axes_count_as_the_array_api_has_it():
    small, big = pg.ones(2, dtype="float32"), pg.tensor(1.0, dtype="float64")
    assert (small + big).dtype is pg.float32
    with promotion.by_dtype():
        assert (small + big).dtype is pg.float64
        assert (small + 1.0).dtype is pg.float32
    assert (small + big).dtype is pg.float32


def test_limits_are_those_of_pytorch():
    for name in NAMES:
        mine, theirs = getattr(pg, name), getattr(torch, name)
        if mine.kind in "fc":
            fields, kinds = "bits eps max min tiny smallest_normal resolution dtype", (pg.finfo, torch.finfo)
        elif mine.kind in "iu":
            fields, kinds = "bits max min dtype", (pg.iinfo, torch.iinfo)
        else:
            continue
        for field in fields.split():
            assert getattr(kinds[0](mine), field) == getattr(kinds[1](theirs), field), (name, field)
    assert pg.finfo().dtype == torch.finfo().dtype == "float32"
    with pytest.raises(DtypeError, match="finfo takes a floating dtype"):
        pg.finfo(pg.int32)
    with pytest.raises(DtypeError, match="iinfo takes an integer dtype"):
        pg.iinfo(pg.bfloat16)


def test_facts_about_dtypes_are_those_of_pytorch():
    for name in NAMES:
        mine, theirs = getattr(pg, name), getattr(torch, name)
        for fact in ("itemsize", "is_floating_point", "is_complex", "is_signed"):
            assert getattr(mine, fact) == getattr(theirs, fact), (name, fact)
        if mine.kind in "fc":
            assert mine.to_real().name == _theirs(theirs.to_real())
            assert mine.to_complex().name == _theirs(theirs.to_complex())
        for other in NAMES:
            assert pg.can_cast(mine, getattr(pg, other)) == torch.can_cast(theirs, getattr(torch, other))


def test_aliases_and_methods_name_the_same_dtypes_as_in_pytorch():
    for alias in ALIASES:
        assert getattr(pg, alias).name == _theirs(getattr(torch, alias))
    x = pg.tensor([1, 2])
    for method in (*ALIASES, "bfloat16", "bool", "byte", "char"):
        assert getattr(x, method)().dtype.name == _theirs(getattr(torch.tensor([1, 2]), method)().dtype)
    assert x.long() is x
    assert x.to(float).dtype.name == _theirs(torch.tensor([1]).to(float).dtype)
    assert pg.zeros(1, dtype=complex).dtype.name == _theirs(torch.zeros(1, dtype=complex).dtype)
    assert x.to(x.dtype, copy=True) is not x


def test_a_dtype_that_numpy_lacks_is_loaded_with_its_first_use():
    code = (
        "import sys, patchgrad as pg; pg.ones(3).sum(); assert 'ml_dtypes' not in sys.modules;"
        "pg.ones(3, dtype=pg.bfloat16); assert 'ml_dtypes' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
