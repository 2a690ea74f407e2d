"""The catalogue of errors shows every mistake with its code, its message and a cure."""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import harness

ROOT = Path(__file__).parents[2]


def test_every_mistake_stands_in_the_catalogue_with_a_cure(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "docs"), *sys.path])
    from errors import pages

    made = pages.pages()
    assert set(made) == {"index", *harness.TOPICS}
    for topic in harness.TOPICS:
        entries = made[topic].split("\n## ")[1:]
        kept = list(harness.snapshots(topic).values())
        assert len(entries) == len(kept)
        for entry, message in zip(entries, kept, strict=True):
            assert message in entry
            assert "**Cure:** " in entry
            assert "```python\n" in entry
