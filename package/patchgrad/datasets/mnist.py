"""MNIST: 70,000 handwritten digits of 28×28 pixels, from a folder of the four original files or downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from patchgrad.backend import host
from patchgrad.data import TensorDataset
from patchgrad.datasets.download import check_hash, place_of
from patchgrad.datasets.download import download as fetch
from patchgrad.datasets.idx import read_idx
from patchgrad.errors import DataError
from patchgrad.tensor import Tensor

SHA256 = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
SAMPLES = {"train": 60_000, "t10k": 10_000}
SMALL_TRAIN = 8_000
SIDE = 28
MEAN, STD = 0.1307, 0.3081
"""Of all training pixels, scaled to 0 ... 1."""


def mnist(
    folder: str | Path | None = None,
    train: bool = True,
    *,
    small: bool = False,
    download: bool = False,
    url: str = URL,
    normalize: bool = True,
) -> TensorDataset:
    """Scans of handwritten digits, 28×28 pixels; every file is checked by its hash before it is used.

    Parameters
        folder     of the original idx files, packed (``.gz``) or unpacked; by default ``PATCHGRAD_DATA``/mnist or
                   ~/.cache/patchgrad/mnist
        train      the training part, or the test part
        small      only the 10,000 original test scans: the first 8,000 for training, the last 2,000 for testing
        download   fetch missing files (11 MB in all, 1.7 MB for ``small``) into the folder
        url        where to fetch from
        normalize  shift and scale to mean 0 and standard deviation 1; otherwise 0 ... 1
    Returns
        images (n, 1, 28, 28) float32 and labels (n,) int64
    Errors
        DataError  if files are missing, truncated or have a wrong hash; nothing is half loaded.
    Source
        Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.
    """
    place = place_of("mnist", folder)
    part = "train" if train and not small else "t10k"
    count = SAMPLES[part]
    images = _array(place, f"{part}-images-idx3-ubyte", (count, SIDE, SIDE), download, url)
    labels = _array(place, f"{part}-labels-idx1-ubyte", (count,), download, url)
    if small:
        wanted = slice(None, SMALL_TRAIN) if train else slice(SMALL_TRAIN, None)
        images, labels = images[wanted], labels[wanted]
    return TensorDataset(Tensor(_scaled(images, normalize)), Tensor(labels.astype(host.int64)))


def _array(folder: Path, name: str, shape: tuple[int, ...], download: bool, url: str) -> Any:
    packed, plain = folder / f"{name}.gz", folder / name
    if not packed.exists() and not plain.exists():
        if not download:
            raise _missing(folder, name)
        fetch(url.rstrip("/") + f"/{packed.name}", packed, SHA256[packed.name])
    if not packed.exists():
        return read_idx(plain, shape)
    check_hash(packed, SHA256[packed.name])
    return read_idx(packed, shape)


def _missing(folder: Path, name: str) -> DataError:
    have = sorted(path.name for path in folder.glob("*-ubyte*")) if folder.is_dir() else None
    only_test = have is not None and name.startswith("train") and any(file.startswith("t10k") for file in have)
    return DataError(
        f"MNIST needs the file {name}.gz",
        where=str(folder),
        got="no such folder" if have is None else ", ".join(have) or "a folder without idx files",
        want=f"{name}.gz or {name}",
        hint="small=True, for the 10,000 scans that are there" if only_test else "download=True",
    )


def _scaled(images: Any, normalize: bool) -> Any:
    pixels = images.reshape(-1, 1, SIDE, SIDE).astype(host.float32) / host.float32(255)
    return (pixels - host.float32(MEAN)) / host.float32(STD) if normalize else pixels
