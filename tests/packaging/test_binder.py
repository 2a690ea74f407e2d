"""The Binder folder makes an environment in which the tutorial opens."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .test_release import PYTHONS

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


GIGABYTE = 10**9
FIRST = """
import json, sys, nbformat, nbclient

notebook = nbformat.read("notebooks/01_first_network.ipynb", as_version=4)
asks = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)"
notebook.cells.append(nbformat.v4.new_code_cell(asks))
nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
print(notebook.cells[-1].outputs[0].text)
"""


@pytest.mark.slow
def test_the_steps_of_binder_work_in_an_empty_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two commands that repo2docker puts into the image, in a copy of the checkout without anything built; then
    the first tutorial, whose kernel stays within the memory that Binder gives and finds its kernels compiled."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("PYTHONPATH", "XDG_CACHE_HOME", "PATCHGRAD_CACHE"):
        monkeypatch.delenv(name, raising=False)
    checkout, scripts = tmp_path / "patchgrad", tmp_path / "venv" / "bin"
    run("git", "clone", "--quiet", ROOT, checkout, cwd=tmp_path)
    run(PYTHONS.get("3.12") or next(iter(PYTHONS.values())), "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    path = f"{scripts}{os.pathsep}/usr/bin{os.pathsep}/bin"
    run(scripts / "pip", "install", "--no-cache-dir", "-r", "binder/requirements.txt", cwd=checkout, path=path)
    run("./binder/postBuild", cwd=checkout, path=path)
    found = run(scripts / "python", "-c", "import patchgrad; print(patchgrad.__file__)", cwd=tmp_path, path=path)
    assert str(tmp_path / "venv") in found
    kernels = tmp_path / "home" / ".cache" / "patchgrad" / "kernels"
    compiled = set(kernels.iterdir())
    peak = int(run(scripts / "python", "-c", FIRST, cwd=checkout, path=path).split()[-1])
    assert peak < GIGABYTE
    assert compiled
    assert set(kernels.iterdir()) == compiled
    disk = sum(file.lstat().st_size for root in (checkout, scripts.parent) for file in root.rglob("*"))
    print(f"memory of the kernel {peak / 1e6:.0f} MB, disk {disk / 1e6:.0f} MB, {len(compiled)} compiled kernels")


@pytest.mark.slow
def test_repo2docker_reads_the_folder_as_meant() -> None:
    repo2docker = shutil.which("jupyter-repo2docker")
    if repo2docker is None:
        pytest.skip("jupyter-repo2docker is not on the PATH: pip install jupyter-repo2docker")
    recipe = run(repo2docker, "--no-build", "--no-run", "--debug", ".", cwd=ROOT)
    for wanted in ('-r "binder/requirements.txt"', "RUN ./binder/postBuild", "python=3.12"):
        assert wanted in recipe
