"""Writes the layers of the sidebar's palette, which is there before any kernel runs.

``python -m patchgrad.protocol.emit_catalogue`` rewrites ``extension/src/lab/catalogue.json`` from
``layergraph/catalogue.py``; a test says when the file is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from patchgrad.protocol.kinds import kind_views

TARGET = Path(__file__).parents[3] / "extension" / "src" / "lab" / "catalogue.json"


def catalogue_json() -> str:
    """The whole text of ``catalogue.json``: a list of ``KindView``, as on the wire."""
    return msgspec.json.format(msgspec.json.encode(kind_views()), indent=2).decode() + "\n"


def main(target: Path = TARGET) -> int:
    """Write the file; 0 if it was fresh already, 1 if it changed."""
    text = catalogue_json()
    if target.exists() and target.read_text() == text:
        return 0
    target.write_text(text)
    print(f"wrote {target}")
    return 1


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
