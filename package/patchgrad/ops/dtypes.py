"""What is known about dtypes, and their other names: ``result_type(x, 2.0)``, ``finfo(bfloat16).max``, ``long``."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import promotion
from patchgrad.backend.dtype import ALIASES, bfloat16, dtype, uint16, uint32, uint64
from patchgrad.backend.limits import finfo, iinfo
from patchgrad.backend.promotion import can_cast, promote_types
from patchgrad.tensor import Tensor

__all__ = [
    "bfloat16", "can_cast", "cdouble", "cfloat", "double", "finfo", "float", "half", "iinfo", "int", "is_complex",
    "is_floating_point", "is_signed", "long", "promote_types", "result_type", "short", "uint16", "uint32", "uint64",
]  # fmt: skip
METHODS = "is_complex is_floating_point is_signed"

half, float, double = ALIASES["half"], ALIASES["float"], ALIASES["double"]
cfloat, cdouble = ALIASES["cfloat"], ALIASES["cdouble"]
short, int, long = ALIASES["short"], ALIASES["int"], ALIASES["long"]


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype of an operation on two tensors or Python numbers.

    Within a kind the wider dtype wins, between kinds the higher one. Tensors without axes and Python numbers do not
    change the dtype of a tensor with axes unless their kind is higher.
    """
    return promotion.combined([entry.data if isinstance(entry, Tensor) else entry for entry in (tensor1, tensor2)])


def is_floating_point(input: Tensor) -> bool:
    """Is the dtype a floating one?"""
    return input.dtype.is_floating_point


def is_complex(input: Tensor) -> bool:
    """Is the dtype a complex one?"""
    return input.dtype.is_complex


def is_signed(input: Tensor) -> bool:
    """Does the dtype have a sign?"""
    return input.dtype.is_signed
