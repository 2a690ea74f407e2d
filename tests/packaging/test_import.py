"""What `import patchgrad` brings along, and what it leaves for later."""

from __future__ import annotations

import os
import subprocess
import sys

LATER = {
    "IPython",
    "anywidget",
    "cupy",
    "ipywidgets",
    "llvmlite",
    "msgspec",
    "numba",
    "plotly",
    "scipy",
    "torch",
    "tqdm",
}


def loaded_by(code: str) -> set[str]:
    """Modules that are there after the code ran in a fresh interpreter."""
    script = f"import sys\n{code}\nprint(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    )


def test_importing_brings_numpy_and_little_else():
    found = loaded_by("import patchgrad")
    assert LATER & found == set()
    assert not {name for name in found if name.startswith(("patchgrad.nn", "patchgrad.optim", "patchgrad.session"))}


def test_a_family_of_ops_comes_with_the_first_use_of_a_name_of_it():
    code = "import patchgrad as pg; x = pg.tensor([1.0]) + 1"
    assert "patchgrad.ops.elementwise" in loaded_by(code)
    assert "patchgrad.ops.conv" not in loaded_by(code)
    assert "patchgrad.ops.sorting" in loaded_by(f"{code}; x.sort()")


def test_without_a_home_that_can_be_written_all_works_and_nothing_complains():
    """Kernels that are compiled have no cache then, and data sets no place of their own."""
    code = "import patchgrad as pg; print(pg.doctor().problems); x = pg.randn(4, 64); pg.nn.Linear(64, 8)(x).relu()"
    home = {"HOME": "/dev/null/home", "XDG_CACHE_HOME": "/dev/null/cache", "PATCHGRAD_KERNELS": "wait"}
    command = [sys.executable, "-W", "error", "-c", code]
    report = subprocess.run(command, env=os.environ | home, capture_output=True, text=True, check=False)
    assert (report.returncode, report.stdout, report.stderr) == (0, "()\n", "")
