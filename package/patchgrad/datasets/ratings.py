"""Who liked what: MovieLens, downloaded; ratings made by rule, for where nothing can be downloaded."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from patchgrad.backend import host
from patchgrad.data import TensorDataset
from patchgrad.data.order import permutation
from patchgrad.datasets.download import check_hash, place_of, read_text
from patchgrad.datasets.download import download as fetch
from patchgrad.errors import DataError
from patchgrad.tensor import Tensor

URL = "https://files.grouplens.org/datasets/movielens/"
ARCHIVE = "ml-latest-small.zip"
ARCHIVE_SHA256 = "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436"
SHA256 = {
    "ratings.csv": "80da8b3393dae325bbba5a31f291a6ba55d8d4f4396de3c456f2c1635b1b70e8",
    "movies.csv": "c47b783f23eb304413307e1bb05335e427737da20ec8d3c0e96335567dd5f3dc",
}
"""Of the contents, with line ends of one character."""


@dataclass(frozen=True)
class Ratings:
    """Ratings of things by people, both numbered from 0.

    Fields
        users, items  (n,) int64
        ratings       (n,) float32
        titles        of the items
        genres        of each item, words
    """

    users: Tensor
    items: Tensor
    ratings: Tensor
    titles: tuple[str, ...]
    genres: tuple[tuple[str, ...], ...]

    @property
    def user_count(self) -> int:
        return int(self.users.data.max()) + 1

    @property
    def item_count(self) -> int:
        return len(self.titles)

    def split(self, test_fraction: float = 0.1, seed: int = 0) -> tuple[TensorDataset, TensorDataset]:
        """Data to learn from and to test with, drawn by chance: pairs (n, 2) int64 of user and item, ratings (n,)."""
        count = len(self.ratings.data)
        order = permutation(count, seed)
        border = count - round(count * test_fraction)
        return self._part(order[:border]), self._part(order[border:])

    def _part(self, rows: Any) -> TensorDataset:
        pairs = host.stack([self.users.data[rows], self.items.data[rows]], axis=1)
        return TensorDataset(Tensor(pairs), Tensor(self.ratings.data[rows]))

    def __repr__(self) -> str:
        return f"Ratings({len(self.ratings.data):,} by {self.user_count:,} people of {self.item_count:,} things)"


def movielens(folder: str | Path | None = None, *, download: bool = False, url: str = URL) -> Ratings:
    """100,836 ratings of 9,742 films by 610 people, 0.5 to 5 stars.

    Parameters
        folder    of ``ml-latest-small.zip``, or of ``ratings.csv`` and ``movies.csv``, packed (``.gz``) or not; by
                  default ``PATCHGRAD_DATA``/movielens-small or ~/.cache/patchgrad/movielens-small
        download  fetch the archive (1 MB) into the folder if it is missing
        url       where to fetch from
    Errors
        DataError  if files are missing, damaged or others.
    Source
        F. M. Harper, J. A. Konstan, "The MovieLens Datasets", 2015; not for commercial use.
    """
    place = place_of("movielens-small", folder)
    texts = {name: _text(place, name, download, url) for name in SHA256}
    films = list(csv.reader(StringIO(texts["movies.csv"])))[1:]
    numbers = {film: number for number, (film, *_) in enumerate(films)}
    rows = list(csv.reader(StringIO(texts["ratings.csv"])))[1:]
    people = {person: number for number, person in enumerate(dict.fromkeys(row[0] for row in rows))}
    return Ratings(
        Tensor(host.asarray([people[row[0]] for row in rows], dtype=host.int64)),
        Tensor(host.asarray([numbers[row[1]] for row in rows], dtype=host.int64)),
        Tensor(host.asarray([float(row[2]) for row in rows], dtype=host.float32)),
        tuple(title for _, title, _ in films),
        tuple(tuple(genres.split("|")) for *_, genres in films),
    )


def _text(folder: Path, name: str, download: bool, url: str) -> str:
    for path in (folder / f"{name}.gz", folder / name):
        if path.exists():
            return read_text(path, SHA256[name])
    archive = folder / ARCHIVE
    if not archive.exists():
        if not download:
            raise DataError(
                f"MovieLens needs the file {name}",
                where=str(folder),
                got="no such file",
                want=f"{ARCHIVE}, {name} or {name}.gz",
                hint="download=True",
            )
        fetch(url.rstrip("/") + f"/{ARCHIVE}", archive, ARCHIVE_SHA256)
    check_hash(archive, ARCHIVE_SHA256)
    with zipfile.ZipFile(archive) as opened:
        return opened.read(f"{archive.stem}/{name}").decode().replace("\r\n", "\n")


TASTES = ("Comedy", "Drama", "Thriller", "Fantasy")


def made_ratings(users: int = 200, items: int = 120, per_user: int = 40, seed: int = 0) -> Ratings:
    """Ratings by people who do not exist, a stand-in for real ones: each has a taste for some of four genres.

    A rating is what the film is worth, and how well its genre fits, and chance; 0.5 to 5 in halves.
    """
    random = host.random.default_rng(seed)
    genre = host.arange(items) % len(TASTES)
    worth, taste = random.normal(3.4, 0.4, items), random.normal(0.0, 0.8, (users, len(TASTES)))
    seen = host.stack([random.permutation(items)[: min(per_user, items)] for _ in range(users)])
    who = host.broadcast_to(host.arange(users)[:, None], seen.shape)
    stars = worth[seen] + taste[who, genre[seen]] + random.normal(0.0, 0.4, seen.shape)
    return Ratings(
        Tensor(who.reshape(-1).astype(host.int64)),
        Tensor(seen.reshape(-1).astype(host.int64)),
        Tensor((host.clip(host.round(stars * 2), 1, 10) / 2).reshape(-1).astype(host.float32)),
        tuple(f"{TASTES[kind]} no. {number + 1}" for number, kind in enumerate(genre)),
        tuple((TASTES[kind],) for kind in genre),
    )
