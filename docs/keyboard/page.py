"""The keyboard map as a page, from the registry of the front end (``keyboard.json``, which its tests keep fresh)."""

from __future__ import annotations

import json
from pathlib import Path

HEAD = """# Keyboard map

Keys work while the studio has the focus: click the canvas, or press Tab until it is framed. In the studio
`?` shows the same map.
"""


def text() -> str:
    """The page: a table for each family of commands."""
    commands = json.loads(Path(__file__).with_name("keyboard.json").read_text())
    parts = [HEAD]
    for family in dict.fromkeys(command["family"] for command in commands):
        parts += [f"## {family}", "", "| key | does |", "|---|---|"]
        parts += [_row(command) for command in commands if command["family"] == family]
        parts.append("")
    return "\n".join(parts)


def _row(command: dict[str, object]) -> str:
    keys = command["keys"]
    assert isinstance(keys, list)
    return f"| {' or '.join(f'`{key}`' for key in keys)} | {command['label']} |"


def write(path: Path) -> None:
    if not path.exists() or path.read_text() != text():
        path.write_text(text())
