"""Settings that hold for every test."""

from __future__ import annotations

import os
from pathlib import Path

# Tests run side by side: threads that wait for each other inside a small product would cost a hundredfold.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Every step computes with the same kernels, however long the first of them took to compile.
os.environ.setdefault("PATCHGRAD_KERNELS", "wait")
# SciPy reads it when it is imported: its functions then take arrays of any library that speaks the array API.
os.environ.setdefault("SCIPY_ARRAY_API", "1")

import pytest
from hypothesis import settings

# No deadline: a slow machine is not a wrong answer. CI repeats the same cases, so that a red run can be looked into.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data sets: ``PATCHGRAD_DATA``, or ``../shared/data`` beside the checkout."""
    folder = Path(os.environ.get("PATCHGRAD_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data sets in {folder}; set PATCHGRAD_DATA to a folder that has mnist/")
    return folder
