"""Text to write like: Shakespeare, downloaded; sentences made by rule, for where nothing can be downloaded."""

from __future__ import annotations

from pathlib import Path

from patchgrad.backend import host
from patchgrad.data import TensorDataset
from patchgrad.datasets.download import download as fetch
from patchgrad.datasets.download import place_of, read_text
from patchgrad.errors import ArgumentError, DataError
from patchgrad.tensor import Tensor

URL = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/"
FILE = "input.txt"
SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
TRAIN_SHARE = 0.9


def shakespeare(folder: str | Path | None = None, train: bool = True, *, download: bool = False, url: str = URL) -> str:
    """40,000 lines from Shakespeare's plays; the first nine tenths of the characters, or the last one for validation.

    Parameters
        folder    of ``input.txt`` or ``input.txt.gz``; by default ``PATCHGRAD_DATA``/tinyshakespeare or
                  ~/.cache/patchgrad/tinyshakespeare
        train     the training part, or the validation part
        download  fetch the file (1.1 MB) into the folder if it is missing
        url       where to fetch from
    Errors
        DataError  if the file is missing, damaged or another one.
    Source
        In the public domain, collected by A. Karpathy.
    """
    place = place_of("tinyshakespeare", folder)
    text = read_text(_file(place, download, url), SHA256)
    border = int(len(text) * TRAIN_SHARE)
    return text[:border] if train else text[border:]


def _file(folder: Path, download: bool, url: str) -> Path:
    plain, packed = folder / FILE, folder / f"{FILE}.gz"
    if packed.exists():
        return packed
    if not plain.exists():
        if not download:
            raise DataError(
                f"Shakespeare needs the file {FILE}",
                where=str(folder),
                got="no such file",
                want=f"{FILE} or {packed.name}",
                hint="download=True",
            )
        fetch(url.rstrip("/") + f"/{FILE}", plain, SHA256)
    return plain


NOUNS = ("king", "queen", "fool", "ghost", "lady", "storm", "crown", "letter", "sword", "forest")
VERBS = ("sees", "fears", "loves", "follows", "finds", "leaves", "hears", "hides")
ADJECTIVES = ("old", "brave", "silent", "pale", "golden", "bitter")
SPEAKERS = ("DUKE", "CLOWN", "NURSE", "KNIGHT")


def sentences(count: int = 3000, seed: int = 0) -> str:
    """A play of ``count`` made-up lines by a small grammar, the same for each seed: a stand-in for real text."""
    random = host.random.default_rng(seed)

    def one_of(words: tuple[str, ...]) -> str:
        return words[random.integers(len(words))]

    def thing() -> str:
        adjective = f"{one_of(ADJECTIVES)} " if random.random() < 0.5 else ""
        return f"the {adjective}{one_of(NOUNS)}"

    def line() -> str:
        more = f" and {one_of(VERBS)} {thing()}" if random.random() < 0.3 else ""
        return f"{one_of(SPEAKERS)}:\n{thing().capitalize()} {one_of(VERBS)} {thing()}{more}.\n"

    return "\n".join(line() for _ in range(count))


class Alphabet:
    """The characters of a text, numbered in the order of their codes.

    Fields
        letters  the characters; ``len(alphabet)`` is their count
    """

    def __init__(self, text: str) -> None:
        self.letters = "".join(sorted(set(text)))
        self._numbers = {letter: number for number, letter in enumerate(self.letters)}

    def __len__(self) -> int:
        return len(self.letters)

    def encode(self, text: str) -> Tensor:
        """The numbers of the characters: (len(text),) int64. ArgumentError for a character that is not known."""
        unknown = set(text) - set(self._numbers)
        if unknown:
            raise ArgumentError(
                "the alphabet lacks a character", got=", ".join(map(repr, sorted(unknown))), want=repr(self.letters)
            )
        return Tensor(host.asarray([self._numbers[letter] for letter in text], dtype=host.int64))

    def decode(self, numbers: Tensor) -> str:
        """The text of numbers of any shape, read row by row."""
        return "".join(self.letters[number] for number in numbers.data.reshape(-1).tolist())

    def windows(self, text: str, length: int) -> TensorDataset:
        """Every stretch of ``length`` characters, and as target the same stretch one character on.

        Returns
            inputs and targets (len(text) - length, length) int64; they share the memory of one encoded text
        """
        if not 0 < length < len(text):
            raise ArgumentError("a window must fit into the text", got=f"length={length}", want=f"1 to {len(text) - 1}")
        numbers = self.encode(text).data
        rows = host.lib.stride_tricks.sliding_window_view(numbers, length)
        return TensorDataset(Tensor(rows[:-1]), Tensor(rows[1:]))

    def __repr__(self) -> str:
        return f"Alphabet({self.letters!r})"
