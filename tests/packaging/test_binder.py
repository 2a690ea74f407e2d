"""The Binder folder makes an environment in which the tutorial opens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_binder_pins_through_the_lock() -> None:
    lines = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["-r ../requirements/lab.txt"]
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)


def run(*command: str | Path, cwd: Path, path: str | None = None) -> str:
    environment = os.environ | ({"PATH": path} if path else {})
    report = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert report.returncode == 0, report.stdout + report.stderr
    return report.stdout + report.stderr


@pytest.mark.slow
def test_the_steps_of_binder_work_in_an_empty_environment(tmp_path: Path) -> None:
    """The two commands that repo2docker puts into the image, in a copy of the checkout without anything built."""
    python = shutil.which("python3.12") or sys.executable
    checkout, scripts = tmp_path / "patchgrad", tmp_path / "venv" / "bin"
    run("git", "clone", "--quiet", ROOT, checkout, cwd=tmp_path)
    run(python, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    path = f"{scripts}{os.pathsep}/usr/bin{os.pathsep}/bin"
    run(scripts / "pip", "install", "--no-cache-dir", "-r", "binder/requirements.txt", cwd=checkout, path=path)
    run("./binder/postBuild", cwd=checkout, path=path)
    found = run(scripts / "python", "-c", "import patchgrad; print(patchgrad.__file__)", cwd=tmp_path, path=path)
    assert str(tmp_path / "venv") in found


@pytest.mark.slow
def test_repo2docker_reads_the_folder_as_meant() -> None:
    repo2docker = shutil.which("jupyter-repo2docker")
    if repo2docker is None:
        pytest.skip("jupyter-repo2docker is not on the PATH: pip install jupyter-repo2docker")
    recipe = run(repo2docker, "--no-build", "--no-run", "--debug", ".", cwd=ROOT)
    for wanted in ('-r "binder/requirements.txt"', "RUN ./binder/postBuild", "python=3.12"):
        assert wanted in recipe
