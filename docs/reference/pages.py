"""The reference: a page per family of functions, with signature, meaning, formula and an example that was run."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from patchgrad import emit
from patchgrad.autograd.op import OpSpec, all_ops
from reference.docstring import markdown
from reference.examples import example

PACKAGES = {"nn": "Layers", "optim": "Optimizers", "optim/lr_scheduler": "Schedules", "data": "Data"}

ROOMS = {
    "Linear algebra": ("patchgrad.linalg", "linalg"),
    "Special functions": ("patchgrad.ops.special", "special"),
    "Fourier transforms": ("patchgrad.fft", "fft"),
    "Windows": ("patchgrad.ops.windows", "signal.windows"),
}
"""Where else functions stand: the module, and what is written before their names."""


def write(folder: Path) -> None:
    """Write every page; a page whose text is unchanged is left alone, so that a build stays incremental."""
    folder.mkdir(exist_ok=True)
    texts = dict(pages())
    for path in folder.glob("*.md"):
        if path.stem not in texts:
            path.unlink()
    for name, text in texts.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def pages() -> Iterator[tuple[str, str]]:
    """(file name, text) of every page."""
    for module, names in families().items():
        yield module.rsplit(".", 1)[-1], _page(module, names, "pg", "")
    functional = import_module("patchgrad.nn.functional")
    yield (
        "functional",
        _page("patchgrad.nn.functional", sorted(functional.__all__), "pg.nn.functional", "nn.functional."),
    )
    for title, (module, path) in ROOMS.items():
        names = [name for name in sorted(import_module(module).__all__) if name[0].islower()]
        yield title.lower().replace(" ", "_"), _page(module, names, f"pg.{path}", f"{path}.", title)
    for folder, title in PACKAGES.items():
        yield folder.replace("/", "_"), _package(folder, title)


def families() -> dict[str, list[str]]:
    """Modules of functions that stand in ``pg`` itself, with their names."""
    table, _ = emit.listed("")
    return {module: names.split() for module, names in table.items() if module.startswith("patchgrad.ops.")}


def _page(module: str, names: list[str], prefix: str, path: str, title: str = "") -> str:
    home = import_module(module)
    title = title or module.rsplit(".", 1)[-1].replace("_", " ").capitalize()
    parts = [f"# {title}", "", markdown(home), ""]
    for name in names:
        parts += [_entry(getattr(home, name), f"{prefix}.{name}", path + name), ""]
    return "\n".join(parts)


def _package(folder: str, title: str) -> str:
    table, _ = emit.listed(folder)
    parts = [f"# {title}", ""]
    for module, names in table.items():
        home = import_module(module)
        for name in names.split():
            parts += [_entry(getattr(home, name), f"pg.{folder.replace('/', '.')}.{name}", ""), ""]
    return "\n".join(parts)


def _entry(value: Any, name: str, call: str) -> str:
    parts = [f"## {name.rsplit('.', 1)[-1]}", "", f"```python\n{name}{_signature(value)}\n```", "", markdown(value)]
    op: OpSpec | None = getattr(value, "op", None) or _OPS().get(call.rsplit(".", 1)[-1])
    if op is not None:
        parts += ["", *_record(op)]
    shown = example(call) if call else ""
    if shown:
        parts += ["", f"```python\n{shown}\n```"]
    return "\n".join(parts)


def _OPS() -> dict[str, OpSpec]:
    return {op.name: op for op in all_ops()}


def _record(op: OpSpec) -> list[str]:
    """What the record of an op says beyond its docstring."""
    parts = [f"$${op.formula}$$", ""] if op.formula else []
    inputs = op.inputs if op.joint is not None else tuple(name for name in op.inputs if name in op.vjps)
    parts.append(f"Gradient: by {', '.join(f'`{name}`' for name in inputs)}." if inputs else "Gradient: none.")
    if op.saves:
        parts.append(f"Keeps {', '.join(f'`{name}`' for name in op.saves)} until backward.")
    return parts


def _signature(value: Any) -> str:
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return "(...)"
    bare = [entry.replace(annotation=entry.empty) for entry in found.parameters.values()]
    return str(inspect.Signature(bare))
