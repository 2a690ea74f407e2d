"""Functions of numbers: methods, methods that write in place and names of arguments are where PyTorch has them."""

from __future__ import annotations

import inspect
from typing import Any

import numpy
import pytest

import patchgrad as pg

from .cases import bitwise, comparison, complex, exponential, rounding, selection, special, trigonometric
from .cases import elementwise as arithmetic
from .compare import Inputs, array_of, torch

FAMILIES = (arithmetic, bitwise, comparison, complex, exponential, rounding, selection, special, trigonometric)
CASES = [case for family in FAMILIES for case in family.CASES if "." not in case.name]
NAMES = sorted({case.name for case in CASES})


def _called(tensors: list[Any], method: str, kwargs: dict[str, Any]) -> Any:
    return getattr(tensors[0], method)(*tensors[1:], **kwargs)


@pytest.mark.parametrize("name", NAMES)
def test_a_method_and_one_that_writes_in_place_exist_where_pytorch_has_them(name):
    for method in (name, f"{name}_"):
        assert not hasattr(torch.Tensor, method) or hasattr(pg.Tensor, method), method


@pytest.mark.parametrize("case", [case for case in CASES if hasattr(torch.Tensor, f"{case.name}_")], ids=str)
def test_a_method_that_writes_in_place_writes_what_pytorch_writes(case):
    for variant in ("plain", "float32", "int64", "bool"):
        mine, theirs = Inputs(pg, case, variant, False), Inputs(torch, case, variant, False)
        if variant in case.without or not isinstance(theirs.args[0], torch.Tensor):
            continue
        try:
            _called(theirs.args, f"{case.name}_", theirs.kwargs)
        except (RuntimeError, TypeError, NotImplementedError):
            continue
        found = _called(mine.args, f"{case.name}_", mine.kwargs)
        assert found is mine.args[0]
        assert found.dtype.name == str(theirs.args[0].dtype)[6:]
        numpy.testing.assert_allclose(array_of(found), array_of(theirs.args[0]), rtol=1e-5, err_msg=variant)


def _accepted(name: str) -> list[set[str]]:
    """Argument names of each form of PyTorch's function, as its schemas have them."""
    forms = [
        {"input" if entry.name == "self" else entry.name for entry in schema.arguments}
        for schema in torch._C._jit_get_schemas_for_operator(f"aten::{name}")
        if not any(entry.is_out for entry in schema.arguments)
    ]
    return [form for form in forms if not form & {"device", "generator"}]


@pytest.mark.parametrize("name", NAMES)
def test_arguments_have_the_names_that_they_have_in_pytorch(name):
    forms = _accepted(name)
    parameters = inspect.signature(getattr(pg, name)).parameters
    if any(entry.kind in (entry.VAR_KEYWORD, entry.VAR_POSITIONAL) for entry in parameters.values()) or not forms:
        pytest.skip("its arguments have no names")
    assert any(form <= set(parameters) for form in forms), f"{list(parameters)}, PyTorch has {forms}"
