"""Writes what is derived from the lists of public names: ``python -m patchgrad.emit``. A test compares.

The lists are the imports under ``if TYPE_CHECKING:`` in each package's ``__init__``, and, for ops, what each family
names in ``__all__``, ``METHODS``, ``IN_PLACE`` and ``PROPERTIES``.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module, reload
from pathlib import Path

from patchgrad.autograd.op import OpSpec, entered
from patchgrad.lazy import Table
from patchgrad.ops import _public, binding, declare

ROOT = Path(__file__).parent
PACKAGES = ("", "autograd", "func", "nn", "optim", "optim/lr_scheduler", "data")
HEAD = '"""Written by ``python -m patchgrad.emit``."""\n'
WRITTEN = '''"""Methods that write in place, as functions: ``relu_(x)``. Written by ``python -m patchgrad.emit``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.tensor import Tensor

__all__ = [
{names}]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(Tensor, name)


{types}'''


def module_of(folder: str) -> str:
    return ".".join(["patchgrad", *folder.split("/")]) if folder else "patchgrad"


def listed(folder: str) -> tuple[Table, list[str]]:
    """Names by module, and submodules, that a package's ``__init__`` imports for type checkers."""
    table: dict[str, list[str]] = {}
    submodules: list[str] = []
    for block in ast.parse((ROOT / folder / "__init__.py").read_text()).body:
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING":
            for line in block.body:
                assert isinstance(line, ast.ImportFrom), "only imports stand under TYPE_CHECKING"
                names = [alias.name for alias in line.names]
                if line.module == module_of(folder):
                    submodules += names
                else:
                    table.setdefault(str(line.module), []).extend(_all_of(line.module) if names == ["*"] else names)
    return {module: " ".join(sorted(names)) for module, names in sorted(table.items())}, sorted(submodules)


def constant(path: Path, name: str) -> object:
    """The value of a constant at the top of a file, or None."""
    for line in ast.parse(path.read_text()).body:
        if isinstance(line, ast.Assign) and [getattr(target, "id", "") for target in line.targets] == [name]:
            return ast.literal_eval(line.value)
    return None


def written() -> list[str]:
    """Methods of the families that write in place: functions of the top level too."""
    found = families()
    names = {f"{name}_" for entry in found["IN_PLACE"].values() for name in entry.split()}
    methods = {name for entry in found["METHODS"].values() for name in entry.split()}
    return sorted(names | {name for name in methods if name.endswith("_") and not name.endswith("__")})


def written_text() -> str:
    """The file that holds them as functions."""
    types = "".join(f"{name}: Callable[..., Tensor]\n" for name in written())
    return WRITTEN.format(names="".join(f'    "{name}",\n' for name in written()), types=types)


def _all_of(module: str | None) -> list[str]:
    if module == "patchgrad.ops._written":
        return written()
    path = ROOT.joinpath(*str(module).split(".")[1:]).with_suffix(".py")
    found = constant(path, "__all__")
    assert isinstance(found, list), f"{module} is imported with a star and has no __all__"
    return [str(name) for name in found]


@cache
def families() -> dict[str, Table]:
    """``METHODS``, ``IN_PLACE`` and ``PROPERTIES`` by family of ops, and the names of the ops themselves."""
    found: dict[str, Table] = {"METHODS": {}, "IN_PLACE": {}, "PROPERTIES": {}, "OPS": {}}
    for path in sorted((ROOT / "ops").glob("[a-z]*.py")):
        import_module(f"patchgrad.ops.{path.stem}")
        for kind in ("METHODS", "IN_PLACE", "PROPERTIES"):
            names = constant(path, kind)
            if isinstance(names, str):
                found[kind][path.stem] = names
    for op in entered():
        home = _home(op)
        if home:
            found["OPS"][home] = f"{found['OPS'].get(home, '')} {op.name}".strip()
    return found


def _home(op: OpSpec) -> str:
    """The family whose file holds the op's rules; empty where that is not in the room of ops."""
    modules = [getattr(rule, "__module__", "") for rule in (op.forward, op.samples, op.joint, *op.vjps.values())]
    found = [module.removeprefix("patchgrad.ops.") for module in modules if module.startswith("patchgrad.ops.")]
    return found[0] if found else ""


def _written(table: Table) -> str:
    return "{\n" + "".join(f"    {module!r}: {names!r},\n" for module, names in table.items()) + "}\n"


def tables() -> dict[Path, str]:
    """The tables of names, with the files they stand in."""
    found: dict[Path, str] = {}
    for folder in PACKAGES:
        table, submodules = listed(folder)
        found[ROOT / folder / "_public.py"] = (
            f"{HEAD}\nSUBMODULES = {' '.join(submodules)!r}\nNAMES = {_written(table)}"
        )
    parts = "".join(f"{kind} = {_written(table)}" for kind, table in families().items())
    own = " ".join(sorted(binding.family("methods").own()))
    found[ROOT / "ops" / "_written.py"] = written_text()
    return found | {ROOT / "ops" / "_public.py": f"{HEAD}\nOWN = {own!r}\n{parts}"}


def declared() -> dict[Path, str]:
    """What type checkers are told of Tensor; made from the tables in force."""
    return {declare.TARGET: declare.text()}


def write(files: dict[Path, str]) -> None:
    for path, text in files.items():
        path.write_text(text)


if __name__ == "__main__":
    write(tables())
    reload(_public)
    write(declared())
