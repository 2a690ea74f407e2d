"""The studio's module keeps to the contract of anywidget, so that hosts that nobody tried can show it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BRIDGE = ROOT / "extension" / "src" / "protocol" / "bridge.ts"
STATIC = ROOT / "package" / "patchgrad" / "static"
CONTRACT = {"get", "set", "save_changes", "on", "off", "send", "widget_manager"}
# Bytes: the code travels in one message, once a page.
LARGEST = {"widget.js": 1_000_000, "plots.js": 2_000_000}


def test_only_the_members_that_every_host_gives_are_used():
    used = set(re.findall(r"\bmodel\.(\w+)\(", BRIDGE.read_text()))
    assert used
    assert used <= CONTRACT - {"widget_manager"}


@pytest.mark.parametrize("name", LARGEST)
def test_a_bundle_knows_no_host_loads_nothing_and_is_small(name):
    if not (STATIC / name).exists():
        pytest.skip("the front end is not built")
    text = (STATIC / name).read_text(encoding="utf-8")
    assert len(text.encode()) < LARGEST[name]
    assert "jupyterapp" not in text
    assert "@jupyterlab/" not in text
    assert not re.search(r"""(^|[;}])import\s*(?:[\w{*][^"'();]{0,200}from\s*)?["']""", text)
