"""bfloat16 through DLPack on the CPU: NumPy does not know it, so its bits go as int16 and the label is set by hand.

Source
    DLPack 1.0, ``dlpack.h``: the places of ``DLDataType.code`` in ``DLManagedTensor`` and ``DLManagedTensorVersioned``.
"""

from __future__ import annotations

import ctypes
from typing import Any

INTEGER, BFLOAT = 0, 4
CODE_AT = {b"dltensor": 20, b"dltensor_versioned": 52}
"""Name of a capsule to where the code of the dtype stands in what it points to."""


def _code(capsule: Any) -> Any:
    """The code of a capsule's dtype, in the place where it stands. Raises ValueError for a used or unknown capsule."""
    name_of, pointer_of = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    name = name_of(capsule)
    if name not in CODE_AT:
        raise ValueError(f"this capsule cannot be read: {name!r}")
    return ctypes.c_uint8.from_address(pointer_of(capsule, name) + CODE_AT[name])


def as_bfloat16(capsule: Any) -> Any:
    """The capsule of int16 numbers as one of bfloat16."""
    _code(capsule).value = BFLOAT
    return capsule


def as_int16(capsule: Any) -> Any:
    """The capsule of bfloat16 numbers as one of int16; None if it holds others."""
    code = _code(capsule)
    if code.value != BFLOAT:
        return None
    code.value = INTEGER
    return capsule
