"""Text: the real one whole and checked, the made one repeatable; characters to numbers and back."""

import gzip
import hashlib
from importlib import import_module

import numpy as np
import pytest

from patchgrad import datasets
from patchgrad.errors import ArgumentError, DataError
from tests.datasets.server import serving

room = import_module("patchgrad.datasets.text")
TEXT = "To be, or not to be.\n" * 50


@pytest.fixture
def known(monkeypatch):
    monkeypatch.setattr(room, "SHA256", hashlib.sha256(TEXT.encode()).hexdigest())
    return TEXT.encode()


def test_the_real_plays_are_read_and_split(shared_data):
    train, test = (datasets.shakespeare(shared_data / "tinyshakespeare", part) for part in (True, False))
    assert (len(train), len(test)) == (1_003_854, 111_540)
    assert train.startswith("First Citizen:")
    assert len(datasets.Alphabet(train)) == 65


@pytest.mark.parametrize("pack", [lambda content: content, lambda content: content.replace(b"\n", b"\r\n")])
def test_packed_plain_and_with_other_line_ends_it_is_the_same(known, pack, tmp_path):
    (tmp_path / "input.txt").write_bytes(pack(known))
    plain = datasets.shakespeare(tmp_path)
    (tmp_path / "input.txt.gz").write_bytes(gzip.compress(pack(known)))
    (tmp_path / "input.txt").unlink()
    assert datasets.shakespeare(tmp_path) == plain == TEXT[: int(len(TEXT) * 0.9)]


def test_it_is_downloaded_once(known, tmp_path):
    with serving({"input.txt": known}) as url:
        first = datasets.shakespeare(tmp_path / "made", download=True, url=url)
    assert datasets.shakespeare(tmp_path / "made", download=True, url="http://127.0.0.1:9/") == first


def test_another_text_is_refused_and_leaves_nothing(known, tmp_path):
    with serving({"input.txt": known + b"!"}) as url, pytest.raises(DataError, match="not the file"):
        datasets.shakespeare(tmp_path, download=True, url=url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"no gzip", gzip.compress(TEXT.encode())[:-20]], ids=["empty", "no gzip", "cut"]
)
def test_a_damaged_file_is_told(known, content, tmp_path):
    (tmp_path / "input.txt.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"input\.txt\.gz"):
        datasets.shakespeare(tmp_path)


def test_offline_nothing_is_asked_for_and_the_cure_is_told(tmp_path, monkeypatch):
    with pytest.raises(DataError) as error:
        datasets.shakespeare(tmp_path)
    assert error.value.hint == "download=True"
    monkeypatch.setenv("PATCHGRAD_OFFLINE", "1")
    with pytest.raises(DataError, match="PATCHGRAD_OFFLINE"):
        datasets.shakespeare(tmp_path, download=True)


def test_made_sentences_repeat_by_seed():
    assert datasets.sentences(20, seed=3) == datasets.sentences(20, seed=3) != datasets.sentences(20, seed=4)
    assert datasets.sentences(20).count(":\n") == 20


def test_characters_go_to_numbers_and_back():
    alphabet = datasets.Alphabet(TEXT)
    assert alphabet.decode(alphabet.encode(TEXT)) == TEXT
    with pytest.raises(ArgumentError, match="lacks") as error:
        alphabet.encode("Tö be")
    assert "ö" in error.value.got


def test_a_window_is_answered_by_the_next_characters():
    alphabet = datasets.Alphabet(TEXT)
    windows = alphabet.windows(TEXT, 8)
    assert len(windows) == len(TEXT) - 8
    inputs, targets = windows[5]
    assert (alphabet.decode(inputs), alphabet.decode(targets)) == (TEXT[5:13], TEXT[6:14])
    assert np.shares_memory(*[tensor.data for tensor in windows.tensors])
    with pytest.raises(ArgumentError, match="fit"):
        alphabet.windows("abc", 3)
