"""Writes ``pytorch.json``: PyTorch's public names and the names of their parameters. Needs PyTorch: run it by hand.

Names are facts; nothing else of PyTorch is kept. ``python docs/pytorch/collect.py``
"""

from __future__ import annotations

import inspect
import json
import re
import types
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("pytorch.json")
NAMESPACES = (
    "torch", "torch.Tensor", "torch.linalg", "torch.fft", "torch.special", "torch.nn", "torch.nn.functional",
    "torch.nn.init", "torch.nn.utils", "torch.optim", "torch.optim.lr_scheduler", "torch.optim.swa_utils",
    "torch.utils.data", "torch.func", "torch.autograd", "torch.autograd.functional", "torch.amp",
)  # fmt: skip


def find(path: str) -> Any:
    try:
        return import_module(path)
    except ImportError:
        home, name = path.rsplit(".", 1)
        return getattr(find(home), name)


def public(home: Any) -> dict[str, Any]:
    """What a namespace offers: no modules, no constants, nothing private."""
    names = [name for name in dir(home) if not name.startswith("_")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {name: getattr(home, name, None) for name in names}
    return {name: value for name, value in found.items() if _counts(home, value)}


def _counts(home: Any, value: Any) -> bool:
    if isinstance(value, types.ModuleType) or value is None:
        return False
    if not (callable(value) or isinstance(home, type)):
        return False
    return not _foreign(value) and not _brought_along(home, value)


def _foreign(value: Any) -> bool:
    """Comes from another library: typing, functools, collections."""
    module = getattr(value, "__module__", None) or "torch"
    return not module.startswith(("torch", "builtins")) or (module == "builtins" and isinstance(value, type))


def _brought_along(home: Any, value: Any) -> bool:
    """A class that a namespace imported for its own use: ``torch.fft.Tensor``."""
    return getattr(home, "__name__", "") != HOMES.get(getattr(value, "__name__", ""), getattr(home, "__name__", ""))


HOMES = {
    "Tensor": "torch",
    "Module": "torch.nn",
    "Optimizer": "torch.optim",
    "LRScheduler": "torch.optim.lr_scheduler",
}
"""Classes that other namespaces import to write down types, and where they belong."""


def parameters(name: str, value: Any) -> list[str] | None:
    """Names of what a call takes, from its signature or the first line of its documentation; None if neither says."""
    if isinstance(value, (property, types.GetSetDescriptorType)):
        return None
    text = value.__doc__ if isinstance(value.__doc__, str) else ""
    try:
        found = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        match = re.search(rf"(?:^|\n)\s*{re.escape(name)}\((.*?)\)\s*->", text, re.S)
        return _taken(name, value, _words(match[1])) if match else None
    plain = [entry for entry in found if entry.kind not in (entry.VAR_POSITIONAL, entry.VAR_KEYWORD)]
    return [entry.name for entry in plain if entry.name != "self" and not entry.name.startswith("_")]


def _taken(name: str, value: Any, words: list[str]) -> list[str]:
    """Those of the documented names that the function takes: its schemas have the last word."""
    import torch

    forms = torch._C._jit_get_schemas_for_operator(f"aten::{value.__name__ if hasattr(value, '__name__') else name}")
    known = {entry.name for form in forms for entry in form.arguments}
    known |= {"input"} if "self" in known else set()
    known |= {"out"} if any(entry.is_out for form in forms for entry in form.arguments) else set()
    known |= {"requires_grad", "generator", "memory_format", "names", "pin_memory", "device", "as_tuple"}
    return [word for word in words if not forms or word in known]


def _words(text: str) -> list[str]:
    parts = [part.split("=")[0].split(":")[0].strip() for part in re.sub(r"\([^)]*\)|\[[^\]]*\]", "", text).split(",")]
    return [part for part in parts if part.isidentifier()]


def main() -> None:
    found = {
        path: {name: parameters(name, value) for name, value in sorted(public(find(path)).items())}
        for path in NAMESPACES
    }
    TARGET.write_text(json.dumps({"version": find("torch").__version__.split("+")[0], "names": found}, indent=0) + "\n")


if __name__ == "__main__":
    main()
