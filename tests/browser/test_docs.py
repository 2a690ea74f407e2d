"""What axe finds in the built documentation, in a light and in a dark theme."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Browser

from .lab import ROOT
from .test_access import AXE

BUILT = ROOT / "docs" / "_build"
PAGES = (
    "index",
    "start",
    "guides",
    "questions",
    "keyboard-map",
    "coming-from-pytorch",
    "errors/made/index",
    "reference/index",
    "tutorials/made/01_first_network",
)
FIND = """() => axe.run({ resultTypes: ["violations"] }).then((found) => found.violations
  .filter((one) => one.impact !== "minor")
  .map((one) => [one.id, one.impact, ...one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))].join(" | ")))"""


def test_axe_finds_nothing_above_minor_in_the_documentation(chromium: Browser) -> None:
    if not (BUILT / "index.html").exists():
        assert not os.environ.get("CI"), "the documentation is not built: make docs"
        pytest.skip("the documentation is not built: make docs")
    wrong: list[str] = []
    for theme in ("light", "dark"):
        page = chromium.new_context(color_scheme=theme).new_page()
        for name in PAGES:
            page.goto((BUILT / f"{name}.html").as_uri())
            page.add_script_tag(path=AXE)
            wrong += [f"{theme}, {name}: {one}" for one in page.evaluate(FIND)]
        page.context.close()
    assert wrong == [], "\n".join(wrong)
