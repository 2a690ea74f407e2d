"""Writes the TypeScript types of the protocol from the structs of ``messages.py``.

``python -m patchgrad.protocol.emit`` rewrites ``extension/src/protocol/messages.ts``; a test says
when the file is stale. Fields that have a default may be left out by the browser, never by the kernel.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from patchgrad.layergraph.commands import AnyCommand
from patchgrad.protocol import messages

TARGET = Path(__file__).parents[3] / "extension" / "src" / "protocol" / "messages.ts"
HEADER = """\
// GENERATED from package/patchgrad/protocol/messages.py by `python -m patchgrad.protocol.emit`. Do not edit.
"""
PLAIN: dict[Any, str] = {
    str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", Any: "unknown",
}  # fmt: skip
Struct = type[msgspec.Struct]


def typescript() -> str:
    """The whole text of ``messages.ts``."""
    from_kernel = set(_reachable(_members(messages.FromKernel)))
    ordered = list(dict.fromkeys(_reachable(_members(messages.FromKernel) + _members(messages.FromBrowser))))
    interfaces = [_interface(struct, always=struct in from_kernel) for struct in ordered]
    return "\n".join([HEADER, *_constants(), "", *interfaces, *_unions()])


def _constants() -> list[str]:
    return [
        f"export const VERSION = {messages.VERSION};",
        f"export const MAX_REQUEST_BYTES = {messages.MAX_REQUEST_BYTES};",
    ]


def _unions() -> list[str]:
    unions = {"Command": AnyCommand, "FromBrowser": messages.FromBrowser, "FromKernel": messages.FromKernel}
    texts = [_union(name, _members(union)) for name, union in unions.items()]
    texts.append(_union("Reply", [m for m in _members(messages.FromKernel) if "request_id" in m.__struct_fields__]))
    tags = "".join(f'  "{_tag(struct)}",\n' for struct in _members(messages.FromKernel))
    texts.append(f'export const KERNEL_TAGS: readonly FromKernel["type"][] = [\n{tags}];\n')
    return texts


def _union(name: str, structs: Iterable[Struct]) -> str:
    return f"export type {name} =\n" + "\n".join(f"  | {struct.__name__}" for struct in structs) + ";\n"


def _interface(struct: Struct, *, always: bool) -> str:
    lines = [*_comment(struct.__dict__.get("__doc__"), ""), f"export interface {struct.__name__} {{"]
    if _tag(struct):
        lines.append(f'  readonly type: "{_tag(struct)}";')
    notes = _field_notes(struct)
    for field in msgspec.structs.fields(struct):
        optional = "" if always or field.required else "?"
        lines.extend(_comment(notes.get(field.name), "  "))
        lines.append(f"  readonly {field.encode_name}{optional}: {_type(field.type)};")
    return "\n".join([*lines, "}", ""])


def _type(annotation: Any) -> str:
    """TypeScript for a Python annotation; TypeError for one that the wire does not have."""
    if annotation == AnyCommand:
        return "Command"
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation.__name__
    return PLAIN.get(annotation) or _compound(annotation)


def _compound(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return " | ".join(f'"{choice}"' for choice in arguments)
    if origin in (types.UnionType, typing.Union):
        return " | ".join(_type(argument) for argument in arguments)
    if origin is tuple:
        return _tuple(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"Readonly<Record<string, {_type(arguments[1])}>>"
    raise TypeError(f"no TypeScript type is known for {annotation!r}")


def _tuple(arguments: tuple[Any, ...]) -> str:
    if arguments[-1] is not Ellipsis:
        return f"readonly [{', '.join(_type(argument) for argument in arguments)}]"
    inner = _type(arguments[0])
    return f"readonly ({inner})[]" if "|" in inner or inner.startswith("readonly ") else f"readonly {inner}[]"


def _members(union: Any) -> list[Struct]:
    return list(typing.get_args(union)) or [union]


def _reachable(structs: Iterable[Struct]) -> Iterator[Struct]:
    """Every struct named by the fields of ``structs``, those named before those that name them."""
    for struct in structs:
        for field in msgspec.structs.fields(struct):
            yield from _reachable(_structs_in(field.type))
        yield struct


def _structs_in(annotation: Any) -> Iterator[Struct]:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _structs_in(argument)


def _tag(struct: Struct) -> str:
    return str(struct.__struct_config__.tag or "")


def _comment(text: str | None, indent: str) -> list[str]:
    if not text:
        return []
    lines = inspect.cleandoc(text).replace("``", "`").replace("*/", "* /").splitlines()
    if len(lines) == 1:
        return [f"{indent}/** {lines[0]} */"]
    return [f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */"]


def _field_notes(struct: Struct) -> dict[str, str]:
    """The string that stands under a field, by field name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(struct))).body[0]
    assert isinstance(body, ast.ClassDef)
    notes: dict[str, str] = {}
    for field, note in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(note, ast.Expr):
            notes[field.target.id] = inspect.cleandoc(str(ast.literal_eval(note.value)))
    return notes


def main(target: Path = TARGET) -> int:
    """Write the file; 0 if it was fresh already, 1 if it changed."""
    text = typescript()
    if target.exists() and target.read_text() == text:
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    print(f"wrote {target}")
    return 1


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
