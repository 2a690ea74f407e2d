"""Who may import whom, in both languages: the rules hold, and each of them can fail.

The rules themselves stand in ``pyproject.toml`` (import-linter) and ``extension/.dependency-cruiser.cjs``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "extension"

UPWARD_IN_PYTHON = {
    "a room imports one above it": ("backend", "import patchgrad.nn"),
    "two rooms of one row import each other": ("recorder", "import patchgrad.layergraph"),
    "numpy outside backend": ("nn", "import numpy"),
    "cupy outside backend": ("ops", "from cupy import asarray"),
    "IPython outside widgets": ("session", "import IPython.display"),
}

UPWARD_IN_TYPESCRIPT = {
    "a room imports one above it": ("model", 'import "../view/probe";'),
    "lab imports widgets": ("lab", 'import "../widgets/probe";'),
    "React outside view": ("store", 'import { useState } from "react"; useState(0);'),
    "React Flow outside view": ("commands", 'import { ReactFlow } from "@xyflow/react"; ReactFlow({});'),
    "JupyterLab outside lab": (
        "widgets",
        'import type { JupyterFrontEnd } from "@jupyterlab/application"; let a: JupyterFrontEnd;',
    ),
    "anywidget's model outside the bridge": (
        "store",
        'import type { AnyModel } from "@anywidget/types"; let a: AnyModel;',
    ),
    "Plotly outside its bundle": ("view", 'import "plotly.js-cartesian-dist-min";'),
    "an import of nothing": ("view", 'import "./absent";'),
}


def lint_imports(package: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--config", ROOT / "pyproject.toml", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(package)}
    return subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True, check=False)


def test_python_rooms_import_only_rooms_below() -> None:
    report = lint_imports(ROOT / "package")
    assert report.returncode == 0, report.stdout


@pytest.mark.parametrize(("room", "line"), UPWARD_IN_PYTHON.values(), ids=UPWARD_IN_PYTHON.keys())
def test_a_wrong_import_in_python_is_found(tmp_path: Path, room: str, line: str) -> None:
    for name in ("backend", "ops", "nn", "recorder", "layergraph", "session"):
        (tmp_path / "patchgrad" / name).mkdir(parents=True)
        (tmp_path / "patchgrad" / name / "__init__.py").touch()
    (tmp_path / "patchgrad" / "__init__.py").touch()
    (tmp_path / "patchgrad" / room / "probe.py").write_text(line + "\n")
    report = lint_imports(tmp_path)
    assert report.returncode == 1
    assert f"patchgrad.{room}.probe" in report.stdout


def test_no_module_imports_the_front_door() -> None:
    """``import patchgrad`` inside the package would lead around the table of rooms."""
    graph = grimp.build_graph("patchgrad", cache_dir=None)
    # session.studio() and watch.show() open what stands above them, by its public name and when it is asked for; the
    # doctor tries it.
    assert graph.find_modules_that_directly_import("patchgrad") <= {
        "patchgrad.recorder.watch",
        "patchgrad.session.session",
        "patchgrad.widgets.doctor",
    }


def cruise(extension: Path) -> subprocess.CompletedProcess[str]:
    if not (EXTENSION / "node_modules" / "dependency-cruiser").is_dir():
        pytest.skip("the packages of the front end are not installed: make front-end")
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    node = shutil.which("node", path=scripts)
    binary = EXTENSION / "node_modules" / "dependency-cruiser" / "bin" / "dependency-cruiser.mjs"
    command = [node or "node", binary, "--config", extension / ".dependency-cruiser.cjs", "src"]
    return subprocess.run(command, cwd=extension, capture_output=True, text=True, check=False)


def test_typescript_rooms_import_only_rooms_below() -> None:
    report = cruise(EXTENSION)
    assert report.returncode == 0, report.stdout + report.stderr


@pytest.mark.parametrize(("room", "line"), UPWARD_IN_TYPESCRIPT.values(), ids=UPWARD_IN_TYPESCRIPT.keys())
def test_a_wrong_import_in_typescript_is_found(tmp_path: Path, room: str, line: str) -> None:
    for name in ("protocol", "model", "store", "commands", "view", "widgets", "lab"):
        (tmp_path / "src" / name).mkdir(parents=True)
        (tmp_path / "src" / name / "probe.ts").touch()
    (tmp_path / "src" / room / "wrong.ts").write_text(line + "\n")
    (tmp_path / "node_modules").symlink_to(EXTENSION / "node_modules")
    for name in (".dependency-cruiser.cjs", "tsconfig.json", "package.json"):
        shutil.copy(EXTENSION / name, tmp_path)
    report = cruise(tmp_path)
    assert report.returncode != 0
    assert f"src/{room}/wrong.ts" in report.stdout
