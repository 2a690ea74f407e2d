"""The handwritten digits that come with scikit-learn: real scans, small enough for any machine."""

from __future__ import annotations

import gzip
import zlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from patchgrad.backend import host
from patchgrad.data import TensorDataset
from patchgrad.data.order import permutation
from patchgrad.errors import ArgumentError, DataError
from patchgrad.tensor import Tensor

SAMPLES, SIDE, LEVELS = 1797, 8, 16
MEAN, STD = 0.30526, 0.37605
"""Of all pixels, scaled to 0 ... 1."""


def digits(train: bool = True, *, test_fraction: float = 0.2, seed: int = 0, normalize: bool = True) -> TensorDataset:
    """Scans of handwritten digits, 8×8 pixels, found in the installed scikit-learn; no download.

    Parameters
        train          the training part, or the rest for testing
        test_fraction  how much is kept for testing
        seed           of the random split; the two parts of one seed have no sample in common
        normalize      shift and scale to mean 0 and standard deviation 1; otherwise 0 ... 1
    Returns
        images (n, 1, 8, 8) float32 and labels (n,) int64; n is 1,797 for both parts together
    Errors
        DataError  if scikit-learn is not installed or its file is damaged.
    Source
        E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository.
    """
    if not 0 <= test_fraction < 1:
        raise ArgumentError(
            "digits cannot split off the test part", got=f"test_fraction={test_fraction}", want="[0, 1)"
        )
    table = _table()
    order = permutation(SAMPLES, seed)
    border = SAMPLES - round(SAMPLES * test_fraction)
    rows = table[order[:border] if train else order[border:]]
    images = (rows[:, :-1] / LEVELS).astype(host.float32).reshape(-1, 1, SIDE, SIDE)
    if normalize:
        images = (images - host.float32(MEAN)) / host.float32(STD)
    return TensorDataset(Tensor(images), Tensor(rows[:, -1].astype(host.int64)))


def _table() -> Any:
    """64 pixels of 0 ... 16 and the label, one scan a row: (1797, 65)."""
    path = _file()
    try:
        lines = gzip.decompress(path.read_bytes()).decode("ascii").splitlines()
        table = host.loadtxt(lines or ["0"], delimiter=",")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be read", where=str(path), got=str(error), hint=_REINSTALL) from error
    if table.shape != (SAMPLES, SIDE * SIDE + 1):
        raise DataError(
            f"{path.name} is not the file of digits",
            where=str(path),
            got=f"a table of shape {table.shape}",
            want=f"({SAMPLES}, {SIDE * SIDE + 1})",
            hint=_REINSTALL,
        )
    return table


_REINSTALL = "pip install --force-reinstall scikit-learn"


def _file() -> Path:
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        raise DataError(
            "the digits come with scikit-learn, which is not installed",
            want="the package scikit-learn, whose file of scans is read",
            hint="pip install scikit-learn",
        )
    return Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
