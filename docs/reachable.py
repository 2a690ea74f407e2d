"""What the theme leaves out and a screen reader or a keyboard needs, put into the pages once they are built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MENDED = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    "<pre>": '<pre tabindex="0">',  # long lines are scrolled by keys
}


def mend(app: Any, problem: Exception | None) -> None:
    """After the build; a page that was mended before stays as it is."""
    for page in Path(app.outdir).rglob("*.html") if problem is None else ():
        text = page.read_text(encoding="utf-8")
        better = text
        for was, becomes in MENDED.items():
            better = better.replace(was, becomes)
        if better != text:
            page.write_text(better, encoding="utf-8")
