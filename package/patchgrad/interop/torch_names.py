"""What PyTorch calls its dtypes and the storages of tensors in its files."""

from __future__ import annotations

STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
    "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8",
    "ByteStorage": "uint8", "BoolStorage": "bool", "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}  # fmt: skip
"""Name of a typed storage to dtype."""
STORAGE_OF = {kind: storage for storage, kind in STORAGES.items()}
DTYPES = (*STORAGE_OF, "uint16", "uint32", "uint64")
"""Names that a dtype has here and in PyTorch."""
