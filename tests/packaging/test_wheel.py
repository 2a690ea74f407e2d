"""What is shipped: the wheel carries the built front end, and an sdist makes the same wheel without Node."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling builds the wheel: make test installs it")

ROOT = Path(__file__).parents[2]
LABEXTENSION = re.compile(r"patchgrad-[\d.]+\.data/data/share/jupyter/labextensions/patchgrad-lab/(.+)")


def build(project: Path, target: str, folder: Path) -> Path:
    """Build ``wheel`` or ``sdist`` of a project, and give the one file that came out."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    environment = os.environ | {"NO_COLOR": "1"}
    report = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert report.returncode == 0, report.stdout + report.stderr
    (product,) = folder.iterdir()
    return product


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "package/patchgrad/static/widget.js").exists():
        pytest.skip("the front end is not built: make unit builds it")
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


def test_wheel_has_the_package_and_the_built_widgets(wheel: Path) -> None:
    wanted = {f"patchgrad/{name}" for name in ("__init__.py", "version.py", "static/widget.js", "static/plots.js")}
    assert wanted <= names_in(wheel)


def test_wheel_has_the_prebuilt_labextension_under_the_packages_version(wheel: Path) -> None:
    held = {match[1]: name for name in names_in(wheel) if (match := LABEXTENSION.fullmatch(name))}
    assert {"package.json", "install.json", "schemas/patchgrad-lab/palette.json"} <= held.keys()
    with zipfile.ZipFile(wheel) as archive:
        metadata = json.loads(archive.read(held["package.json"]))
    assert metadata["version"] == wheel.name.split("-")[1]
    assert metadata["jupyterlab"]["_build"]["load"] in held


def test_wheel_has_the_whole_licence_of_every_package_in_its_bundles(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("patchgrad/static/third-party-licences.txt").decode()
        assert any(name.endswith("dist-info/licenses/LICENSE") for name in archive.namelist())
    entries = dict(re.findall(r"^==== (\S+) \S+, .+? ====\n(.+?)(?=^====|\Z)", text, re.MULTILINE | re.DOTALL))
    assert {
        "@xyflow/react",
        "react",
        "react-dom",
        "zustand",
        "d3-zoom",
        "plotly.js-cartesian-dist-min",
    } <= entries.keys()
    for name, licence in entries.items():
        assert "WITHOUT WARRANTY" in licence.upper() or "AS IS" in licence.upper(), name
        assert "copyright" in licence.lower(), name


def test_wheel_has_nothing_else(wheel: Path) -> None:
    stray = {name for name in names_in(wheel) if not name.startswith("patchgrad")}
    assert stray == set()
    assert not [name for name in names_in(wheel) if "node_modules" in name or name.endswith((".ts", ".tsx", ".map"))]


def test_sdist_makes_the_same_wheel_without_node(wheel: Path, tmp_path: Path) -> None:
    sdist = build(ROOT, "sdist", tmp_path / "sdist")
    subprocess.run([sys.executable, "-m", "tarfile", "-e", str(sdist), str(tmp_path)], check=True)
    (project,) = tmp_path.glob("patchgrad-*")
    # Any attempt to build the front end again would fail on these.
    for script in (project / "extension").glob("build-*.mjs"):
        script.write_text("throw new Error('built again')")
    assert names_in(build(project, "wheel", tmp_path / "wheel")) == names_in(wheel)
