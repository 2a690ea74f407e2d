"""Ratings: the real ones whole and checked, the made ones with tastes that can be learned."""

import gzip
import hashlib
import io
import zipfile
from importlib import import_module

import numpy as np
import pytest

from patchgrad import datasets
from patchgrad.errors import DataError
from tests.datasets.server import serving

room = import_module("patchgrad.datasets.ratings")
FILES = {
    "ratings.csv": "userId,movieId,rating,timestamp\n7,20,4.0,1\n7,10,0.5,2\n9,20,3.0,3\n",
    "movies.csv": 'movieId,title,genres\n10,"Heat, The (1995)",Action|Crime\n20,Toys (1999),Comedy\n',
}


@pytest.fixture
def archive(monkeypatch):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        for name, text in FILES.items():
            writer.writestr(f"ml-latest-small/{name}", text.replace("\n", "\r\n"))
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in FILES.items()}
    monkeypatch.setattr(room, "SHA256", hashes)
    monkeypatch.setattr(room, "ARCHIVE_SHA256", hashlib.sha256(packed.getvalue()).hexdigest())
    return packed.getvalue()


def check(found):
    assert found.users.tolist() == [0, 0, 1]
    assert found.items.tolist() == [1, 0, 1]
    assert found.ratings.tolist() == [4.0, 0.5, 3.0]
    assert found.titles == ("Heat, The (1995)", "Toys (1999)")
    assert found.genres == (("Action", "Crime"), ("Comedy",))
    assert (found.user_count, found.item_count) == (2, 2)


def test_the_real_ratings_are_read(shared_data):
    found = datasets.movielens(shared_data / "movielens-small")
    assert (len(found.ratings), found.user_count, found.item_count) == (100_836, 610, 9_742)
    assert abs(found.ratings.mean().item() - 3.5016) < 1e-4
    assert found.titles[0] == "Toy Story (1995)"


def test_files_and_the_archive_give_the_same(archive, tmp_path):
    for name, text in FILES.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    check(datasets.movielens(tmp_path))
    with serving({"ml-latest-small.zip": archive}) as url:
        check(datasets.movielens(tmp_path / "new", download=True, url=url))
    check(datasets.movielens(tmp_path / "new", download=True, url="http://127.0.0.1:9/"))


def test_a_wrong_archive_is_refused_and_leaves_nothing(archive, tmp_path):
    with serving({"ml-latest-small.zip": archive[:-4]}) as url, pytest.raises(DataError, match="not the file"):
        datasets.movielens(tmp_path, download=True, url=url)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_damaged_on_the_disk_is_refused(archive, tmp_path):
    (tmp_path / "ml-latest-small.zip").write_bytes(archive[:50])
    with pytest.raises(DataError, match="not the file"):
        datasets.movielens(tmp_path)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(DataError, match=r"ratings\.csv") as error:
        datasets.movielens(tmp_path)
    assert error.value.hint == "download=True"


def test_the_parts_of_a_split_are_all_ratings_once():
    made = datasets.made_ratings(users=20, items=30, per_user=10)
    train, test = made.split(test_fraction=0.25, seed=1)
    assert (len(train), len(test)) == (150, 50)
    pairs = [tuple(pair) for part in (train, test) for pair in part.tensors[0].tolist()]
    assert sorted(pairs) == sorted(zip(made.users.tolist(), made.items.tolist(), strict=True))
    assert len(set(pairs)) == 200


def test_made_ratings_repeat_and_have_tastes():
    made, again = datasets.made_ratings(seed=2), datasets.made_ratings(seed=2)
    np.testing.assert_array_equal(made.ratings.data, again.ratings.data)
    stars, genre = made.ratings.data, made.items.data % 4
    groups = [stars[(made.users.data == user) & (genre == kind)] for user in range(50) for kind in range(4)]
    assert np.mean([group.var() for group in groups]) < 0.7 * stars.var()
