"""The page "Coming from PyTorch": each of its public names, whether it is here, and why not."""

from __future__ import annotations

from pathlib import Path

from pytorch.compare import Row, parameter_reasons, rows

HEAD = """# Coming from PyTorch

Every public name of PyTorch {version}, by namespace: what is here under the same name, and why the others are not. What
is here is compared with PyTorch in the tests: values, dtypes, shapes and gradients.

| namespace | names | here | left out, with a reason |
|---|---|---|---|
{summary}

## Parameters that are not taken

{parameters}
"""


def write(path: Path, version: str) -> None:
    found = rows()
    spaces: dict[str, list[Row]] = {}
    for row in found:
        spaces.setdefault(row.path.rsplit(".", 1)[0], []).append(row)
    summary = "\n".join(_counts(space, members) for space, members in spaces.items())
    parameters = "\n".join(f"- `{pattern}`: {why}" for pattern, why in parameter_reasons())
    text = HEAD.format(version=version, summary=summary, parameters=parameters)
    path.write_text(text + "".join(_space(space, members) for space, members in spaces.items()))


def _counts(space: str, members: list[Row]) -> str:
    here = sum(row.there for row in members)
    return f"| `{space}` | {len(members)} | {here} | {len(members) - here} |"


def _space(space: str, members: list[Row]) -> str:
    here = " ".join(f"`{row.path.rsplit('.', 1)[1]}`" for row in members if row.there)
    by_reason: dict[str, list[str]] = {}
    for row in members:
        if not row.there:
            by_reason.setdefault(row.why or "no reason written", []).append(f"`{row.path.rsplit('.', 1)[1]}`")
    away = "\n".join(f"- {why}: {' '.join(found)}" for why, found in by_reason.items())
    return f"\n## {space}\n\nHere: {here or 'nothing'}\n\n{away}\n"
