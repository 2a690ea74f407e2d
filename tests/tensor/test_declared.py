"""What type checkers are told of Tensor is what Tensor has."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from patchgrad.ops import methods
from patchgrad.tensor import Tensor
from patchgrad.tensor.declared import Declared


def declared_names() -> set[str]:
    tree = ast.parse(Path(inspect.getfile(Declared)).read_text())
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == "Declared"]
    (real,) = [one for one in classes if any(isinstance(part, ast.FunctionDef) for part in one.body)]
    return {part.name for part in real.body if isinstance(part, ast.FunctionDef)}


def test_every_declared_method_is_bound() -> None:
    assert [name for name in sorted(declared_names()) if not hasattr(Tensor, name)] == []


def test_every_bound_method_is_declared() -> None:
    bound = {*methods.METHODS, *methods.PROPERTIES}
    bound |= {f"__{prefix}{name}__" for name in methods.OPERATORS for prefix in ("", "r", "i")}
    bound |= {f"__{name}__" for name in methods.COMPARISONS}
    bound |= {name for name in vars(Tensor) if name.endswith("_") and not name.startswith("_")} - {"requires_grad_"}
    assert sorted(bound - declared_names()) == []
