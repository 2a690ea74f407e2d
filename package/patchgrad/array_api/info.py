"""What this namespace can do, as the standard asks it to say."""

from __future__ import annotations

from typing import Any

from patchgrad.array_api import data_types
from patchgrad.backend import device as Device
from patchgrad.backend.dtype import as_dtype, complex64, dtype, get_default_dtype, int64
from patchgrad.errors import ArgumentError
from patchgrad.tensor.explain import placed

__all__ = ["__array_namespace_info__"]

NAMES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
    "complex64", "complex128",
)  # fmt: skip


class __array_namespace_info__:
    """Capabilities, devices and dtypes."""

    def capabilities(self) -> dict[str, Any]:
        """Masks as indices, shapes that depend on values, and how many axes a tensor may have."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> Device:
        """Where new tensors are."""
        return Device("cpu")

    def devices(self) -> list[Device]:
        """Devices that are sure to be there; a GPU is found when it is asked for."""
        return [Device("cpu")]

    def default_dtypes(self, *, device: Any = None) -> dict[str, dtype]:
        """The dtypes of new tensors."""
        real = get_default_dtype()
        imaginary = as_dtype("complex128") if real.name == "float64" else complex64
        return {"real floating": real, "complex floating": imaginary, "integral": int64, "indexing": int64}

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, dtype]:
        """Dtypes by name: all, or those of a kind (see ``isdtype``)."""
        if isinstance(kind, str) and kind not in data_types.KINDS:
            raise placed(
                ArgumentError("there is no such kind of dtypes", got=repr(kind), want=", ".join(data_types.KINDS))
            )
        found = {name: as_dtype(name) for name in NAMES}
        return (
            found if kind is None else {name: entry for name, entry in found.items() if data_types.isdtype(entry, kind)}
        )
