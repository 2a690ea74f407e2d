"""What `import patchgrad` brings along, and what it leaves for later."""

from __future__ import annotations

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
