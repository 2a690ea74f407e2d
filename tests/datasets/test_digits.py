"""The digits of scikit-learn: the real scans, always split alike."""

import gzip
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from patchgrad import datasets
from patchgrad.errors import ArgumentError, DataError

room = import_module("patchgrad.datasets.digits")
sklearn_datasets = pytest.importorskip("sklearn.datasets")


def test_the_scans_are_those_of_scikit_learn():
    want_images, want_labels = sklearn_datasets.load_digits(return_X_y=True)
    dataset = datasets.digits(test_fraction=0, normalize=False)
    images, labels = dataset.tensors
    assert (images.shape, images.dtype.name, labels.dtype.name) == ((1797, 1, 8, 8), "float32", "int64")
    got = {(row.tobytes(), int(label)) for row, label in zip(images.data, labels.data, strict=True)}
    want = np.float32(want_images.reshape(-1, 1, 8, 8) / 16)
    assert got == {(row.tobytes(), int(label)) for row, label in zip(want, want_labels, strict=True)}


def test_the_parts_of_one_seed_have_no_scan_in_common_and_repeat():
    train, test = datasets.digits(), datasets.digits(train=False)
    assert (len(train), len(test)) == (1438, 359)
    rows = [{row.tobytes() for row in part.tensors[0].data} for part in (train, test)]
    assert len(rows[0] & rows[1]) == 0
    np.testing.assert_array_equal(datasets.digits().tensors[0].data, train.tensors[0].data)
    assert (datasets.digits(seed=1).tensors[1].data != train.tensors[1].data).any()


def test_normalized_pixels_have_mean_0_and_deviation_1():
    images = datasets.digits(test_fraction=0).tensors[0].data
    assert abs(images.mean()) < 1e-3
    assert abs(images.std() - 1) < 1e-3


def test_a_split_that_leaves_nothing_is_refused():
    with pytest.raises(ArgumentError, match="test part"):
        datasets.digits(test_fraction=1.0)


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(room, "find_spec", lambda name: None)
    with pytest.raises(DataError) as error:
        datasets.digits()
    assert error.value.hint == "pip install scikit-learn"


DAMAGED = {
    "no gzip": b"no gzip",
    "small table": gzip.compress(b"1,2,3\n4,5,6\n"),
    "no table": gzip.compress(b"x" * 90),
    "empty": b"",
    "cut": gzip.compress(b"1,2,3\n" * 500)[:-30],
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_told(content, tmp_path, monkeypatch):
    path = Path(tmp_path / "digits.csv.gz")
    path.write_bytes(content)
    monkeypatch.setattr(room, "_file", lambda: path)
    with pytest.raises(DataError, match=r"digits\.csv\.gz") as error:
        datasets.digits()
    assert error.value.where == str(path)
