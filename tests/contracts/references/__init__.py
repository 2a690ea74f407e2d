"""What each op should give: PyTorch's function of the same name, or the one that a file here names.

Each file has ``REFERENCES``, a function of PyTorch's tensors by op name, and may have ``OWN``, ops that no library has.
"""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module
from typing import Any

import pytest

from patchgrad.autograd.op import OpSpec, Sample
from patchgrad.backend import host


@lru_cache
def tables() -> tuple[dict[str, Any], set[str]]:
    """References and own ops of all files here."""
    files = [import_module(f"{__name__}.{entry.name}") for entry in pkgutil.iter_modules(__path__)]
    known = {name: function for file in files for name, function in file.REFERENCES.items()}
    return known, {name for file in files for name in getattr(file, "OWN", ())}


def _dims(attrs: dict[str, Any]) -> dict[str, Any]:
    return {{"axis": "dim", "keepdims": "keepdim"}.get(key, key): value for key, value in attrs.items()}


def reference(op: OpSpec, sample: Sample) -> tuple[Any, ...]:
    """The outputs of the reference as NumPy arrays."""
    torch = pytest.importorskip("torch", reason="PyTorch is the reference")
    known, own = tables()
    if op.name in own:
        pytest.skip("a part of other ops, tested through them")
    inputs = [torch.from_numpy(host.array(x)) if isinstance(x, host.ndarray) else x for x in sample.inputs]
    if op.name in known:
        found = known[op.name](*inputs, **sample.attrs)
    else:
        function = getattr(torch, op.name, None) or getattr(torch.nn.functional, op.name)
        attrs = {key: value for key, value in _dims(sample.attrs).items() if not (key == "dim" and value is None)}
        if "dim" not in attrs:
            attrs.pop("keepdim", None)
        found = function(*inputs, **attrs)
    return tuple(entry.resolve_conj().numpy() for entry in (found if isinstance(found, tuple) else (found,)))
