"""``out=`` is taken wherever PyTorch takes it, and gives what PyTorch gives."""

from __future__ import annotations

import warnings
from typing import Any

import numpy
import pytest

import patchgrad as pg
from patchgrad.errors import ArgumentError, DtypeError, GradError, ShapeError

from .case import Case
from .compare import Inputs, call, flat, look_up, torch
from .every import every_case

SCHEMAS = {"linalg": "linalg_", "fft": "fft_", "special": "special_"}


def _takes_out(name: str) -> bool:
    """Has PyTorch a form of this function with ``out=``?"""
    space, _, last = name.rpartition(".")
    if space.startswith("nn"):
        return False
    schemas = torch._C._jit_get_schemas_for_operator(f"aten::{SCHEMAS.get(space, '')}{last}")
    return any(entry.is_out for schema in schemas for entry in schema.arguments)


CASES = {case.name: case for case in reversed(every_case()) if _takes_out(case.name)}


def _empties(library: Any, results: list[Any], dtype: Any = None) -> list[Any]:
    return [library.empty(0, dtype=dtype or result.dtype) for result in results]


@pytest.mark.parametrize("name", sorted(CASES))
def test_out_is_taken_where_pytorch_takes_it_and_holds_the_result(name):
    case = CASES[name]
    if not _works_in_pytorch(case):
        pytest.skip("PyTorch refuses this form with out=")
    inputs = Inputs(pg, case, "plain", False)
    function, given = look_up(pg, name), case.prepare(*inputs.args)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        wanted = flat(function(*given, **inputs.kwargs))
        empty = _empties(pg, wanted)
        spread = [pg.zeros(*result.shape, 2, dtype=result.dtype)[..., 0] for result in wanted]
        for outs in (empty, spread):
            found = flat(function(*given, **inputs.kwargs, out=outs[0] if len(outs) == 1 else tuple(outs)))
            assert all(a is b for a, b in zip(found, outs, strict=True))
            for out, plain in zip(outs, wanted, strict=True):
                numpy.testing.assert_array_equal(out.numpy(), plain.numpy())


def _works_in_pytorch(case: Case) -> bool:
    inputs = Inputs(torch, case, "plain", False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            outs = _empties(torch, call(inputs, case))
            given = case.prepare(*inputs.args)
            look_up(torch, case.name)(*given, **inputs.kwargs, out=outs[0] if len(outs) == 1 else outs)
        except (TypeError, RuntimeError, ValueError, IndexError):
            return False
    return True


def test_a_result_written_into_out_has_the_dtype_of_out():
    for dtype in ("float64", "complex64"):
        found = pg.add(pg.ones(2), 1, out=pg.empty(2, dtype=dtype))
        assert found.dtype.name == dtype
        assert found.tolist() == [2, 2]
    with pytest.raises(DtypeError):
        pg.mean(pg.ones(2), out=pg.empty(0, dtype=pg.int64))


def test_an_out_of_another_shape_is_resized_with_a_warning():
    out = pg.zeros(5)
    with pytest.warns(UserWarning, match=r"\(5,\) is resized to \(2, 3\)") as seen:
        pg.exp(pg.zeros(2, 3), out=out)
    assert seen[0].filename == __file__
    assert out.tolist() == [[1.0] * 3] * 2
    with pytest.raises(ShapeError, match="another shape"):
        pg.exp(pg.zeros(2, 3), out=pg.zeros(5)[1:])


def test_a_gradient_and_out_do_not_go_together():
    x = pg.ones(2, requires_grad=True)
    for given in ({"input": x, "out": pg.empty(2)}, {"input": pg.ones(2), "out": x}):
        with pytest.raises(GradError, match="leave out= away"):
            pg.exp(**given)
    with pg.no_grad():
        assert pg.exp(x, out=pg.empty(2)).requires_grad is False


def test_out_of_several_results_is_a_tuple_of_as_many():
    with pytest.raises(ArgumentError, match="one tensor for each"):
        pg.max(pg.ones(2, 2), 1, out=pg.empty(2))
    with pytest.raises(ArgumentError, match="wants a tensor"):
        pg.exp(pg.ones(2), out=numpy.zeros(2))


NAMED: dict[str, Any] = {
    "sum": lambda t, x: t.sum(x, axis=1, keepdims=True),
    "sum as a method": lambda t, x: x.sum(axis=0, keepdims=True),
    "mean": lambda t, x: x.mean(axis=1),
    "max": lambda t, x: x.max(axis=1).values,
    "cat": lambda t, x: t.cat([x, x], axis=1),
    "softmax": lambda t, x: t.softmax(x, axis=0),
    "argmax": lambda t, x: x.argmax(axis=1),
    "unsqueeze": lambda t, x: t.unsqueeze(x, axis=1),
    "add": lambda t, x: t.add(input=x, other=x),
    "matmul": lambda t, x: t.matmul(x, other=x.T),
}


@pytest.mark.parametrize("name", NAMED)
def test_numpys_names_of_arguments_are_taken_where_pytorch_takes_them(name):
    values = numpy.arange(12.0).reshape(3, 4)
    mine, theirs = NAMED[name](pg, pg.tensor(values)), NAMED[name](torch, torch.tensor(values))
    numpy.testing.assert_allclose(mine.numpy(), theirs.numpy())
