"""The lock files can be installed anywhere: complete for every platform, and without addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NPM_LOCK = ROOT / "extension" / "package-lock.json"
PYTHON_LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def test_npm_lock_holds_every_platforms_packages() -> None:
    """``npm install`` leaves out what the registry lacks, without a word, and then ``npm ci`` fails everywhere."""
    packages = json.loads(NPM_LOCK.read_text())["packages"]
    held = {path.split("node_modules/")[-1] for path in packages}
    wanted = {name for package in packages.values() for name in package.get("optionalDependencies", {})}
    assert wanted <= held


def test_npm_lock_says_what_the_packages_are_but_not_where_they_lie() -> None:
    packages = json.loads(NPM_LOCK.read_text())["packages"]
    assert not [path for path, package in packages.items() if "resolved" in package]
    assert not [path for path, package in packages.items() if path and "integrity" not in package]


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_python_locks_name_exact_versions_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    requirements = [line for line in text.splitlines() if re.match(r"[A-Za-z]", line)]
    assert requirements
    assert not [line for line in requirements if not re.match(r"[\w.-]+==[\w.+]+( |$)", line)]
