"""Wheel and sdist install into empty environments of every Python found here, without Node, and work there."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from .test_wheel import ROOT, build

NEWEST = 15
TRY = """
import patchgrad as pg

found = pg.doctor()
assert not found.problems, found
model = pg.nn.Sequential(pg.nn.Linear(4, 8), pg.nn.ReLU(), pg.nn.Linear(8, 2))
data = pg.data.TensorDataset(pg.randn(256, 4), pg.randint(0, 2, (256,)))
optimizer = pg.optim.Adam(model.parameters())
session = pg.Session(model, pg.data.DataLoader(data, batch_size=32), loss=pg.nn.CrossEntropyLoss(), optimizer=optimizer)
session.run(steps=20, progress=False)
session.apply(pg.edit.insert("relu1 -> linear2", pg.nn.Dropout(0.1)))
session.run(steps=20, progress=False)
session.studio()
print(session.step_count, pg.__file__)
"""
LAB = """
import subprocess, sys

import patchgrad as pg

assert len(pg.datasets.digits()) > 1000
listed = subprocess.run([sys.executable, "-m", "jupyter", "labextension", "list"], capture_output=True, text=True)
assert "patchgrad-lab" in listed.stderr + listed.stdout, listed
print(pg.doctor().in_force["lab extension"])
"""


def pythons() -> dict[str, str]:
    """Interpreters that patchgrad supports, by minor version."""
    named = (shutil.which(f"python3.{minor}") for minor in range(11, NEWEST + 1))
    kept = glob.glob(str(Path.home() / ".pyenv" / "versions" / "3.*" / "bin" / "python"))
    found = {".".join(map(str, sys.version_info[:2])): sys.executable}
    for path in (*filter(None, named), *kept):
        asked = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.match(r"Python (3\.(\d+))", asked)
        if version and int(version[2]) >= 11:
            found.setdefault(version[1], path)
    return found


PYTHONS = pythons()


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    if not (ROOT / "package/patchgrad/static/widget.js").exists():
        pytest.skip("the front end is not built: make unit builds it")
    return {target: build(ROOT, target, tmp_path_factory.mktemp(target)) for target in ("wheel", "sdist")}


def run(command: Iterable[str | Path], cwd: Path) -> str:
    """Without Node, and without this checkout on the path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PATH"] = os.pathsep.join(("/usr/bin", "/bin"))
    report = subprocess.run(list(command), cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert report.returncode == 0, report.stdout + report.stderr
    return report.stdout


@pytest.mark.slow
@pytest.mark.parametrize("what", ["wheel", "wheel[lab]", "sdist"])
@pytest.mark.parametrize("version", sorted(PYTHONS))
def test_it_installs_into_an_empty_environment_and_trains(
    version: str, what: str, products: dict[str, Path], tmp_path: Path
) -> None:
    kind, _, extra = what.partition("[")
    run([PYTHONS[version], "-m", "venv", tmp_path / "venv"], tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run([python, "-m", "pip", "install", "-q", f"{products[kind]}{extra and '[' + extra}"], tmp_path)
    run([python, "-m", "pip", "check"], tmp_path)
    steps, place = run([python, "-W", "error", "-c", TRY], tmp_path).split()
    assert steps == "40"
    assert Path(place).is_relative_to(tmp_path / "venv")
    if extra:
        assert run([python, "-c", LAB], tmp_path) == "found\n"
